"""The command `touchstone`. Modules that load slowly are imported where they are needed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from pipelines.core.errors import BAD_INPUT, TouchstoneError


class Commands(TyperGroup):
    """Shows what the user can mend as a message, exit code 2, never as a traceback."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except TouchstoneError as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(BAD_INPUT) from error


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help=(
        "Customer experience analytics: where every touchpoint of the customer journey "
        "stands, with its uncertainty.\n\n"
        "A study is a folder in data/: the files a company has (raw/) and a map of what is "
        "in them (study.yaml). With your own files: `touchstone new`, correct the map, "
        "`touchstone check`, `touchstone run`, `touchstone app`."
    ),
)

Name = Annotated[str, typer.Argument(help="The study: the name of its folder in data/.")]


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="Name of the new study; its folder in data/.")],
    files: Annotated[list[Path], typer.Argument(help="Files: csv, parquet, xlsx or sav.")],
) -> None:
    """Begin a study with your own files.

    Copies the files to data/NAME/raw/, looks at what is in them and writes a first
    data/NAME/study.yaml. What it had to guess is marked there: correct it by hand, then
    run `touchstone check NAME`.
    """
    from pipelines.command.new import new_study

    typer.echo(new_study(name, files))


@app.command()
def check(name: Name) -> None:
    """Say what is wrong with a study.

    Reads data/NAME/study.yaml and the files it names, before anything runs. Nothing is
    computed and nothing is changed.
    """
    from pipelines.command.check import check_study

    findings = check_study(name)
    for finding in findings:
        typer.echo(str(finding), err=finding.is_error)
    if any(finding.is_error for finding in findings):
        raise typer.Exit(BAD_INPUT)
    verdict = (
        f"nothing stops a run; notes above: {len(findings)}" if findings else "nothing is wrong"
    )
    typer.echo(f"{name}: {verdict}. Next: touchstone run {name}")


@app.command()
def run(
    name: Annotated[
        str | None, typer.Argument(help="The study to compute; without it, all of them.")
    ] = None,
) -> None:
    """Compute what is not up to date, for one study or all.

    Goes from the raw files to what the app shows. Prints a line per stage: what it did and
    how long it took. A stage whose inputs, code and parameters have not changed is not run
    again. If a stage fails, the app goes on showing what was published before.
    """
    from pipelines.command.repro import reproduce

    raise typer.Exit(reproduce(name))


@app.command(name="app")
def open_app(
    port: Annotated[
        int, typer.Option(min=1, max=65535, help="Port; if it is taken, the next free one.")
    ] = 8501,
) -> None:
    """Open the app in the browser.

    Says its address. Works without a screen too: open the address on your own machine.
    Ctrl+C ends it.
    """
    from pipelines.command.serve import serve

    serve(port)


@app.command()
def verify() -> None:
    """Compute everything anew in a clean copy, and compare.

    Nothing is restored from a cache. Prints which outputs came out identical, changed or
    missing. Exit code 0: all identical; 1: not all; 2: it could not be computed.
    """
    from pipelines.command.verify import verify_all

    raise typer.Exit(verify_all())


if __name__ == "__main__":
    app()
