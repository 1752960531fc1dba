"""Validate: Great Expectations judges, bad rows go to quarantine with their reasons."""
