"""Write docs/demo-truth.md from the constants of the model.

``python -m pipelines.command.demo_truth`` is part of `make derive`; a test fails while the file is
not current.
"""

from __future__ import annotations

import ast
import dataclasses
import inspect
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

from pipelines.core.params import PROJECT
from pipelines.simulate import measures, metrics, surveys, truth
from pipelines.simulate.dirt import KINDS_OF_DIRT, TABLE_OF_FILE
from pipelines.simulate.model import INCIDENT, N_RATED, PLANNED, REWORDING, TOUCHPOINTS
from pipelines.simulate.paths import BAD_MOOD, GOOD

DEMO_TRUTH = PROJECT / "docs" / "demo-truth.md"
PAGE = Path(__file__).with_suffix(".md")  # the words; {name} stands for a table

TOPICS = {  # module -> heading
    "population": "Who the customers are",
    "operations": "Operations",
    "quality": "Quality of a contact",
    "paths": "Which contact follows which",
    "journeys": "Journeys and memory",
    "leaving": "Leaving",
    "answers": "How people answer",
    "surveys": "The two surveys",
    "measures": "What could be done",
    "orders": "Orders",
    "opinions": "Who writes what",
    "texts": "Words",
    "typos": "Typing errors in texts",
    "searches": "Searches",
    "relatives": "Relatives",
    "misspellings": "Misspelt names",
    "variants": "How records differ",
    "persons": "Names",
    "identities": "Records",
    "contacts": "Logs",
    "writings": "Who signs",
    "observations": "Observed journeys",
    "model": "The window",
    "calendar": "Clocks",
}
# Told in a table of their own, or names and columns and no parameters.
ELSEWHERE = {
    *("TOUCHPOINTS", "TOUCHPOINT_NAMES", "PLACE_OF", "N_RATED", "SYSTEMS", "STAGES"),
    *("PLANNED", "INCIDENT", "REWORDING", "REGISTERED", "EFFECTS"),
    *("GOOD", "BAD_MOOD", "HOME", "CHECKOUT", "START", "END", "START_STATE", "END_STATE"),
    *("KANO", "KANO_ANSWERS", "RECORD_COLUMNS", "TRUTH_COLUMNS", "PERSON_NAMES", "ADDRESS"),
    *("PHRASE_LANGUAGES", "POLARITIES", "GENERAL", "TRANSCRIBED", "ABBREVIATED", "LETTERS"),
    *("GERMAN_TIME", "ISO_TIME", "OBSERVED_DECIMALS", "INTERACTION_TYPES"),
}


def demo_truth() -> str:
    """Return the text of docs/demo-truth.md."""
    parts = {
        "touchpoints": _touchpoints(),
        "kano": _kano(),
        "measures": _measures(),
        "register": _register(),
        "odds": _odds(),
        "daily": _daily(),
        "figures": _figures(),
        "weeks": _weeks(),
        "persistence": _cell(metrics.NOISE_PERSISTENCE),
        "seen": _dirt(seen=True),
        "unseen": _dirt(seen=False),
        "n_kinds": str(len({kind.name for kinds in KINDS_OF_DIRT.values() for kind in kinds})),
        "chains": _chains(),
        "parameters": _parameters(),
        "lever": str(truth.LEVER),
        "horizon": str(truth.HORIZON),
        "wording": f"{REWORDING.touchpoint}, from {REWORDING.wave} on: {REWORDING.effect:+g}",
    }
    text = PAGE.read_text(encoding="utf-8")
    for name, part in parts.items():
        text = text.replace(f"{{{name}}}", part.rstrip("\n"))
    return text


def _touchpoints() -> str:
    return _rows(
        (
            *("touchpoint", "stage", "system", "quality", "sd", "penalty", "reward", "kind"),
            *("minutes", "gap"),
        ),
        (
            (
                f"`{point.id}`",
                point.stage,
                point.system or ("none" if point.direct else "outside"),
                _cell(point.quality),
                _cell(point.chance),
                *((_cell(point.penalty), _cell(point.reward)) if place < N_RATED else ("", "")),
                point.kind if place < N_RATED else "",
                _cell(point.minutes),
                _cell(point.gap_hours),
            )
            for place, point in enumerate(TOUCHPOINTS)
        ),
    )


def _kano() -> str:
    categories = list(surveys.KANO_ANSWERS)
    return _rows(
        ("feature", "touchpoint", *categories),
        (
            (f"`{feature}`", touchpoint, *map(_cell, shares))
            for feature, (touchpoint, shares) in surveys.KANO.items()
        ),
    )


def _measures() -> str:
    rows: list[tuple[str, ...]] = [
        (f"`{p.id}`", p.touchpoint, f"from {p.starts}", ", ".join(p.units), f"{p.effect:+g}")
        for p in PLANNED
    ]
    days = f"{INCIDENT.first} to {INCIDENT.last}"
    rows += [(f"`{INCIDENT.id}`", t, days, "everybody", f"{e:+g}") for t, e in INCIDENT.effects]
    return _rows(("what", "touchpoint", "when", "where", "quality"), rows)


def _register() -> str:
    return _rows(
        ("measure", "touchpoint", "lift", "share", "of"),
        (
            (f"`{m.id}`", m.touchpoint, m.lift, _cell(m.share), m.segment or "everybody")
            for m in measures.REGISTERED
        ),
    )


def _odds() -> str:
    ratios = truth.effects()["odds_ratio_of_leaving"]
    return _rows(
        ("what", "odds ratio"), ((n.replace("_", " "), f"{v:.2f}") for n, v in ratios.items())
    )


def _daily() -> str:
    return _rows(
        ("event", "days", "figure", "effect"),
        (
            (
                f"`{event.id}`",
                f"{event.first} to {event.last}",
                f"{effect.touchpoint} {effect.metric}",
                f"{effect.change:+g}",
            )
            for event in (metrics.OUTAGE, metrics.PRESS)
            for effect in event.effects
        ),
    )


def _figures() -> str:
    fields = ("name", "kind", "base", "level", "noise", "trend", "season", "peak", "week")
    return _rows(
        ("touchpoint", "figure", "kind", "of", *fields[3:]),
        (
            (f"`{metric.touchpoint}`", *(_cell(getattr(metric, field) or "") for field in fields))
            for metric in metrics.METRICS
        ),
    )


def _weeks() -> str:
    return _rows(
        ("week", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
        ((f"`{name}`", *map(_cell, days)) for name, days in metrics.WEEKS.items()),
    )


def _dirt(*, seen: bool) -> str:
    """List the kinds of dirty rows: by rule, or those without."""
    rows = (
        (TABLE_OF_FILE[export], export, kind.name, f"`{kind.rule}`", f"{100 * kind.share:.1f}")
        for export, kinds in KINDS_OF_DIRT.items()
        for kind in kinds
        if (kind.rule is not None) == seen
    )
    head = ("table", "file", "kind", "rule", "%")
    keep = [0, 1, 2, 3, 4] if seen else [0, 1, 2, 4]
    return _rows([head[k] for k in keep], ([row[k] for k in keep] for row in rows))


def _chains() -> str:
    """Shares of what follows each contact, in either mood."""
    rows = (
        (intention, mood, at, ", ".join(f"{to} {share:g}" for to, share in shares.items()))
        for mood, chains in (("good", GOOD), ("bad", BAD_MOOD))
        for intention, chain in chains.items()
        for at, shares in chain.items()
    )
    return _rows(("intention", "mood", "after", "follows"), rows)


def _parameters() -> str:
    sections = []
    modules = {module.__name__.rsplit(".", 1)[-1]: module for module in truth.MODULES}
    told = truth.parameters()
    for name, heading in TOPICS.items():
        notes = _comments(modules[name])
        rows = [
            (f"`{constant}`", _cell(value), notes.get(constant, ""))
            for constant, value in told[name].items()
            if constant not in ELSEWHERE
        ]
        if rows:
            table = _rows(("parameter", "value", "what"), rows)
            sections.append(f"### {heading}\n\n`{modules[name].__name__}`\n\n{table}")
    return "\n".join(sections)


def _comments(module: ModuleType) -> dict[str, str]:
    """Comment beside each constant that a module assigns, or the one just above it."""
    source = inspect.getsource(module)
    lines = source.splitlines()
    found: dict[str, str] = {}
    for node in ast.parse(source).body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        names = [
            name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)
        ]
        beside = lines[node.lineno - 1].partition("  # ")[2]
        above = _above(lines, node.lineno - 1)
        found |= {name: (beside or above) for name in names if name.isupper()}
    return found


def _above(lines: list[str], place: int) -> str:
    """Text of the comment lines that end just above a line."""
    said: list[str] = []
    while place > 0 and lines[place - 1].startswith("# "):
        place -= 1
        said.insert(0, lines[place][2:])
    return " ".join(said)


def _cell(value: Any) -> str:
    """Write a value so that it can be read."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _cell(dataclasses.asdict(value))
    if isinstance(value, Mapping):
        inner = {
            key: f"({_cell(one)})" if isinstance(one, Mapping) else _cell(one)
            for key, one in value.items()
        }
        return ", ".join(f"{key}: {one}" for key, one in inner.items())
    if isinstance(value, (tuple, list)):
        return f"({', '.join(map(_cell, value))})"
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:g}" if isinstance(value, float) else str(value).replace("|", "\\|")


def _rows(heading: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Write a Markdown table."""
    names = list(heading)
    lines = [names, ["---"] * len(names), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


if __name__ == "__main__":
    DEMO_TRUTH.write_text(demo_truth(), encoding="utf-8")
