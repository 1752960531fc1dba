"""False discovery control over families: by hand, by brute force, and in simulated searches."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special
from scipy.stats import false_discovery_control

from pipelines.statistics.hierarchy import over_selected_families

RATE = 0.05


def test_a_single_family_is_adjusted_as_r_does():
    # R 4.3: p.adjust(c(.01, .04, .03, .2), "BH")
    found = over_selected_families(np.array([0.01, 0.04, 0.03, 0.2]), np.zeros(4, int))
    assert found == pytest.approx([0.04, 0.16 / 3, 0.16 / 3, 0.2])


def test_of_three_families_two_are_selected_worked_by_hand():
    """Benjamini and Bogomolov's procedure at 5 %, with Simes p-values of the families.

    Simes: a min(3 * .002, 3 * .03 / 2, .9) = .006; b min(2 * .01, .04) = .02; c .3. Over the
    families at 5 %: .3 > .05; .02 <= .05 * 2 / 3: R = 2 of m = 3. Within them the rate is
    .05 * 2 / 3 = .0333: a rejects .002 (<= .0333 / 3), not .03 (> .0333 * 2 / 3); b rejects .01
    (<= .0333 / 2), not .04 (> .0333). Plain Benjamini-Hochberg within b would reject both.
    """
    p = np.array([0.002, 0.03, 0.9, 0.01, 0.04, 0.3])
    family = np.array([0, 0, 0, 1, 1, 2])
    found = over_selected_families(p, family)
    assert (found <= RATE).tolist() == [True, False, False, True, False, False]
    # The lowest rates at which each is rejected: a's first with R = 1, 3 * .006; or with R = 2,
    # once b is selected, at .03: the lower, .018. b's first needs R = 2: 3 / 2 * .02.
    assert found[[0, 3]] == pytest.approx([0.018, 0.03])
    assert false_discovery_control(p[3:5]).max() == pytest.approx(0.04)  # both, if not selected


def by_definition(p: np.ndarray, family: np.ndarray, rate: float) -> np.ndarray:
    """Select families, then reject within them, at one rate."""
    names = np.unique(family)
    within = {name: false_discovery_control(p[family == name]) for name in names}
    selected = false_discovery_control([within[name].min() for name in names]) <= rate
    rejected = np.zeros(len(p), bool)
    for name in names[selected]:
        rejected[family == name] = within[name] <= rate * selected.sum() / len(names)
    return rejected


searches = st.lists(
    st.tuples(st.integers(0, 4), st.floats(0, 1).map(lambda u: u**3)), min_size=1, max_size=25
)


@given(searches, st.sampled_from([0.01, 0.05, 0.1, 0.3, 0.7]))
def test_an_adjusted_p_value_says_what_the_procedure_rejects_at_every_rate(rows, rate):
    family = np.unique([row[0] for row in rows], return_inverse=True)[1]
    p = np.array([row[1] for row in rows])
    found = over_selected_families(p, family)
    edge = np.abs(found - rate) < 1e-9  # rounding may fall on either side
    assert (((found <= rate) == by_definition(p, family, rate)) | edge).all()


@given(searches)
def test_no_adjusted_p_value_is_below_its_p_value_or_above_one(rows):
    family = np.unique([row[0] for row in rows], return_inverse=True)[1]
    p = np.array([row[1] for row in rows])
    found = over_selected_families(p, family)
    assert (found >= p).all()
    assert (found <= 1).all()


def searched(rng: np.random.Generator, shift: float) -> tuple[float, bool, float]:
    """Search 30 groups for changes of 20 questions; a third of the questions moved in a sixth.

    Answers to all questions have one factor in common, and half of the groups are made of the
    same people cut otherwise. Returns the false share, averaged over the groups selected, once
    as told and once by Benjamini-Hochberg within each group; and whether a group was selected.
    """
    n_groups, n_questions = 30, 20
    moved = np.zeros((n_groups, n_questions))
    moved[:5, :7] = shift
    common = rng.standard_normal((n_groups, 1))
    z = 0.6 * common + 0.8 * rng.standard_normal((n_groups, n_questions))
    z[15:] = 0.7 * z[:15] + np.sqrt(1 - 0.7**2) * z[15:]
    p = 2 * special.ndtr(-np.abs(z + moved))
    family = np.repeat(np.arange(n_groups), n_questions)
    found = (over_selected_families(p.ravel(), family) <= RATE).reshape(p.shape)
    plain = np.array([false_discovery_control(row) for row in p]) <= RATE
    told, apart = (_false_share(table, moved == 0) for table in (found, plain))
    return told, bool(found.any()), apart


def _false_share(found: np.ndarray, null: np.ndarray) -> float:
    shown = found.any(axis=1)
    if not shown.any():
        return 0.0
    return float(((found & null).sum(axis=1)[shown] / found.sum(axis=1)[shown]).mean())


def test_the_average_false_share_over_the_groups_selected_is_held():
    rng = np.random.default_rng(20140101)
    runs = [searched(rng, shift=3.5) for _ in range(400)]
    told, _, apart = (np.array(column, float) for column in zip(*runs, strict=True))
    error = told.std() / np.sqrt(len(runs))
    assert told.mean() <= RATE + 2 * error
    assert apart.mean() > 2 * RATE  # what a search without the selection's price shows


def test_where_nothing_changed_a_search_of_all_groups_finds_something_rarely():
    rng = np.random.default_rng(20140102)
    alarms = np.array([searched(rng, shift=0.0)[1] for _ in range(400)])
    assert alarms.mean() <= RATE + 2 * np.sqrt(RATE * (1 - RATE) / len(alarms))
