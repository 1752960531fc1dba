"""Which touchpoints carry an outcome, and how sure the order is."""

from pipelines.drivers.importance import relative_importance
from pipelines.drivers.results import RelativeImportance

__all__ = ["RelativeImportance", "relative_importance"]
