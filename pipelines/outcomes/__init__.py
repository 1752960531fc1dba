"""Outcomes: questions whose answers are related to touchpoints, and what is answered beside."""
