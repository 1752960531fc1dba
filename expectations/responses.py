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

SCALE_TODO = "correct the question's scale in study.yaml, or declare the code as missing there"

SUITE = gx.ExpectationSuite(
    name="responses",
    expectations=[
        *contract_rules(RESPONSES),
        at_least(
            "value", "scale_min", "value_on_scale_min", "the answer is on its scale", SCALE_TODO
        ),
        at_least(
            "scale_max", "value", "value_on_scale_max", "the answer is on its scale", SCALE_TODO
        ),
        gxe.ExpectColumnPairValuesAToBeGreaterThanB(
            column_A="scale_max",
            column_B="scale_min",
            ignore_row_if="either_value_is_missing",
            **rule("scale_ordered", "a scale's highest answer is above its lowest", SCALE_TODO),
        ),
        gxe.ExpectColumnValuesToNotBeNull(
            column="value",
            row_condition=Column("missing").is_null(),
            **rule(
                "answer_or_reason",
                "there is an answer, or a reason why there is none",
                "declare blank cells under the scale's missing codes in study.yaml",
            ),
        ),
        gxe.ExpectColumnValuesToBeNull(
            column="value",
            row_condition=Column("missing").is_not_null(),
            **rule(
                "no_answer_beside_reason",
                "where a reason for a missing answer is given there is no answer",
                "map either the answer or the reason",
            ),
        ),
        gxe.ExpectColumnValuesToBeBetween(
            column="weight",
            min_value=0,
            strict_min=True,
            max_value=LARGEST,
            **rule(
                "weight_positive",
                "the sampling weight is above zero and finite",
                "correct the weight's column in study.yaml",
            ),
        ),
        *dated("answered_at"),
        touchpoint_known(),
        customer_known(),
    ],
)
