"""Which touchpoints of a study carry an outcome, and how sure the order is."""
