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
    "embedder",
    "detector",
    "band",
    "views",
    "rule",
    "found",
    "groups",
)


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
        say("To review the groups of an earlier run again, type its `curate mine` again, options and all.")


def _line(run: Mapping[str, Any]) -> tuple[object, ...]:
    asked, ended = run["parameters"], run["finished_at"]
    return (
        run["run"][:13],
        run["state"],
        ended[:16].replace("T", " ") if ended else "",
        run["embedder"] or "",
        run["detector"] or "",
        f"{asked['band']['low']:g} to {asked['band']['high']:g}",
        f"{asked['min_views'] + 1} to {asked['max_size']}" if "min_views" in asked else "",
        _rule(asked),
        _recall(run),
        "" if run["groups"] is None else f"{run['groups']:,}",
    )


def _rule(asked: Mapping[str, Any]) -> str:
    """How groups were made, and of which objects not: ``compact, without cup``."""
    excluded = asked.get("filter", {}).get("exclude_labels", ())
    return ", ".join([asked.get("rule", ""), *(f"without {label}" for label in excluded)])


def _recall(run: Mapping[str, Any]) -> str:
    """Share of the pairs in the band, with its 95 % interval."""
    low, high = run["recall_low"], run["recall_high"]
    if low is None:
        return ""
    if run["recall"] is None:
        return "unknown"
    return "all" if low == 1 else f"{run['recall']:.2%} ({low:.2%} to {high:.2%})"
