"""What an answer to a survey question must satisfy."""

import great_expectations as gx
import great_expectations.expectations as gxe
from great_expectations.expectations.row_conditions import Column

from expectations.rules import (
    LARGEST,
    at_least,
    contract_rules,
    customer_known,
    dated,
    rule,
    touchpoint_known,
)
from pipelines.contract.canonical import RESPONSES

SUITE = gx.ExpectationSuite(
    name="responses",
    expectations=[
        *contract_rules(RESPONSES),
        at_least("value", "scale_min", "value_on_scale_min", "answer_on_scale"),
        at_least("scale_max", "value", "value_on_scale_max", "answer_on_scale"),
        gxe.ExpectColumnPairValuesAToBeGreaterThanB(
            column_A="scale_max",
            column_B="scale_min",
            ignore_row_if="either_value_is_missing",
            **rule("scale_ordered", "scale_ordered"),
        ),
        gxe.ExpectColumnValuesToNotBeNull(
            column="value",
            row_condition=Column("missing").is_null(),
            **rule("answer_or_reason", "answer_or_reason"),
        ),
        gxe.ExpectColumnValuesToBeNull(
            column="value",
            row_condition=Column("missing").is_not_null(),
            **rule("no_answer_beside_reason", "no_answer_beside_reason"),
        ),
        gxe.ExpectColumnValuesToBeBetween(
            column="weight",
            min_value=0,
            strict_min=True,
            max_value=LARGEST,
            **rule("weight_positive", "weight_positive"),
        ),
        *dated("answered_at"),
        touchpoint_known(),
        customer_known(),
    ],
)
