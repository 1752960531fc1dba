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
            **rule(
                "sale_positive",
                "a completed sale has an amount above zero; "
                "zero or below is a gift, a sample or a correction, not a sale",
                "nothing if they are gifts; else map their status to adjustment",
            ),
        ),
        gxe.ExpectColumnValuesToBeBetween(
            column="amount",
            max_value=0,
            strict_max=True,
            row_condition=Column("status").is_in(["cancelled", "returned"]),
            **rule(
                "refund_negative",
                "a cancelled or returned line has an amount below zero",
                "map the amount with its sign",
            ),
        ),
        matches(
            "currency",
            r"^[A-Z]{3}$",
            says="the currency is an ISO 4217 code such as EUR",
            todo="translate it with `values` in study.yaml, or set a constant",
        ),
        *dated("ordered_at"),
        *dated("delivered_at"),
        *dated("returned_at"),
        at_least(
            "delivered_at",
            "ordered_at",
            "delivered_after_ordered",
            "nothing is delivered before it is ordered",
            "check the two time columns and their time zone",
            on_fail="warn",
        ),
        customer_known(),
    ],
)
