"""Overview: where the study stands, what changed, how fresh the data are."""
