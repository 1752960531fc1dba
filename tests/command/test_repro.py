"""What `touchstone run` makes of DVC's output, and how it ends."""

import itertools
from pathlib import Path

import pytest
import yaml

from pipelines.command import repro
from pipelines.command.repro import Ended, Going, Said, Started, follow
from pipelines.core import params
from pipelines.core.errors import StudyError

FAILING = """\
Stage 'ingest@west' didn't change, skipping
Running stage 'ingest@east':
> python -m pipelines.ingest.run east
  28,665 answers mapped (3.2 s)
Updating lock file 'dvc.lock'

Running stage 'validate@east':
> python -m pipelines.validate.run east
east/study.yaml: expected a wave, got none; add one
ERROR: failed to reproduce 'validate@east': failed to run: python x, exited with 2
"""


def seconds():
    return iter(itertools.count(0.0, 1.5)).__next__


def test_events_tell_what_each_stage_did_and_how_long_it_took():
    assert list(follow(FAILING.splitlines(keepends=True), seconds())) == [
        Ended("ingest@west", "unchanged", "unchanged", 0.0),
        Started("ingest@east"),
        Ended("ingest@east", "done", "28,665 answers mapped", 1.5),
        Started("validate@east"),
        Said("east/study.yaml: expected a wave, got none; add one"),
        Ended("validate@east", "failed", "failed with exit code 2", 1.5, exit_code=2),
    ]


def test_a_stage_ends_with_the_next_one_when_the_lock_stays_the_same():
    lines = ["Running stage 'a@x':\n", "  did a\n", "Running stage 'b@x':\n", "  did b\n"]
    assert [event for event in follow(lines, seconds()) if isinstance(event, Ended)] == [
        Ended("a@x", "done", "did a", 1.5),
        Ended("b@x", "done", "did b", 1.5),
    ]


def test_a_killed_stage_has_the_exit_code_a_shell_would_give():
    lines = ["Running stage 'a@x':\n", "ERROR: failed to reproduce 'a@x': exited with -9\n"]
    *_, ended = follow(lines, seconds())
    assert ended.exit_code == 137


def test_what_dvc_itself_complains_about_is_shown():
    lines = ["ERROR: Unable to acquire lock\n"]
    assert list(follow(lines, seconds())) == [Said("ERROR: Unable to acquire lock")]


def parameters(project: Path) -> params.Plan:
    return params.plan(project / "params.yaml")


def stages(project: Path) -> dict:
    return yaml.safe_load((project / "dvc.yaml").read_text())["stages"]


def test_a_study_has_its_stages_and_its_reports(project):
    given = stages(project), parameters(project)
    assert repro.targets("east", *given) == ["ingest@east", "notebooks@report0"]
    assert repro.targets("west", *given) == ["ingest@west"]


def test_a_stage_without_a_matrix_belongs_to_the_study_whose_files_it_makes(project):
    simulate = {"cmd": "python simulate.py east", "outs": ["data/east/raw"]}
    given = {"simulate": simulate, **stages(project)}, parameters(project)
    assert repro.targets("east", *given) == ["simulate", "ingest@east", "notebooks@report0"]
    assert repro.targets("west", *given) == ["ingest@west"]


def test_a_stage_without_a_matrix_is_shown_by_its_name(project, capsys):
    ended = repro.Ended("simulate", "done", "east: 20 customers", 3.0)
    repro._print(ended, parameters(project))
    assert capsys.readouterr().out.split() == ["simulate", "east:", "20", "customers", "3.0", "s"]


def test_a_study_that_params_do_not_list_is_named_with_the_nearest(project):
    with pytest.raises(StudyError, match=r"got 'easst'; did you mean 'east' or 'west'\? or add"):
        repro.targets("easst", stages(project), parameters(project))


def test_a_listed_study_without_a_map_is_named(project):
    with pytest.raises(StudyError, match=r"data/north: expected a study.yaml, got none; make it"):
        repro.prepare(project / "data" / "north")


def test_a_study_without_code_lists_gets_the_folder_that_dvc_waits_for(project):
    repro.prepare(project / "data" / "east")
    assert (project / "data" / "east" / "codes").is_dir()


def test_a_report_is_called_by_its_notebook(project):
    assert repro.label("notebooks@report0", parameters(project)) == ("notebooks", "east tour")
    assert repro.label("ingest@west", parameters(project)) == ("ingest", "west")


def run(project: Path, *targets: str) -> int:
    return repro.show(repro.start_dvc(*targets, folder=project), parameters(project))


def test_the_pipeline_runs_then_is_up_to_date_then_passes_on_a_failure(project, capsys):
    assert run(project) == 0
    shown = capsys.readouterr().out
    assert "ingest     east       3 rows mapped" in shown
    assert "notebooks east tour" in shown.split("seconds")[1]

    assert run(project) == 0
    assert "Everything is up to date: 3 stages unchanged" in capsys.readouterr().out

    report = project / "data/east/reports/tour.html"
    (project / "data/east/raw/answers.csv").write_text("bad\n")
    assert run(project) == 2
    failed = capsys.readouterr()
    assert "expected numbers, got 'bad'; correct it" in failed.err
    assert "failed with exit code 2" in failed.out
    assert report.read_text() == "1\n2\n3\n", "what was published before is gone"


def test_progress_of_a_stage_is_shown_and_is_not_its_summary():
    lines = ["Running stage 'drivers@x':\n", "  .. 15 of 90 models\n", "  90 models (3.0 s)\n"]
    assert list(follow(lines, seconds())) == [
        Started("drivers@x"),
        Going("drivers@x", "15 of 90 models"),
        Ended("drivers@x", "done", "90 models", 1.5),
    ]
