"""``curate status`` and ``failures``: how things stand."""

from __future__ import annotations

from typing import Annotated

import typer

from curate.cli.context import open_workspace
from curate.cli.output import Json, count, result, result_json, table


def register(app: typer.Typer) -> None:
    for command in (status, failures):
        app.command()(command)


def status(context: typer.Context, as_json: Json = False) -> None:
    """How far everything is, in numbers."""
    from curate.workflows.status import status

    with open_workspace(context) as workspace:
        found = status(workspace)
    if as_json:
        result_json(found)
        return
    rows: list[tuple[str, object]] = [
        ("photos", found["photos"]),
        ("files they lie in", found["photo_files"]),
    ]
    for each in found["detectors"]:
        rows.append((f"objects by {each['name']}", f"{each['objects']} in {count(each['photos'], 'photo')}"))
    rows += [(f"vectors by {each['name']}", each["objects"]) for each in found["embedders"]]
    rows += [(f"captions by {each['name']}", each["objects"]) for each in found["captioners"]]
    if found["captions_by_people"]:
        rows.append(("captions by people", found["captions_by_people"]))
    if found["taken_down"]:
        rows.append(("photos taken down", found["taken_down"]))
    for kind in ("pairs", "removals"):
        rows += [(f"{kind}: {what}", number) for what, number in found[kind].items() if number]
    rows += [(what.replace("_", " "), found[what]) for what in ("mining_runs", "decisions", "manifests")]
    rows += [(f"failures in {stage}", number) for stage, number in found["failures"].items()]
    table((found["workspace"], ""), rows)


def failures(
    context: typer.Context,
    stage: Annotated[
        str | None, typer.Option("--stage", help="ingest, detect, embed, remove, caption or takedown.")
    ] = None,
    as_json: Json = False,
) -> None:
    """What could not be processed, and why."""
    from curate.workflows.failures import failures

    with open_workspace(context) as workspace:
        found = failures(workspace, stage)
    if as_json:
        keys = ("stage", "subject", "reason", "attempts", "last_at")
        result_json([{key: getattr(each, key) for key in keys} for each in found])
    elif not found:
        result("Nothing has failed.")
    else:
        rows = [(each.stage, each.subject, each.reason, each.attempts) for each in found]
        table(("stage", "input", "reason", "attempts"), rows)
