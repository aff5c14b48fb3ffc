"""``curate takedown``: erase a photo for good."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from curate.cli.context import open_workspace
from curate.cli.output import Json, count, result, result_json, say

if TYPE_CHECKING:
    from curate.workflows.takedown_plan import Planned

_SHOWN = 5


def register(app: typer.Typer) -> None:
    app.command()(takedown)


def takedown(
    context: typer.Context,
    photos: Annotated[
        list[str], typer.Argument(help="Paths or URIs that were ingested, or sha256 from their start.")
    ],
    reason: Annotated[
        str | None, typer.Option("--reason", help="Why; shown to whoever brings the photo again.")
    ] = None,
    originals: Annotated[bool, typer.Option("--originals", help="Delete local original files, too.")] = False,
    to: Annotated[
        Path | None,
        typer.Option("--to", help="Folder for what changes in exports; the workspace's takedowns/ if not."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would go, and change nothing.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: Json = False,
) -> None:
    """Erase photos for good, and keep them from coming back.

    What goes is listed first: bytes, thumbnails, crops, masks, outputs of removers, pictures of pairs,
    vectors, index points, captions, EXIF, source, consent and places. Decisions and the reasons given for
    them stay, licence, boxes, labels and what is known of a shoot, and hashes, by which the same bytes, and
    the same pixels in another file, are refused from then on; a photo that looks the same, or the same
    mirrored, is let in with a failure that says so, and a part of it is not noticed. Killed in between, type
    the same again. There is no way back but a backup of database and media from before.

    Not reached are exported folders, backups, reports and sheets that were written elsewhere, and what
    browsers show: they ask again within five minutes, but may keep old files on their disks. Export again as
    the file of differences says, and delete those yourself. Named is every folder that `curate export` wrote;
    what `curate convert` made of it, or somebody copied, is not known.
    """
    from curate.workflows.takedown import Order, take_down
    from curate.workflows.takedown_manifests import difference
    from curate.workflows.takedown_plan import find_photos, plan, write_difference

    with open_workspace(context) as workspace:
        keys, places = find_photos(workspace, photos)
        by = workspace.settings.reviewer
        order = Order(tuple(keys), reason, by, originals, places)
        planned = plan(workspace, order)
        for each in planned:
            _tell(each, originals)
        if not dry_run:
            _ask(len(planned), yes)
            folder = to or (None if as_json else workspace.root / "takedowns")
            written = [write_difference(each, folder) for each in planned] if folder else []
            for held in take_down(workspace, order):
                say(f"{held.sha256[:12]} is taken down.")
            for path in filter(None, written):
                say(f"What changes in exports: {path}")
    if as_json:
        result_json([_as_json(each, difference) for each in planned])
    elif dry_run:
        result("Nothing was changed.")
    else:
        result(f"{count(len(planned), 'photo')} taken down.")


def _ask(photos: int, yes: bool) -> None:
    from curate.errors import SettingsError

    if yes:
        return
    if not sys.stdin.isatty():
        raise SettingsError("Nobody can be asked here, and there is no way back: type it again with --yes.")
    typer.confirm(f"Erase {count(photos, 'photo')} for good?", abort=True, err=True)


def _tell(planned: Planned, originals: bool) -> None:
    """What happens to one photo, for the person who is asked."""
    held = planned.held
    before = f" It {planned.stone.words}" if planned.stone else ""
    if planned.stone:
        before += "." if planned.stone.finished else ", but not to the end."
    say(f"Photo {held.sha256[:12]}.{before}")
    say(
        f"  erased: {count(len(held.objects), 'object')}, {count(held.vectors, 'vector')}, "
        f"{count(len(held.removals), 'removal')}, {count(len(held.pairs), 'pair')}, "
        f"{count(planned.uploads, 'upload')}, {count(len(planned.erased), 'stored file')}, "
        "kept pictures, EXIF and places"
    )
    _list("in groups", [str(each)[:8] for each in held.groups])
    _list("in pairs", [str(each)[:8] for each in held.pairs])
    _list("stays, because others need it", planned.shared)
    _list("looks the same and stays: name it too", [each[:12] for each in planned.alike])
    deleted = set(planned.originals) if originals else set()
    _list("original, deleted", sorted(deleted))
    _list("original, stays: it is yours to delete, or --originals", sorted({*held.uris} - deleted))
    for each in planned.manifests:
        known = "no folder of it is there, so its records are not known"
        if each.found:
            goes, changes = each.changed("goes"), each.changed("changes")
            known = f"as {', '.join(each.roles)}; records that go: {goes}, that change: {changes}"
        say(f"  in {each.task} {each.name}-{each.version} ({each.split}), {known}")
        for folder, state in each.folders.items():
            say(f"    folder: {folder} ({state})")
        left = "none of its records is left; once more is accepted, " if each.nothing_left else ""
        say(f"    {left}export again: {each.export_again}")
    if planned.manifests:
        say("  Folders that were converted or copied from these are not known: delete those, too.")


def _list(what: str, things: Sequence[str]) -> None:
    if things:
        more = f" and {len(things) - _SHOWN} more" if len(things) > _SHOWN else ""
        say(f"  {what}: {', '.join(things[:_SHOWN])}{more}")


def _as_json(planned: Planned, difference: Any) -> dict[str, Any]:
    told = asdict(planned)
    held = told.pop("held")
    del held["photo_id"], held["media"], told["manifests"]
    told["taken_down_before"] = bool(told.pop("stone"))
    return {**held, **told, "differences": list(difference(planned.held.sha256, planned.manifests))}
