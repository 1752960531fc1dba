"""Charts: frame in, Altair chart out; the app and the notebooks draw with the same functions."""
