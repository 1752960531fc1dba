"""Drivers: which touchpoints go with satisfaction, and how sure the order is."""
