"""The command line: helps a newcomer, and never shows a traceback."""

import socket
import subprocess
import sys
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from pipelines.command import check, repro, serve, verify
from pipelines.command.check import Finding
from pipelines.command.main import app
from pipelines.core.errors import StudyError

COMMANDS = ("new", "check", "run", "app", "verify")


def call(*arguments: str):
    return CliRunner().invoke(app, list(arguments))


def test_help_names_every_command():
    shown = call("--help")
    assert shown.exit_code == 0
    assert all(f"  {name} " in shown.output for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name):
    shown = call(name, "--help")
    assert shown.exit_code == 0
    assert len(shown.output.splitlines()) > 8


def test_without_a_command_the_help_is_shown():
    assert "Commands:" in call().output


def test_a_problem_is_a_message_with_exit_code_2_and_no_traceback(monkeypatch):
    def fail(name):
        raise StudyError("here", expected="a study", got="none", todo="make one")

    monkeypatch.setattr(repro, "reproduce", fail)
    shown = call("run", "nowhere")
    assert shown.exit_code == 2
    assert shown.stderr == "here: expected a study, got none; make one\n"
    assert shown.stdout == ""


def test_check_tells_errors_from_notes(monkeypatch):
    note = Finding("note", "a", "b", "c", "d")
    monkeypatch.setattr(check, "check_study", lambda name: [note])
    shown = call("check", "shop")
    assert shown.exit_code == 0
    assert "note: a: expected b, got c; d" in shown.stdout
    assert "nothing stops a run; notes above: 1. Next: touchstone run shop" in shown.stdout

    monkeypatch.setattr(check, "check_study", lambda name: [replace(note, severity="error"), note])
    shown = call("check", "shop")
    assert shown.exit_code == 2
    assert shown.stderr == "error: a: expected b, got c; d\n"


def test_a_sound_study_has_nothing_wrong(monkeypatch):
    monkeypatch.setattr(check, "check_study", lambda name: [])
    assert call("check", "shop").stdout == ("shop: nothing is wrong. Next: touchstone run shop\n")


def test_the_exit_code_of_a_stage_is_passed_on(monkeypatch):
    monkeypatch.setattr(repro, "reproduce", lambda name: 2)
    assert call("run").exit_code == 2


def test_the_exit_code_of_a_comparison_is_passed_on(monkeypatch):
    monkeypatch.setattr(verify, "verify_all", lambda: 1)
    assert call("verify").exit_code == 1


def test_help_does_not_load_what_computes():
    heavy = {"polars", "pandas", "great_expectations", "dvc", "streamlit", "pydantic"}
    code = f"import pipelines.command.main, sys; print({heavy} & set(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "set()"


def test_a_port_that_is_taken_is_passed_over():
    with socket.socket() as taken:
        taken.bind((serve.HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert serve.free_port(port) > port


def test_the_app_stays_on_this_machine_and_asks_nothing():
    command = serve.streamlit(8600, headless=True)
    assert "--server.address=localhost" in command
    assert "--server.headless=true" in command
    assert "--browser.gatherUsageStats=false" in command


def test_without_a_screen_no_browser_is_opened(monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert not serve.has_screen()
    monkeypatch.setenv("DISPLAY", ":0")
    assert serve.has_screen()
