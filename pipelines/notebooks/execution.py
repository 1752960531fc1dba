"""Execute a notebook in a kernel of its own, shielded from what differs between machines."""

from __future__ import annotations

import os
import re
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError

from pipelines.core.errors import TouchstoneError

KERNEL = "python3"
SET_UP = "from pipelines.notebooks import rendering; rendering.enable()"
ARGUMENTS = [
    f"--IPKernelApp.exec_lines={SET_UP}",
    "--IPKernelApp.log_level=40",  # errors; it warns about every kernel on this machine's own port
    "--HistoryManager.enabled=False",
]
LONGEST_ERROR = 300  # characters of an error message
TRACEBACK = "Traceback (most recent call last)"
TERMINAL_COLOURS = re.compile(r"\x1b\[[0-9;]*m")  # of text on a terminal


class NotebookError(TouchstoneError):
    """A cell of a notebook fails."""


def execute(
    notebook: nbformat.NotebookNode, *, name: str, study: str, folder: Path
) -> nbformat.NotebookNode:
    """Return the notebook with its outputs.

    Parameters
    ----------
    notebook : NotebookNode
        Without outputs.
    name : str
        For messages.
    study : str
        Name or folder of the study; the notebook finds it in TOUCHSTONE_STUDY.
    folder : Path
        Working directory.

    Raises
    ------
    NotebookError
        If a cell raises, warns, or ends the kernel.
    """
    executed = nbformat.from_dict(notebook)
    client = NotebookClient(
        executed,
        kernel_name=KERNEL,
        timeout=None,
        record_timing=False,
        resources={"metadata": {"path": str(folder)}},
        extra_arguments=ARGUMENTS,
    )
    with TemporaryDirectory() as settings:  # the user's own IPython settings stay out
        try:
            client.execute(env=environment(study, settings))
        except (CellExecutionError, DeadKernelError) as error:
            raise failure(executed, name, str(error)) from error
    refuse_warnings(executed, name)
    return executed


def environment(study: str, settings: str) -> dict[str, str]:
    """Environment of the kernel."""
    fixed = {"PYTHONHASHSEED": "0", "TZ": "UTC", "IPYTHONDIR": settings}
    return {**os.environ, **fixed, "TOUCHSTONE_STUDY": study}


def _code_cells(notebook: nbformat.NotebookNode) -> list[tuple[int, nbformat.NotebookNode]]:
    cells = enumerate(notebook.cells, start=1)
    return [(number, cell) for number, cell in cells if cell.cell_type == "code"]


def refuse_warnings(notebook: nbformat.NotebookNode, name: str) -> None:
    """Refuse a cell that wrote a warning, or a traceback as Altair does when it cannot draw.

    They name files of this machine, and no reader wants them.

    Raises
    ------
    NotebookError
        Naming the first such cell.
    """
    for number, cell in _code_cells(notebook):
        for output in cell.outputs:
            if output.get("name") == "stderr":
                raise _complaint(name, number, "no warning", output.text)
            if TRACEBACK in output.get("text", ""):
                last = TERMINAL_COLOURS.sub("", output.text).strip().splitlines()[-1]
                raise _complaint(name, number, "no error", last)


def failure(notebook: nbformat.NotebookNode, name: str, message: str) -> NotebookError:
    """Name the cell that raised; if none did, the kernel died in the first unfinished one."""
    for number, cell in _code_cells(notebook):
        for output in cell.outputs:
            if output.output_type == "error":
                got = f"{output.ename}: {output.evalue}"
                return _complaint(name, number, "no error", got)
    unfinished = [number for number, cell in _code_cells(notebook) if not cell.execution_count]
    return _complaint(name, unfinished[0] if unfinished else 1, "no error", message)


def _complaint(name: str, number: int, expected: str, got: str) -> NotebookError:
    short = " ".join(got.split())
    return NotebookError(
        f"notebooks/{name}.ipynb: cell {number}",
        expected=expected,
        got=short if len(short) <= LONGEST_ERROR else f"{short[:LONGEST_ERROR]}...",
        todo="mend that cell; `make lab` opens the notebook",
    )
