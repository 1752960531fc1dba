"""Estimates: means, shares, net promoter scores and gaps of any table, and how sure they are.

For a table with a column per value: `estimate`. For a step that reads its values itself, from
the first to the last: `samples`, `targets`, `cells`, `families`, `differences`, `provenance`.
"""

from pipelines.estimates.frames import estimate

__all__ = ["estimate"]
