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

    Not reached are exported folders, backups, reports and sheets that were written elsewhere, caches of
    trainers and of `load_dataset` (embeddings, latents and tables of what they read), and what browsers
    show: they ask again within five minutes, but may keep old files on their disks. Export again as the file
    of differences says, and delete those yourself. Named is every folder that `curate export` wrote; what
    `curate convert` made of it, somebody copied or a trainer cached is not known.
    """
    from curate.workflows.takedown import Order, take_down
    from curate.workflows.takedown_manifests import difference
    from curate.workflows.takedown_pixels import with_copies
    from curate.workflows.takedown_plan import find_photos, plan, write_difference

    with open_workspace(context) as workspace:
        keys, places = find_photos(workspace, photos)
        by = workspace.settings.reviewer
        order = Order(tuple(with_copies(workspace, keys)), reason, by, originals, places)
        planned = plan(workspace, order)
        left = {each.held.sha256 for each in planned if _left(each, originals)}
        for each in planned:
            (_tell_again if each.done else _tell)(each, originals)
        _tell_exports(planned)
        if not dry_run:
            _ask(len(left), yes)
            folder = to or (None if as_json else workspace.root / "takedowns")
            written = [write_difference(each, folder) for each in planned] if folder else []
            for held in take_down(workspace, order):
                if held.sha256 in left:
                    say(f"{held.sha256[:12]} is taken down.")
            for path in filter(None, written):
                say(f"What changes in exports: {path}")
    if as_json:
        result_json([_as_json(each, difference) for each in planned])
    elif dry_run:
        result("Nothing was changed.")
    else:
        before = len(planned) - len(left)
        already = f" {count(before, 'photo')} taken down before: nothing was left to erase." if before else ""
        result(f"{count(len(left), 'photo')} taken down.{already}")


def _ask(photos: int, yes: bool) -> None:
    from curate.errors import SettingsError

    if yes or not photos:
        return
    if not sys.stdin.isatty():
        raise SettingsError("Nobody can be asked here, and there is no way back: type it again with --yes.")
    typer.confirm(f"Erase {count(photos, 'photo')} for good?", abort=True, err=True)


def _left(planned: Planned, originals: bool) -> bool:
    """Whether anything of the photo is there that goes; pictures that a page still asked for do not count."""
    return bool(not planned.done or planned.uploads or planned.erased or (originals and planned.originals))


def _tell_again(planned: Planned, originals: bool) -> None:
    """What happens to a photo that was taken down to the end."""
    before = planned.stone.words if planned.stone else ""
    if not _left(planned, originals):
        say(f"Photo {planned.held.sha256[:12]}. It {before}; nothing was left to erase.")
        return
    say(f"Photo {planned.held.sha256[:12]}. It {before}, and there is more by now.")
    say(f"  erased: {count(planned.uploads, 'upload')}, {count(len(planned.erased), 'stored file')}")
    _tell_originals(planned, originals)


def _tell(planned: Planned, originals: bool) -> None:
    """What happens to one photo, for the person who is asked."""
    held = planned.held
    before = f" It {planned.stone.words}, but not to the end." if planned.stone else ""
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
    _tell_originals(planned, originals)
    for each in planned.manifests:
        known = "no folder of it is there, so its records are not known"
        if each.found:
            goes, changes = each.changed("goes"), each.changed("changes")
            known = f"as {', '.join(each.roles)}; records that go: {goes}, that change: {changes}"
        say(f"  in {each.task} {each.name}-{each.version} ({each.split}), {known}")
        for folder, state in each.folders.items():
            say(f"    folder: {folder} ({state})")


def _tell_originals(planned: Planned, originals: bool) -> None:
    deleted = set(planned.originals) if originals else set()
    _list("original, deleted", sorted(deleted))
    _list("original, stays: it is yours to delete, or --originals", sorted({*planned.held.uris} - deleted))


def _tell_exports(planned: Sequence[Planned]) -> None:
    """What to type once for all manifests that held any of the photos, and what nobody knows of."""
    manifests = [each for photo in planned for each in photo.manifests]
    emptied = {each.content_hash for each in manifests if each.nothing_left}
    commands: dict[str, set[str]] = {}
    for each in manifests:
        commands.setdefault(each.export_again, set()).add(each.content_hash)
    for command, hashes in commands.items():
        left = "none of its records is left; once more is accepted, " if hashes <= emptied else ""
        say(f"  {left}export again: {command}")
    if manifests:
        say(
            "  Folders that were converted or copied from these, and caches that trainers and `load_dataset` "
            "made of any of them, are not known: delete those, too."
        )


def _list(what: str, things: Sequence[str]) -> None:
    if things:
        more = f" and {len(things) - _SHOWN} more" if len(things) > _SHOWN else ""
        say(f"  {what}: {', '.join(things[:_SHOWN])}{more}")


def _as_json(planned: Planned, difference: Any) -> dict[str, Any]:
    told = asdict(planned)
    held = told.pop("held")
    del held["photo_id"], held["media"], told["manifests"]
    told["taken_down_before"] = bool(told.pop("stone"))
    told["done_before"] = planned.done
    return {**held, **told, "differences": list(difference(planned.held.sha256, planned.manifests))}
