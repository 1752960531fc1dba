"""Touchstone's pipeline: from a company's raw files to published, dated, uncertain numbers."""
