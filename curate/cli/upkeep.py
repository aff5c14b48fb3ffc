"""``curate status``, ``failures`` and ``doctor``: how things stand."""

from __future__ import annotations

from typing import Annotated

import typer

from curate.cli.context import open_workspace
from curate.cli.output import Json, count, result, result_json, table


def register(app: typer.Typer) -> None:
    for command in (status, failures, doctor):
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


def doctor(
    context: typer.Context,
    photos: Annotated[
        bool, typer.Option("--photos", help="Also read every photo again and compare.")
    ] = False,
    forget_vectors: Annotated[
        bool, typer.Option("--forget-vectors", help="Go on although all vectors of a model are lost.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Find and mend disagreements.

    Database, media store, search index and, with --photos, the photos themselves are compared.
    """
    from curate.workflows.doctor import examine_workspace

    with open_workspace(context) as workspace:
        findings = list(examine_workspace(workspace, originals=photos, forget_vectors=forget_vectors))
    if as_json:
        keys = ("what", "subject", "mended", "advice")
        result_json([{key: getattr(each, key) for key in keys} for each in findings])
    elif not findings:
        result("All is well.")
    else:
        rows = [(each.what, each.subject, "mended" if each.mended else each.advice) for each in findings]
        table(("finding", "where", "what was done, or what to do"), rows)
    if not all(each.mended for each in findings):
        raise typer.Exit(1)
