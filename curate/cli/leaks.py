"""``curate leaks``: what stands on two sides of a training."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from curate.cli.output import Json, count, counting, result, result_json

if TYPE_CHECKING:
    from curate.exporters.leaks import Leak
    from curate.workflows.leaks import LeakReport

_SHOWN = 20
_PLACES = 5
_NOT_ALL = 3
"""Exit code; neither an error (1) nor wrong usage (2)."""


def register(app: typer.Typer) -> None:
    app.command()(leaks)


def leaks(
    directories: Annotated[list[Path], typer.Argument(help="Exported folders, of any tasks and formats.")],
    near_duplicates: Annotated[
        bool,
        typer.Option(
            "--near-duplicates/--no-near-duplicates", help="Decode all pictures and compare them, too."
        ),
    ] = True,
    as_json: Json = False,
) -> None:
    """Look for photos, groups, shoots, scenes, objects and near-duplicates that stand in two splits.

    Several folders are held against each other, so that the test split of one is kept out of what another
    trains with. No database is asked. The exit code is 1 if something leaks, and 3 if nothing does but not
    all could be looked at.
    """
    from curate.workflows.leaks import find_leaks

    with counting("pictures") as on_step:
        report = find_leaks(directories, near_duplicates=near_duplicates, on_step=on_step)
    if as_json:
        result_json(_told(report))
    else:
        _tell(report)
    if report.leaks:
        raise typer.Exit(1)
    if not report.is_whole:
        raise typer.Exit(_NOT_ALL)


def _tell(report: LeakReport) -> None:
    from curate.exporters.leaks import counted

    for each in report.unseen[:_SHOWN]:
        result(f"Not looked at: {each}.")
    if len(report.unseen) > _SHOWN:
        result(f"Not looked at: {len(report.unseen) - _SHOWN} more.")
    looked = f"{count(len(report.manifests), 'folder')} and {count(report.pictures, 'picture')} looked at"
    if not report.leaks:
        told = "In what was looked at nothing stands" if report.unseen else "Nothing stands"
        result(f"{told} in two splits: {looked}.")
        return
    kinds = ", ".join(f"{kind} {number}" for kind, number in counted(report.leaks).items())
    result(f"{count(len(report.leaks), 'thing')} in two splits ({kinds}): {looked}.")
    for leak in report.leaks[:_SHOWN]:
        result(f"  {leak.kind} {leak.name} is in {' and '.join(leak.splits)}:")
        for place in _places(leak):
            result(f"    {place}")
    if len(report.leaks) > _SHOWN:
        result(f"  and {len(report.leaks) - _SHOWN} more: --json lists all")


def _places(leak: Leak) -> list[str]:
    """Records that hold it, of each split some."""
    lines = []
    for split in leak.splits:
        inside = [each for each in leak.places if each.split == split]
        lines += [f"{each.manifest} {split} {each.sample_id}" for each in inside[:_PLACES]]
        if len(inside) > _PLACES:
            lines.append(f"and {count(len(inside) - _PLACES, 'more record')} in {split}")
    return lines


def _told(report: LeakReport) -> dict[str, Any]:
    from dataclasses import asdict

    from curate.exporters.leaks import counted

    return {
        "folders": [str(each.directory) for each in report.manifests],
        "counts": counted(report.leaks),
        "leaks": [asdict(each) for each in report.leaks],
        "not_looked_at": list(report.unseen),
        "pictures": report.pictures,
        "near_duplicate_distance": report.distance,
    }
