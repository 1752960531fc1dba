"""What makes no sense in study.yaml is refused, wherever it stands."""

import pytest
from pydantic import ValidationError

from pipelines.core.map import Map, Part, Scale, Segment, Touchpoint

LABEL = {"en": "Age"}


@pytest.mark.parametrize(
    ("part", "content", "message"),
    [
        (Scale, {"min": 5, "max": 1}, "min must be below max, got 5.0 and 1.0"),
        (
            Touchpoint,
            {"label": LABEL, "stage": "use", "channel": "press", "direct": False},
            "an indirect touchpoint cannot be controllable",
        ),
        (
            Segment,
            {"label": LABEL, "order": ["old", "aged"], "translations": {"de": {"old": "aged"}}},
            r"a translation of its own for each value; two are \['aged'\]",
        ),
        (
            Map,
            {"title": LABEL, "about": LABEL, "licence": "own", "languages": ["en"],
             "currency": "EUR", "time_zone": "Berlin", "sources": {}},
            "'Berlin' is no IANA time zone such as Europe/Berlin",
        ),
    ],
)  # fmt: skip
def test_nonsense_is_refused_with_what_is_wrong(part: type[Part], content, message):
    with pytest.raises(ValidationError, match=message):
        part.model_validate(content)


def test_values_without_an_order_may_be_translated():
    segment = Segment(label=LABEL, translations={"de": {"Austria": "Österreich"}})
    assert segment.order == []
