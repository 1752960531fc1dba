"""A model that is not as it should be says why, unless the row is withheld."""

import great_expectations.expectations as gxe
from great_expectations.expectations.row_conditions import Column

from pipelines.contract.code import WITHHELD
from pipelines.contract.driver_codes import MODEL_STATUSES

_FITTED, *_NOT_AS_IT_SHOULD_BE = MODEL_STATUSES.names

BEYOND = (
    gxe.ExpectColumnValuesToNotBeNull(
        column="reason",
        row_condition=Column("status").is_in(_NOT_AS_IT_SHOULD_BE) & (Column("method") != WITHHELD),
    ),
)
