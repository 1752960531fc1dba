"""What a customer record must satisfy."""

import great_expectations as gx

from expectations.rules import EARLIEST_BIRTH, contract_rules, dated, matches
from pipelines.contract.canonical import CUSTOMERS

SUITE = gx.ExpectationSuite(
    name="customers",
    expectations=[
        *contract_rules(CUSTOMERS),
        *dated("created_at"),
        *dated("birth_on", earliest=EARLIEST_BIRTH, helper="latest_day"),
        matches(
            "email",
            r"^[^@\s]+@[^@\s]+\.[^@\s.]+$",
            "email_address",
            on_fail="warn",
        ),
        matches(
            "phone",
            r"^[+(]?\d[\d\s()./-]{3,}$",
            "telephone_number",
            on_fail="warn",
        ),
    ],
)
