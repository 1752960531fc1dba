"""What an order line or a payment must satisfy."""

import great_expectations as gx
import great_expectations.expectations as gxe
from great_expectations.expectations.row_conditions import Column

from expectations.rules import (
    at_least,
    contract_rules,
    customer_known,
    dated,
    finite,
    matches,
    rule,
)
from pipelines.contract.canonical import TRANSACTIONS

SUITE = gx.ExpectationSuite(
    name="transactions",
    expectations=[
        *contract_rules(TRANSACTIONS),
        finite("amount"),
        finite("quantity"),
        gxe.ExpectColumnValuesToBeBetween(
            column="amount",
            min_value=0,
            strict_min=True,
            row_condition=Column("status") == "completed",
            **rule("sale_positive", "sale_positive"),
        ),
        gxe.ExpectColumnValuesToBeBetween(
            column="amount",
            max_value=0,
            strict_max=True,
            row_condition=Column("status") == "returned",
            **rule("refund_negative", "refund_negative"),
        ),
        matches("currency", r"^[A-Z]{3}$", "currency_code"),
        *dated("ordered_at"),
        *dated("delivered_at"),
        *dated("returned_at"),
        at_least(
            "delivered_at",
            "ordered_at",
            "delivered_after_ordered",
            "delivered_after_ordered",
            on_fail="warn",
        ),
        customer_known(),
    ],
)
