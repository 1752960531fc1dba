"""Plan: which measures to take together under a budget, and why."""
