"""``curate runs``: what was mined, and how."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import typer

from curate.cli.context import open_workspace
from curate.cli.output import Json, result, result_json, say, table

_COLUMNS = (
    "run",
    "state",
    "last asked (UTC)",
    "objects",
    "found",
    "groups",
)

_ID = 8
"""Letters of a run's id that are shown."""


def register(app: typer.Typer) -> None:
    app.command()(runs)


def runs(context: typer.Context, as_json: Json = False) -> None:
    """All mining runs, the latest first.

    The groups of the latest are reviewed; `curate analyse --run` takes the start of any id.
    """
    from curate.workflows.mining_runs import runs

    with open_workspace(context) as workspace:
        found = runs(workspace)
    if as_json:
        result_json(found)
    elif not found:
        result("Nothing has been mined yet: type `curate mine`.")
    else:
        table(_COLUMNS, map(_line, found))
        result("What to type for each, as to review the groups of an earlier one again:")
        newest: dict[str, str] = {}
        for each in found:
            run = each["run"][:_ID]
            as_newer = newest.setdefault(each["command"], run)
            what = f"as {as_newer}, before objects came or went"
            if as_newer == run:
                what = f"{each['command']}  ({_compared(each)})"
            result(f"  {run}  {what}")
        say("Objects that came since a run are mined too when it is typed again: that is a newer run then.")


def _line(run: Mapping[str, Any]) -> tuple[object, ...]:
    ended = run["finished_at"]
    return (
        run["run"][:_ID],
        run["state"],
        ended[:16].replace("T", " ") if ended else "",
        _number(run["objects"]),
        _recall(run),
        _number(run["groups"]),
    )


def _compared(run: Mapping[str, Any]) -> str:
    """Whose objects, by whose vectors, and which similarities count: ``nanodet, sscd, 0.39 to 0.6``."""
    band = run["parameters"]["band"]
    models = [run[role] for role in ("detector", "embedder") if run[role]]
    return ", ".join([*models, f"{band['low']:g} to {band['high']:g}"])


def _number(known: int | None) -> str:
    return "" if known is None else f"{known:,}"


def _recall(run: Mapping[str, Any]) -> str:
    """Share of the pairs in the band, with its 95 % interval."""
    low, high = run["recall_low"], run["recall_high"]
    if low is None:
        return ""
    if run["recall"] is None:
        return "unknown"
    return "all" if low == 1 else f"{run['recall']:.2%} ({low:.2%} to {high:.2%})"
