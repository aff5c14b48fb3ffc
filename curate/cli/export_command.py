"""Make commands of exports: a task has options of its own, and all tasks share the others."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import typer

from curate.cli.export_options import (
    AllowUnknownRights,
    Format,
    IncludeAutomatic,
    Name,
    Seed,
    Shares,
    To,
    Version,
    write,
)
from curate.cli.output import Json

Asked = tuple[Callable[..., Any], Any]
"""The workflow that exports a task, and its options."""


def _first(
    context: typer.Context, name: Name, to: To, version: Version = "1", format_name: Format = "imagefolder"
) -> None:
    """What every export takes before the options of its task."""


def _last(
    include_automatic: IncludeAutomatic = False,
    allow_unknown_rights: AllowUnknownRights = False,
    shares: Shares = (80, 10, 10),
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """What every export takes behind them."""


def export_command(
    app: typer.Typer,
    task: str,
    what: str,
    own: Callable[..., Asked],
    text: str = "",
    formats: object = Format,
) -> None:
    """Add the command that exports ``task``.

    Args:
        app: Gets it.
        task: What it is called.
        what: What may be left out of it, in the singular.
        own: Has the options of the task as parameters, and takes the common ones as keywords of
            ``ExportOptions`` besides.
        text: Its help, if it is not the docstring of ``own``.
        formats: The option that chooses among the formats with a place for its records.
    """

    def command(**given: Any) -> None:
        context, to, as_json = (given.pop(each) for each in ("context", "to", "as_json"))
        export, options = own(**{"format" if name == "format_name" else name: given[name] for name in given})
        write(context, export, options, to, what, as_json)

    # Typer makes options of what a function's signature says.
    parameters = [
        each.replace(annotation=formats) if each.name == "format_name" else each
        for part in (_first, own, _last)
        for each in _options(part)
    ]
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {}
    app.command(task, help=text or inspect.getdoc(own))(command)


def _options(function: Callable[..., Any]) -> list[inspect.Parameter]:
    named = inspect.signature(function, eval_str=True).parameters.values()
    return [each.replace(kind=each.KEYWORD_ONLY) for each in named if each.kind is not each.VAR_KEYWORD]
