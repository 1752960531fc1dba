"""Publish: the bundle the app reads."""
