"""How long a move of a scenario, and an edit of a plan, take the app: script time, in milliseconds.

Run with ``python benchmarks/app_what_if.py [STUDY ...]`` after the studies were published. A rerun
of a page's fragment is what a slider costs; AppTest runs the page's whole script, which is more.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from streamlit.components.v2 import manifest_scanner  # noqa: E402

from app.core import bundle, language  # noqa: E402
from app.views.plan import live, register  # noqa: E402
from app.views.plan.edits import Edit  # noqa: E402
from app.views.whatif import models, results  # noqa: E402
from app.views.whatif.models import Customers  # noqa: E402
from pipelines.decisions.surfaces import Asked  # noqa: E402
from tests.app.conftest import open_address  # noqa: E402

TIMES = 20  # repetitions of each
MOVES = 4  # of a scenario


def milliseconds(do: Callable[[int], object]) -> str:
    """Median and longest time of a function that is given the number of its repetition."""
    do(0)
    taken = []
    for at in range(1, TIMES + 1):
        began = time.perf_counter()
        do(at)
        taken.append(1000 * (time.perf_counter() - began))
    return f"median {statistics.median(taken):6.1f} ms, longest {max(taken):6.1f} ms"


def steps(read: bundle.Bundle, customers: Customers, share: float) -> list[Asked]:
    """Lifts of the first touchpoints."""
    words = language.load("en")
    names = models.drivers(read, words, customers)[:MOVES]
    return [Asked(name, "lift_good", share) for name in names]


def what_if(study: str) -> None:
    """Evaluate a scenario, and rerun its page."""
    read = bundle.load(study)
    mode = read.tables["outcome_models"]["mode"][0]
    customers = Customers(mode, "all", "all")
    outcomes = models.outcomes(read, mode)
    print(f"{study}: {len(outcomes)} outcomes, {MOVES} moves")

    def evaluated(at: int) -> object:
        return results.evaluate(read, customers, outcomes, steps(read, customers, at / 100))

    print(f"  evaluate a scenario      {milliseconds(evaluated)}")
    names = [step.driver for step in steps(read, customers, 0.5)]
    link = ",".join(f"{name}:lift_good:50" for name in names)
    app = open_address("whatif", study=study, lang="en", mode=mode, moves=link)
    slider = f"whatif_share_{names[0]}"

    def moved(at: int) -> object:
        return app.slider(key=slider).set_value(at).run()

    print(f"  the whole page anew      {milliseconds(moved)}")


def plan(study: str) -> None:
    """Choose measures under a budget, with an edit."""
    read = bundle.load(study)
    aim = register.aim_of(read)
    if aim is None:
        print(f"{study}: no plan")
        return
    first = read.tables["measures"]["measure_id"][0]

    def chosen(at: int) -> object:
        edits = {first: Edit(one_off=1000.0 * at)}
        budget = aim.least + (aim.most - aim.least) * at / TIMES
        return live.plan_for(read, aim, edits, budget, "expected")

    print(f"{study}: {read.tables['measures'].height} measures")
    print(f"  the best plan, edited    {milliseconds(chosen)}")


if __name__ == "__main__":
    manifest_scanner.scan_component_manifests = list  # AppTest alone does this, a second each time
    for name in sys.argv[1:] or bundle.studies():
        if bundle.load(name).has("moves"):
            what_if(name)
            plan(name)
