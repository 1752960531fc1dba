"""`touchstone run`: DVC decides what is out of date and runs it; this shows how it goes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

from pipelines.contract import registry
from pipelines.core import params, progress
from pipelines.core.errors import StudyError, closest
from pipelines.core.params import PROJECT

Outcome = Literal["done", "unchanged", "failed"]
SECONDS_IN_LOG = 20.0  # between lines of progress where they stay, in a file
PROGRESS_WIDTH = 79  # of a line of progress, so that the next one covers it
SIGNALLED = 128  # a shell's exit code for a process ended by signal s is 128 + s

_RUNNING = re.compile(r"Running stage '(?P<stage>[^']+)'")
_UNCHANGED = re.compile(r"Stage '(?P<stage>[^']+)' (didn't change|is cached)")
_FAILED = re.compile(r"ERROR: failed to reproduce '(?P<stage>[^']+)'.*")
_EXIT_CODE = re.compile(r"exited with (-?\d+)")
_OWN_TIME = re.compile(r" \(\d+\.\d s\)$")
# What DVC says between the stages, and is of no use to the reader.
_NOISE = re.compile(
    r"> |(Updating|Generating) lock file|Use `dvc push`|To track|\t|Data and pipelines"
    r"|To enable auto staging|Verifying data sources"
)


@dataclass(frozen=True)
class Started:
    """A stage begins."""

    stage: str


@dataclass(frozen=True)
class Going:
    """How far a stage is, in its own words."""

    stage: str
    text: str


@dataclass(frozen=True)
class Said:
    """A line a stage or DVC wrote that is not its summary."""

    text: str


@dataclass(frozen=True)
class Ended:
    """A stage is over: how, what it said it did, and the seconds it took."""

    stage: str
    outcome: Outcome
    did: str
    seconds: float
    exit_code: int = 0


Event = Started | Going | Said | Ended


def follow(lines: Iterable[str], clock: Callable[[], float]) -> Iterator[Event]:
    """Turn what `dvc repro` writes into events, as it writes it.

    Parameters
    ----------
    lines : iterable of str
        Its output; a step's summary is a line that begins with two blanks.
    clock : callable
        Seconds; read when a stage begins and when the next thing happens.
    """
    stage, did, began = "", "", 0.0
    for line in lines:
        text = line.rstrip()
        running, unchanged, failed = (p.match(text) for p in (_RUNNING, _UNCHANGED, _FAILED))
        if stage and (running or unchanged or failed or text.startswith("Updating lock")):
            yield Ended(stage, *_ending(failed, text, did), clock() - began, _exit_code(text))
            stage = ""
        elif failed:
            yield Ended(failed["stage"], "failed", _reason(text), 0.0, _exit_code(text))
        if running:
            stage, did, began = running["stage"], "", clock()
            yield Started(stage)
        elif unchanged:
            yield Ended(unchanged["stage"], "unchanged", "unchanged", 0.0)
        elif failed or not text or _NOISE.match(text):
            continue
        elif stage and line.startswith(progress.PROGRESS_MARK):
            yield Going(stage, text.removeprefix(progress.PROGRESS_MARK))
        elif stage and line.startswith("  "):
            did = _OWN_TIME.sub("", text.strip())
        else:
            yield Said(text)
    if stage:
        yield Ended(stage, "done", did, clock() - began)


def _ending(failed: re.Match[str] | None, text: str, did: str) -> tuple[Outcome, str]:
    return ("failed", _reason(text)) if failed else ("done", did)


def _reason(text: str) -> str:
    code = _EXIT_CODE.search(text)
    return f"failed with exit code {code[1]}" if code else text.removeprefix("ERROR: ")


def _exit_code(text: str) -> int:
    """Exit code of a failed stage; 0 if the text names none."""
    code = _EXIT_CODE.search(text)
    if not code:
        return 0
    return int(code[1]) if int(code[1]) >= 0 else SIGNALLED - int(code[1])


def targets(study: str, stages: dict[str, Any], plan: params.Plan) -> list[str]:
    """List the stages that belong to one study, in the order of dvc.yaml.

    Raises
    ------
    StudyError
        If params.yaml does not list the study.
    """
    if study not in plan.studies:
        raise StudyError(
            "params.yaml: studies",
            expected="the study to be listed",
            got=f"{study!r}",
            todo=f"{closest(study, plan.studies)} or add it there",
        )
    reports = [f"report{i}" for i, r in enumerate(plan.reports) if r.study == study]
    found: list[str] = []
    for name, stage in stages.items():
        if "matrix" in stage:
            keys = [study] if "study" in stage["matrix"] else reports
            found += [f"{name}@{key}" for key in keys]
        elif any(out.startswith(f"data/{study}/") for out in stage["outs"]):
            found.append(name)
    return found


def label(stage: str, plan: params.Plan) -> tuple[str, str]:
    """Split DVC's name of a stage into the step and what it is about.

    >>> label("ingest@sfo", ...)  # doctest: +SKIP
    ('ingest', 'sfo')
    """
    step, _, key = stage.partition("@")
    if key.startswith("report") and key[6:].isdigit():
        report = plan.reports[int(key[6:])]
        return step, f"{report.study} {report.notebook}"
    return step, key


def environment() -> dict[str, str]:
    """Environment in which stages find this Python, and tell nobody about it."""
    own = str(Path(sys.executable).parent)
    quiet = {"DVC_NO_ANALYTICS": "1", "GX_ANALYTICS_ENABLED": "false", "PYTHONUNBUFFERED": "1"}
    return {**os.environ, **quiet, "PATH": os.pathsep.join((own, os.environ.get("PATH", "")))}


def start_dvc(*arguments: str, folder: Path = PROJECT) -> subprocess.Popen[str]:
    """Start `dvc repro`; its two outputs come as one."""
    return subprocess.Popen(
        [sys.executable, "-m", "dvc", "repro", *arguments],
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    )


def reproduce(study: str | None) -> int:
    """Run the pipeline for one study or all; return the exit code."""
    plan = params.plan()
    declared = (step.settings for step in registry.steps().values())
    params.require_known(params.read(), declared)
    stages = yaml.safe_load((PROJECT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    wanted = targets(study, stages, plan) if study else []
    for name in [study] if study else plan.studies:
        prepare(PROJECT / "data" / name)
    return show(start_dvc(*wanted), plan)


def prepare(folder: Path) -> None:
    """Make sure that a study is there, and that what DVC waits for exists.

    Raises
    ------
    StudyError
        If there is no study.yaml.
    """
    if not (folder / "study.yaml").is_file():
        raise StudyError(
            f"data/{folder.name}",
            expected="a study.yaml",
            got="none",
            todo="make it with `touchstone new`, or take the name out of params.yaml",
        )
    (folder / "codes").mkdir(exist_ok=True)  # DVC has no optional inputs; a map may need no lists


def show(dvc: subprocess.Popen[str], plan: params.Plan) -> int:
    """Print what happens as it happens, and at the end the time per stage."""
    began = said = time.perf_counter()
    ended: list[Ended] = []
    pause = 0.0 if sys.stdout.isatty() else SECONDS_IN_LOG
    assert dvc.stdout is not None
    with dvc:
        for event in follow(dvc.stdout, time.perf_counter):
            if isinstance(event, Ended):
                ended.append(event)
            if isinstance(event, Going) and time.perf_counter() - said < pause:
                continue
            said = time.perf_counter()
            _print(event, plan)
    print(summary(ended, time.perf_counter() - began, plan))
    if dvc.returncode:
        print("\nThe app goes on showing what was published before.", file=sys.stderr)
    failed = [event.exit_code for event in ended if event.outcome == "failed"]
    return next(filter(None, failed), dvc.returncode)


def _print(event: Event, plan: params.Plan) -> None:
    if isinstance(event, Said):
        print(event.text, file=sys.stderr, flush=True)
        return
    step, about = label(event.stage, plan)
    if isinstance(event, Started):
        _write(f"{step:<10} {about:<10} ...")
    elif isinstance(event, Going):
        _write(f"{step:<10} {about:<10} ... {event.text}", passing=True)
    else:
        study = about.partition(" ")[0]
        did = event.did.removeprefix(f"{study}: ")
        took = f"  {event.seconds:.1f} s" if event.seconds else ""
        _write(f"{step:<10} {about:<10} {did}{took}")


def _write(line: str, *, passing: bool = False) -> None:
    """Write a line; on a terminal the next one takes the place of one that is passing."""
    if sys.stdout.isatty():
        print(line.ljust(PROGRESS_WIDTH), end="\r" if passing else "\n", flush=True)
    else:
        print(line, flush=True)


def summary(ended: list[Ended], total: float, plan: params.Plan) -> str:
    """Table of the seconds per stage that ran."""
    ran = [event for event in ended if event.outcome != "unchanged"]
    if not ran:
        return f"\nEverything is up to date: {len(ended)} stages unchanged ({total:.1f} s)."
    lines = ["", f"{'stage':<40} {'seconds':>8}"]
    for event in ran:
        name = " ".join(label(event.stage, plan))
        failed = "  failed" if event.outcome == "failed" else ""
        lines.append(f"{name:<40} {event.seconds:>8.1f}{failed}")
    rest = total - sum(event.seconds for event in ran)
    lines += [f"{'finding out what changed':<40} {rest:>8.1f}", f"{'total':<40} {total:>8.1f}"]
    unchanged = len(ended) - len(ran)
    return "\n".join([*lines, f"{unchanged} unchanged"] if unchanged else lines)
