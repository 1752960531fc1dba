"""Plan: which measures to take under a budget."""
