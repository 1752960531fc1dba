"""Data quality: nothing is lost between the raw files and the scores."""
