"""Contact sheets: one picture per recurrence group, and one of all groups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from curate.database import photos
from curate.errors import PhotoError, WorkspaceError
from curate.exporters.contact_sheet import SheetGroup, SheetTile, contact_sheet, overview_sheet, sheet_tile
from curate.photos.locations import file_name
from curate.photos.reading import decode
from curate.photos.sources import read_photo_bytes
from curate.records import Group, PhotoRef, Step, View
from curate.workspace import Workspace

OVERVIEW = "overview.jpg"
# Rows of the overview: a picture much taller than this opens slowly everywhere.
_MOST_ROWS = 60


def write_sheets(workspace: Workspace, groups: Sequence[Group], directory: Path) -> Iterator[Step]:
    """Write ``<group id>.jpg`` for every group and an overview; progress after each picture.

    Raises:
        WorkspaceError: the folder cannot be written.
    """
    drawn: list[SheetGroup] = []
    missing = 0
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for done, group in enumerate(groups, start=1):
            sheet, gone = _sheet(workspace, group)
            missing += gone
            contact_sheet(sheet).save(directory / f"{group.public_id}.jpg", quality=88)
            drawn = [*drawn, sheet][:_MOST_ROWS]
            yield Step("sheets", done, len(groups), missing)
        if drawn:
            title = f"{len(groups)} recurrence groups" if len(groups) != 1 else "1 recurrence group"
            overview_sheet(title, drawn).save(directory / OVERVIEW, quality=88)
    except OSError as error:
        raise WorkspaceError(
            f"{directory} cannot be written ({error.strerror}): give another folder."
        ) from error
    yield Step("sheets", len(groups), len(groups), missing, {"sheets": len(groups), "folder": str(directory)})


def _sheet(workspace: Workspace, group: Group) -> tuple[SheetGroup, int]:
    """The group as tiles, and how many of its photos could not be read any more."""
    with workspace.transaction() as session:
        refs = photos.by_keys(session, {view.object_.photo_id for view in group.views})
    tiles = []
    for view in group.views:
        try:
            tiles.append(_tile(workspace, view, refs[view.object_.photo_id]))
        except PhotoError:
            # The group's other views are still worth looking at; the caller counts what is missing.
            continue
    title = f"{group.views[0].object_.label} in {len(group.views)} photos"
    note = f"{str(group.public_id)[:13]}   weakest {group.weakest:.2f}   {group.state}"
    return SheetGroup(title, note, tiles), len(group.views) - len(tiles)


def _tile(workspace: Workspace, view: View, ref: PhotoRef) -> SheetTile:
    photo = decode(read_photo_bytes(ref), workspace.settings.max_pixels)
    note = "anchor" if view.rank == 0 else f"{view.similarity:.2f} to anchor"
    return sheet_tile(photo, view.object_.box, file_name(ref.uri), note)
