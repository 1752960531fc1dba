"""Touchpoints: the scorecard of all, then one of them closely."""
