"""A step says what it did, or what is wrong; never a traceback."""

import sys

import pytest

from pipelines.core import step

MAP = """\
title: {en: Stub}
about: {en: Nothing.}
licence: none
languages: [en]
currency: EUR
time_zone: UTC
sources: {}
"""


def start(monkeypatch, run, *arguments, more=()):
    monkeypatch.setattr(sys, "argv", ["run.py", *arguments])
    step.main(run, *more)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "study.yaml").write_text(MAP)
    return f"{tmp_path}/"


def test_a_step_prints_what_it_did_and_how_long_it_took(monkeypatch, capsys, folder):
    start(monkeypatch, lambda study: f"3 rows of {study.map.title['en']}", folder)
    assert capsys.readouterr().out.startswith("  3 rows of Stub (0.")


def test_a_step_gets_its_further_arguments(monkeypatch, capsys, folder):
    start(monkeypatch, lambda study, name: name, folder, "tour", more=("NOTEBOOK",))
    assert "tour" in capsys.readouterr().out


def test_a_study_that_is_wrong_ends_with_code_2_and_a_message(monkeypatch, capsys, tmp_path):
    with pytest.raises(SystemExit) as ended:
        start(monkeypatch, lambda study: "", f"{tmp_path}/nowhere")
    assert ended.value.code == 2
    shown = capsys.readouterr()
    assert "expected a study.yaml, got none" in shown.err
    assert not shown.out


def test_too_few_arguments_show_the_usage(monkeypatch):
    with pytest.raises(SystemExit, match=r"usage: python run.py STUDY NOTEBOOK"):
        start(monkeypatch, lambda study, name: "", "sfo", more=("NOTEBOOK",))
