"""Decisions: what scenarios bring, and which measures to take together under a budget."""
