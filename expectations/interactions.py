"""What a contact must satisfy."""

import great_expectations as gx

from expectations.rules import contract_rules, customer_known, dated, touchpoint_known
from pipelines.contract.canonical import INTERACTIONS

SUITE = gx.ExpectationSuite(
    name="interactions",
    expectations=[
        *contract_rules(INTERACTIONS, names={"duration_s": "duration_positive"}),
        *dated("occurred_at"),
        touchpoint_known(),
        customer_known(),
    ],
)
