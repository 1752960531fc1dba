"""Long work says now and then how far it is."""

import pytest

from pipelines.core import progress


@pytest.fixture
def clock(monkeypatch):
    """Seconds that a test sets."""
    now = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    return now


def test_a_line_is_said_once_enough_time_has_passed(clock, capsys):
    with progress.counting(1_000, "driver models"):
        progress.done(10)
        clock[0] = 2.0
        progress.done(5)
        progress.done()
    assert capsys.readouterr().err == "  .. 15 of 1,000 driver models\n"


def test_nothing_is_said_where_nobody_counts(clock, capsys):
    clock[0] = 9.0
    progress.done()
    assert capsys.readouterr().err == ""


def test_a_meter_of_parts_inside_another_leaves_the_outer_one_alone(clock):
    with progress.counting(2, "waves") as outer:
        with progress.counting(5, "models") as inner:
            progress.done(3)
        progress.done()
    assert (outer.done, inner.done) == (1, 3)
