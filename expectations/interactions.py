"""What a contact must satisfy."""

import great_expectations as gx
import great_expectations.expectations as gxe

from expectations.rules import (
    LARGEST,
    contract_rules,
    customer_known,
    dated,
    rule,
    touchpoint_known,
)
from pipelines.contract.canonical import INTERACTIONS

SUITE = gx.ExpectationSuite(
    name="interactions",
    expectations=[
        *contract_rules(INTERACTIONS),
        *dated("occurred_at"),
        gxe.ExpectColumnValuesToBeBetween(
            column="duration_s",
            min_value=0,
            max_value=LARGEST,
            **rule(
                "duration_positive",
                "a contact does not last less than zero seconds",
                "correct the duration's column in study.yaml",
            ),
        ),
        touchpoint_known(),
        customer_known(),
    ],
)
