"""``curate leaks``: what stands on two sides of a training."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from curate.cli.output import Json, count, counting, result, result_json, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from curate.exporters.leaks import Leak, Side
    from curate.workflows.leaks import LeakReport

_SHOWN, _THINGS, _DIGITS = 5, 3, 12
_WHAT_TO_DO = (
    "Leave these records out of what you train with (--json names all), or export the folders anew from one "
    "workspace, where everything keeps the split of its first export."
)
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
    for each in report.unseen[:_SHOWN]:
        result(f"Not looked at: {each}.")
    if len(report.unseen) > _SHOWN:
        result(f"Not looked at: {len(report.unseen) - _SHOWN} more (--json lists all).")
    looked = f"{count(len(report.manifests), 'folder')} and {count(report.pictures, 'picture')} looked at"
    if not report.leaks:
        told = "In what was looked at nothing stands" if report.unseen else "Nothing stands"
        result(f"{told} in two splits: {looked}.")
        return
    result(f"{count(len(report.leaks), 'thing')} in two splits, or in one that may not hold them: {looked}.")
    _tell_sides(report)
    _tell_things(report)
    result(_WHAT_TO_DO)


def _tell_sides(report: LeakReport) -> None:
    """A row for two splits of folders, with how many things of each kind they share."""
    from curate.exporters.leaks import by_sides, counted

    kinds, called = [*counted(report.leaks)], _folders(report)
    rows = []
    for (one, other), counts in by_sides(report.leaks).items():
        sides = [f"{called[folder]} {split}" for folder, split in (one, other)]
        rows.append((sides[0], sides[1] if one != other else "", *(counts[kind] or "" for kind in kinds)))
    table(("stands in", "and in", *kinds), rows)


def _tell_things(report: LeakReport) -> None:
    """The first things of each kind, and records that hold them."""
    from curate.exporters.leaks import counted

    called = _folders(report)
    for kind, number in counted(report.leaks).items():
        of_kind = [each for each in report.leaks if each.kind == kind]
        for leak in of_kind[:_THINGS]:
            result(f"{kind} {Path(leak.name).stem[:_DIGITS]}: {'; '.join(_places(leak, called))}")
        if number > _THINGS:
            result(f"and {number - _THINGS} more of the kind {kind} (--json shows all)")


def _places(leak: Leak, called: Mapping[str, str]) -> Iterator[str]:
    """Of each split of a folder one record that holds it, and how many more there are."""
    held: dict[Side, list[str]] = defaultdict(list)
    for each in leak.places:
        held[each.manifest, each.split].append(each.sample_id)
    for (folder, split), (first, *others) in held.items():
        more = f" and {len(others)} more" if others else ""
        yield f"{called[folder]} {split} record {first[:_DIGITS]}{more}"


def _folders(report: LeakReport) -> dict[str, str]:
    """What folders are called: by name, or by path where two have one name."""
    paths = [each.directory for each in report.manifests]
    often = Counter(path.name for path in paths)
    return {str(path): path.name if often[path.name] == 1 else str(path) for path in paths}


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
