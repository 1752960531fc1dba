"""What a daily figure of a touchpoint must satisfy."""

import great_expectations as gx

from expectations.rules import contract_rules, dated, finite, touchpoint_known
from pipelines.contract.canonical import TOUCHPOINT_METRICS

SUITE = gx.ExpectationSuite(
    name="touchpoint_metrics",
    expectations=[
        *contract_rules(TOUCHPOINT_METRICS),
        *dated("date", helper="latest_day"),
        touchpoint_known(),
        finite("value"),
    ],
)
