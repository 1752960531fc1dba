"""What a review or another text must satisfy."""

import great_expectations as gx
import great_expectations.expectations as gxe
from great_expectations.expectations.row_conditions import Column

from expectations.rules import (
    at_least,
    contract_rules,
    customer_known,
    dated,
    matches,
    rule,
    touchpoint_known,
)
from pipelines.contract.canonical import REVIEWS
from pipelines.contract.code import write_code

# UTF-8 that was read as cp1252 or latin-1, or letters already replaced.
MISREAD = (
    "[ÃÂ][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192"
    "\u02c6\u02dc\u2013-\u203a\u20ac\u2122]|â[\u0080\u20ac]|\ufffd"
)
RATED = Column("rating").is_not_null()

SUITE = gx.ExpectationSuite(
    name="reviews",
    expectations=[
        *contract_rules(REVIEWS),
        *(
            gxe.ExpectColumnValuesToNotBeNull(
                column=end,
                row_condition=RATED,
                **rule(f"{end}_given", write_code("scale_given", column=end)),
            )
            for end in ("rating_min", "rating_max")
        ),
        at_least("rating", "rating_min", "rating_on_scale_min", "rating_on_scale"),
        at_least("rating_max", "rating", "rating_on_scale_max", "rating_on_scale"),
        *dated("written_at"),
        *dated("replied_at"),
        at_least(
            "replied_at",
            "written_at",
            "replied_after_written",
            "reply_after_text",
            on_fail="warn",
        ),
        matches("text", r"\S", "text_not_blank"),
        gxe.ExpectColumnValuesToNotMatchRegex(
            column="text",
            regex=MISREAD,
            **rule("text_intact", "text_intact"),
        ),
        matches("language", r"^[a-z]{2}$", "language_code", on_fail="warn"),
        touchpoint_known(),
        customer_known(),
    ],
)
