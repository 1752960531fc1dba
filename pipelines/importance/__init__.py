"""Relative importance of the columns of any table, or of a matrix, and how sure the order is.

For a table: `relative_importance`. For many models of the same rows (targets, segments,
bootstrap replicates): `designs`, `blanks`, `totals`, `parts` and `models`, from the first to the
last.
What a module imports lies on a floor below it:

1. inputs, designs, auxiliaries, ranking, letters, shrinkage
2. routed, methods, covariances, blanks
3. splits, totals
4. ordinal, results, models, parts
5. frames, latent, contrasts, noise
"""

from pipelines.importance.frames import relative_importance
from pipelines.importance.results import RelativeImportance

__all__ = ["RelativeImportance", "relative_importance"]
