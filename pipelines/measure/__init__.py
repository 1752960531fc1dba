"""Measure: where every touchpoint stands, with its uncertainty."""
