"""The ``curate`` command. One module per group of commands; heavy libraries load inside the commands."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from curate import __version__
from curate.cli import (
    analyse,
    annotate,
    caption,
    convert,
    database,
    decide,
    demo,
    doctor,
    evaluate,
    export,
    groups,
    index,
    leaks,
    manifests,
    models,
    pairs,
    people,
    progress,
    queue,
    remove,
    review,
    runs,
    search,
    stages,
    takedown,
    upkeep,
    workspace,
)
from curate.cli.usage import UsageError
from curate.errors import CurateError

app = typer.Typer(
    name="curate",
    help="Turn piles of photos into reviewed training data: photos, objects, recurrence groups, manifests.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # importing Rich for coloured help takes longer than all the rest of it
    context_settings={"help_option_names": ["-h", "--help"]},
)


_INTERRUPTED = 130
"""128 + SIGINT, as shells have it: what Typer makes of Ctrl-C."""
_NOTHING_LOST = "Interrupted. Nothing that was finished is lost: the same command goes on from there."


def _version(wanted: bool) -> None:
    if wanted:
        print(f"recurate {__version__}")
        raise typer.Exit


@app.callback()
def settings(
    context: typer.Context,
    workspace: Annotated[
        Path | None,
        typer.Option("--workspace", "-w", envvar="CURATE_WORKSPACE", help="Workspace folder."),
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    context.obj = workspace


for module in (
    workspace,
    stages,
    runs,
    groups,
    analyse,
    pairs,
    decide,
    review,
    queue,
    progress,
    people,
    remove,
    caption,
    export,
    convert,
    manifests,
    leaks,
    evaluate,
    search,
    annotate,
    models,
    index,
    database,
    upkeep,
    doctor,
    takedown,
    demo,
):
    module.register(app)


def main() -> None:
    """Entry point: every error a user can meet is one sentence and exit code 1, or 2 for wrong usage.

    With --json it is also told to the program: ``{"error": "..."}`` in one line on standard output.
    """
    # As Ctrl-C does, so that what was opened is closed and the embedded database stops.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    try:
        _run()
    except CurateError as error:
        _fail(str(error))
    except SystemExit as ended:
        if ended.code == _INTERRUPTED:
            _leave(_NOTHING_LOST, _INTERRUPTED)
        raise
    except UnicodeEncodeError:
        if all(map(_is_text, sys.argv)):
            raise
        _fail("A word of the command has bytes that are no UTF-8, and only paths may: type it anew.")
    except BrokenPipeError:
        # The reader of a pipe went away, as in `curate groups list | head`: not an error of ours.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


def _fail(sentence: str) -> NoReturn:
    _leave(f"Error: {sentence}", 1, sentence)


def _leave(line: str, code: int, for_program: str | None = None) -> NoReturn:
    print(line, file=sys.stderr)
    if _for_program():
        _tell_program(for_program or line)
    sys.exit(code)


def _is_text(argument: str) -> bool:
    """Whether the shell gave UTF-8; Python keeps other bytes as halves of characters."""
    return not any("\ud800" <= sign <= "\udfff" for sign in argument)


def _run() -> None:
    if not _for_program():
        app()
        return
    try:
        sys.exit(app(standalone_mode=False))  # tells the exit code, and raises what it would print
    except UsageError as error:
        error.show()
        _tell_program(error.format_message())
        sys.exit(error.exit_code)
    except typer.Abort:
        print("Aborted!", file=sys.stderr)
        _tell_program("Aborted by whoever was asked.")
        sys.exit(1)


def _for_program() -> bool:
    arguments = sys.argv[1:]
    return "--json" in arguments[: arguments.index("--") if "--" in arguments else None]


def _tell_program(sentence: str) -> None:
    sentence = sentence.encode(errors="backslashreplace").decode()  # the name of a file may be no text
    print(json.dumps({"error": sentence}, ensure_ascii=False), flush=True)
