"""Nobody is isolated by any sum of three published lines: tried out where every answer is known."""

from itertools import combinations, product

import numpy as np
import polars as pl
import pytest

from pipelines.contract.registry import published
from pipelines.publish.differences import isolated
from pipelines.publish.withholding import withhold
from tests.publish.populations import EXPECTED, Line, Population, asked_once, population
from tests.publish.stub_study import MODELLED, table

LIMIT = 3
TIMES = (-1, 1, 2)  # how often a line is added
NOTHING = {name: table(name) for name in ("scores", "distributions", "changes", *MODELLED)}
DECLARED = {name: published()[name] for name in NOTHING}


def told(scores: pl.DataFrame, people: Population) -> dict[Line, np.ndarray]:
    """The lines that a table of scores tells, and how often each answer counts in them."""
    rows = scores.filter(pl.col("value").is_not_null())
    names = rows.select("segment", "group", "question_id", "measure").rows()
    lines = people.lines()
    return {line: lines[line] for s, g, q, m in names if (line := ((s, g), q, m)) in lines}


def withheld(people: Population) -> dict[str, pl.DataFrame]:
    tables = NOTHING | {"scores": people.scores()}
    return withhold(tables, DECLARED, people.structure, LIMIT)


def leaks(lines: dict[Line, np.ndarray]) -> list[tuple[tuple[Line, ...], int]]:
    """Sums of up to three lines in which the answers of 1 to 2 people are left."""
    stack = np.stack(list(lines.values())).astype(np.float32)
    names = list(lines)
    found = []
    for many in (1, 2, 3):
        chosen = np.array(list(combinations(range(len(names)), many)), int).reshape(-1, many)
        for times in product((1, 2), *[TIMES] * (many - 1)):
            for part in np.array_split(chosen, max(len(chosen) // 500, 1)):
                left = np.einsum("cmpq,m->cpq", stack[part], np.array(times, np.float32))
                people = (np.abs(left) > 1e-4).any(axis=2).sum(axis=1)
                few = (people > 0) & (people < LIMIT)
                found += [
                    (tuple(names[k] for k in part[i]), int(people[i])) for i in np.flatnonzero(few)
                ]
    return found


@pytest.mark.parametrize("seed", range(12))
def test_no_three_lines_told_isolate_anybody(seed):
    people = population(np.random.default_rng(seed), n=30, touchpoints=2, missing=0.12)
    tables = withheld(people)
    assert told(tables["scores"], people)
    assert leaks(told(tables["scores"], people)) == []
    assert isolated(tables, people.structure.kinds, LIMIT).is_empty()


def test_without_withholding_three_lines_isolate_people_in_every_family():
    found: set[str] = set()
    for seed in range(12):
        people = population(np.random.default_rng(seed), n=30, touchpoints=2, missing=0.12)
        everything = NOTHING | {"scores": people.scores()}
        assert leaks(told(everything["scores"], people)) != []
        found |= set(isolated(everything, people.structure.kinds, LIMIT)["family"])
    assert {"line", "unrated", "several", "unpaired"} <= found


@pytest.mark.parametrize("seed", range(30))
def test_no_stage_of_four_touchpoints_isolates_anybody_at_once_or_four_times(seed):
    people = population(np.random.default_rng(seed), n=60, touchpoints=4, missing=0.1)
    tables = withheld(people)
    lines = told(tables["scores"], people)
    places = {place for place, question, _ in lines if question is None}
    for place in places:
        stage = lines[place, None, "mean"]
        rated = [lines[line] for q in people.touchpoints if (line := (place, q, "mean")) in lines]
        assert len(rated) == sum(
            (people.lines()[place, q, "mean"] != 0).any() for q in people.touchpoints
        )
        for times in (1, len(people.touchpoints)):
            left = (np.abs(times * stage - sum(rated)) > 1e-9).any(axis=1).sum()
            assert left == 0 or left >= LIMIT
    assert isolated(tables, people.structure.kinds, LIMIT).is_empty()


def isolating(lines: dict[Line, np.ndarray]) -> list[tuple[int, ...]]:
    """People, fewer than the limit, whom some sum of any number of lines is about.

    There is one, of whatever coefficients, if the lines without these people's answers span less.
    """
    stack = np.stack(list(lines.values())).astype(float)
    alike: dict[bytes, list[int]] = {}
    for person in np.flatnonzero(stack.any(axis=(0, 2))):
        alike.setdefault(stack[:, person].round(9).tobytes(), []).append(int(person))
    alike_people = list(alike.values())
    rank = np.linalg.matrix_rank(np.hstack([stack[:, whole[0]] for whole in alike_people]))
    found = []
    for many in range(1, LIMIT):
        for chosen in combinations([whole for whole in alike_people if len(whole) < LIMIT], many):
            if sum(map(len, chosen)) < LIMIT:
                rest = [stack[:, whole[0]] for whole in alike_people if whole not in chosen]
                if not rest or np.linalg.matrix_rank(np.hstack(rest)) < rank:
                    found.append(tuple(person for whole in chosen for person in whole))
    return found


@pytest.mark.parametrize("seed", range(15))
def test_no_sum_of_any_lines_isolates_anybody_where_all_rate_one_touchpoint(seed):
    rng = np.random.default_rng(seed)
    people = asked_once(population(rng, n=60, touchpoints=3, missing=0.12), rng)
    tables = withheld(people)
    answers = [line for line in people.lines() if line[1] != EXPECTED and line[2] == "mean"]
    lines = {line: one for line, one in told(tables["scores"], people).items() if line in answers}
    assert lines
    assert isolating(lines) == []
    assert isolating({line: people.lines()[line] for line in answers}) != []
    assert isolated(tables, people.structure.kinds, LIMIT).is_empty()
