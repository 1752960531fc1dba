"""Which touchpoints carry an outcome, and how sure the order is."""

from pipelines.drivers.importance import RelativeImportance, relative_importance

__all__ = ["RelativeImportance", "relative_importance"]
