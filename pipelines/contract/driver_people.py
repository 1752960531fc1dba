"""Driver people: whom the numbers of driver models rest on, so that few of them are not told."""

from __future__ import annotations

import polars as pl

from pipelines.contract.driver_codes import QUADRANTS, RATING_POLICIES, TARGETS
from pipelines.contract.estimate import people_of_question
from pipelines.contract.people import SEGMENT, Less, Of, Own, Pool

PERCENT_ROUNDING = 1e-4  # of percents, which are published with four digits

# Those who rated a driver and answered the outcome, and all of whom the driver's reach is a share:
# their number is told where the weights do not differ, so that it comes out whole. A group without
# a model shows no users, and counts as withheld.
USERS = Pool("users", ("mode", "outcome", "driver", SEGMENT, "wave"), ("n_users", "n_reached"))
_QUOTIENT = 100 * pl.col("n_users") / pl.col("reach")
_IS_WHOLE = (_QUOTIENT - _QUOTIENT.round()).abs() * pl.col("reach") < PERCENT_ROUNDING * _QUOTIENT
N_REACHED = pl.when((pl.col("reach") > 0) & _IS_WHOLE).then(_QUOTIENT.round())
IS_OF_USUAL_MODEL = (pl.col("policy") == RATING_POLICIES.names[0]) & (
    pl.col("target") == TARGETS.names[0]
)
OF_USERS = Of(USERS, {name: pl.col(name) for name in USERS.cell})
OF_OUTCOME, OF_QUESTION = people_of_question("outcome"), people_of_question("driver")
PEOPLE_OF_MODEL = (Own(pl.col("n")), OF_OUTCOME, OF_QUESTION, OF_USERS)
# Scores tell the same of all who answered, whether or not they answered the outcome.
REACH_LESS = Less(OF_QUESTION, OF_USERS, ("reached", "n_reached"), ("reach",))
PERFORMANCE_LESS = Less(
    OF_QUESTION,
    OF_USERS,
    ("answered", "n_users"),
    ("performance", "performance_low", "performance_high", "performance_error", "correlation",
     "performance_border", "quadrant", *(f"p_{name}" for name in QUADRANTS.names)),
)  # fmt: skip
