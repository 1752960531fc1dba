"""How long a move of a scenario, and another budget of a plan, take the app: script time, in ms.

Run with ``python benchmarks/app_what_if.py [STUDY ...]`` after the studies were published. Timed is
the fragment of the page that reruns when a slider moves: pickers, evaluation, sentence, charts and
tables, as Streamlit's script makes them; not the browser, and not the rest of the page.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from streamlit.components.v2 import manifest_scanner  # noqa: E402
from streamlit.testing.v1 import AppTest  # noqa: E402

from app.core import bundle, language  # noqa: E402
from app.views.plan import register  # noqa: E402
from app.views.plan import sections as plan_sections  # noqa: E402
from app.views.whatif import models, results  # noqa: E402
from app.views.whatif import sections as whatif_sections  # noqa: E402
from app.views.whatif.models import Customers  # noqa: E402
from pipelines.decisions.surfaces import Asked  # noqa: E402
from tests.app.conftest import open_address  # noqa: E402

TIMES, WARM = 20, 3  # repetitions, and those before them that are not counted
MOVES = 4  # of a scenario


Taken = tuple[float, float]  # milliseconds: by the clock, and of this thread's processor


def told(taken: list[Taken]) -> str:
    """Median and longest of some times; on a shared machine the processor's tell more."""
    clock, processor = zip(*taken, strict=True)
    return (
        f"median {statistics.median(clock):6.1f} ms, longest {max(clock):6.1f} ms; "
        f"processor {statistics.median(processor):6.1f} ms"
    )


def timed(do: Callable[..., object], *given: object) -> Taken:
    """How long a call takes."""
    began, used = time.perf_counter(), time.thread_time()
    do(*given)
    return 1000 * (time.perf_counter() - began), 1000 * (time.thread_time() - used)


def in_fragment(sections: ModuleType, name: str, app: AppTest, move: Callable[[int], None]) -> str:
    """Time of a page's fragment while something on it moves."""
    own, taken = getattr(sections, name), []
    setattr(sections, name, lambda *given: taken.append(timed(own, *given)))
    for at in range(TIMES + WARM):
        move(at)
        app.run()
    setattr(sections, name, own)
    return told(taken[WARM:])


def what_if(study: str) -> None:
    """A scenario evaluated, and its part of the page while a slider moves."""
    read = bundle.load(study)
    mode = read.tables["outcome_models"]["mode"][0]
    customers, words = Customers(mode, "all", "all"), language.load("en")
    outcomes = models.outcomes(read, mode)
    names = models.drivers(read, words, customers)[:MOVES]

    def evaluate(at: int) -> object:
        steps = [Asked(name, "lift_good", (at + 1) / 100) for name in names]
        return results.evaluate(read, customers, outcomes, steps)

    evaluated = [timed(evaluate, at) for at in range(TIMES + WARM)][WARM:]
    link = ",".join(f"{name}:lift_good:50" for name in names)
    app = open_address("whatif", study=study, lang="en", mode=mode, moves=link)
    slider = f"whatif_share_{names[0]}"
    moved = in_fragment(
        whatif_sections, "scenario", app, lambda at: app.slider(key=slider).set_value(at + 1)
    )
    print(f"{study}, what-if: {len(outcomes)} outcomes, {len(names)} moves")
    print(f"  scenario evaluated  {told(evaluated)}")
    print(f"  a slider moves      {moved}")


def measures(study: str) -> None:
    """The best plan and its part of the page while the budget moves."""
    read = bundle.load(study)
    aim = register.aim_of(read)
    if aim is None:
        print(f"{study}: no plan")
        return
    app = open_address("plan", study=study, lang="en")
    slider = app.slider(key="plan_budget")
    step = (slider.max - slider.min) // TIMES

    def move(at: int) -> None:
        app.slider(key="plan_budget").set_value(slider.min + step * (at % TIMES))

    print(f"{study}, plan: {read.tables['measures'].height} measures")
    print(f"  the budget moves    {in_fragment(plan_sections, 'planning', app, move)}")


if __name__ == "__main__":
    manifest_scanner.scan_component_manifests = list  # AppTest alone does this, a second each time
    for one in sys.argv[1:] or bundle.studies():
        if bundle.load(one).has("moves"):
            what_if(one)
            measures(one)
