"""Notebooks: executed, and kept as HTML."""
