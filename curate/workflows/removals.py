"""Removals with what is known about them: lists, report pictures, and a policy that accepts them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from curate.database import decisions, photos, removal_votes, removals
from curate.database.decisions import Recorded, Said
from curate.database.removals import RemovalRow
from curate.errors import SettingsError, WorkspaceError
from curate.exporters.pixels import decoded
from curate.exporters.removal_sheet import RemovalSheet, RemovalTile, outlined, removal_sheet, shown, whole
from curate.measures.records import RemovalNumbers
from curate.photos.reading import decode
from curate.photos.sources import read_photo_bytes
from curate.records import Box, DetectedObject
from curate.verdicts import ACCEPTED, DISPUTED, FLAGGED, OPEN, REJECTED
from curate.workflows.pair_records import IMAGE_SUFFIX
from curate.workspace import Workspace

STATES = (OPEN, ACCEPTED, REJECTED, DISPUTED, FLAGGED)


@dataclass(frozen=True, slots=True)
class RemovalSummary:
    """One removal for a person."""

    removal: UUID
    """Also the id of its review item."""
    object_: DetectedObject
    uri: str
    """Where the photo was seen last."""
    remover: str
    remover_fingerprint: str
    segmenter: str
    dilation: int
    """Pixels by which the object's mask was widened."""
    region: Box
    """The working region, whole pixels of the upright photo."""
    output_sha256: str
    mask_sha256: str
    """The widened mask."""
    object_mask_sha256: str
    seconds: float
    """Of the remover alone."""
    numbers: Mapping[str, float | None]
    """By name; empty if nothing was measured."""
    suggested_reasons: Sequence[str]
    state: str
    """``open``, ``accepted``, ``rejected``, ``disputed`` or ``flagged``."""
    made_at: datetime


def listed(
    workspace: Workspace, *, state: str | None = None, remover: str | None = None
) -> list[RemovalSummary]:
    """All removals, or those in a state or by a remover, the views of a photo together.

    Raises:
        SettingsError: there is no such state.
    """
    if state is not None and state not in STATES:
        raise SettingsError(f"No removal is ever {state!r}: choose from {', '.join(STATES)}.")
    with workspace.transaction() as session:
        found = _summaries(session, removals.every(session))
    return [each for each in found if state in (None, each.state) and remover in (None, each.remover)]


def of_object(workspace: Workspace, prefix: str) -> list[RemovalSummary]:
    """All removals of one object, which the start of its id or of that of one of its removals names.

    Raises:
        NotFoundError: there is none, or several objects are meant.
    """
    with workspace.transaction() as session:
        return _summaries(session, removals.every(session, [removals.object_of(session, prefix)]))


def write_reports(workspace: Workspace, directory: Path) -> int:
    """Write ``<object id>.jpg`` for every object with a removal; how many. Raises as ``write_report``."""
    by_object: dict[UUID, list[RemovalSummary]] = {}
    for each in listed(workspace):
        by_object.setdefault(each.object_.public_id, []).append(each)
    for object_id, found in by_object.items():
        write_report(workspace, found, directory / f"{object_id}.jpg")
    return len(by_object)


def write_report(workspace: Workspace, found: Sequence[RemovalSummary], to: Path) -> None:
    """Write one picture of all removals of one object; a file that is there is replaced.

    Raises:
        PhotoError: the photo cannot be read.
        MediaError: an output is missing or damaged in the media store.
        WorkspaceError: the file cannot be written.
    """
    drawn = removal_sheet(_sheet(workspace, found))
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        drawn.save(to)
    except (OSError, ValueError) as error:
        raise WorkspaceError(
            f"{to} cannot be written ({error}): name a .png or .jpg file in a folder that you may write to."
        ) from error


def accept_automatically(workspace: Workspace, remover: str) -> list[Recorded]:
    """Accept every open removal by one remover; the policy says so in each decision.

    Its decisions carry the reviewer kind ``automatic``; exports leave them out unless told.
    """
    made = []
    for each in listed(workspace, state=OPEN, remover=remover):
        with workspace.transaction() as session:
            policy = f"accept removals by {remover}"
            made.append(
                decisions.decide(session, each.removal, Said("accept"), reviewer=policy, automatic=True)
            )
    return made


def _summaries(session: Session, rows: Sequence[RemovalRow]) -> list[RemovalSummary]:
    items = [row.removal.item_id for row in rows]
    states = removal_votes.settled(session, items, with_automatic=True)
    refs = photos.by_keys(session, {row.object_.photo_id for row in rows})
    return [_summary(row, states[row.removal.item_id].name, refs[row.object_.photo_id].uri) for row in rows]


def _summary(row: RemovalRow, state: str, uri: str) -> RemovalSummary:
    made, measured = row.removal, row.measured
    return RemovalSummary(
        removal=row.public_id,
        object_=row.object_,
        uri=uri,
        remover=row.remover,
        remover_fingerprint=row.remover_fingerprint,
        segmenter=row.segmenter,
        dilation=made.dilation,
        region=Box(made.x, made.y, made.width, made.height),
        output_sha256=made.output_sha256,
        mask_sha256=made.mask_sha256,
        object_mask_sha256=made.object_mask_sha256,
        seconds=made.seconds,
        numbers=_in_order(measured.numbers) if measured else {},
        suggested_reasons=measured.suggested_reasons if measured else (),
        state=state,
        made_at=made.made_at,
    )


def _in_order(numbers: Mapping[str, float | None]) -> dict[str, float | None]:
    """As the measures name them: Postgres sorts the keys of an object by their length."""
    known = [each.name for each in fields(RemovalNumbers) if each.name in numbers]
    return {name: numbers[name] for name in [*known, *sorted(numbers.keys() - set(known))]}


def _sheet(workspace: Workspace, found: Sequence[RemovalSummary]) -> RemovalSheet:
    first = found[0]
    with workspace.transaction() as session:
        ref = photos.by_keys(session, [first.object_.photo_id])[first.object_.photo_id]
    photo = decode(read_photo_bytes(ref), workspace.settings.max_pixels)
    region = _around(found)
    marked = outlined(photo, _picture(workspace, first.mask_sha256) > 0)
    masks = {_mask_words(each) for each in found}
    tiles = [_tile(workspace, each, region, told=len(masks) > 1) for each in found]
    title = f"{first.object_.label} in {ref.uri.rsplit('/', 1)[-1]}"
    note = f"object {first.object_.public_id}, {_mask_words(first)}"
    return RemovalSheet(title, note, whole(marked), shown(marked, region), tiles)


def _mask_words(each: RemovalSummary) -> str:
    return f"mask by {each.segmenter}, widened by {each.dilation} pixels"


def _around(found: Sequence[RemovalSummary]) -> Box:
    """What holds the working regions of all."""
    left, top = min(each.region.x for each in found), min(each.region.y for each in found)
    right, bottom = max(each.region.right for each in found), max(each.region.bottom for each in found)
    return Box(left, top, right - left, bottom - top)


def _tile(workspace: Workspace, each: RemovalSummary, region: Box, *, told: bool) -> RemovalTile:
    """``told``: whether its mask has to be, because others had another one."""
    output = shown(_picture(workspace, each.output_sha256), region)
    doubts = f"suggested: {', '.join(each.suggested_reasons)}" if each.suggested_reasons else ""
    doubts = "; ".join(filter(None, (_mask_words(each) if told else "", doubts)))
    title = f"{each.remover}   {str(each.removal)[:8]}   {each.state}   {each.seconds:.2f} s"
    return RemovalTile(output, title, doubts, each.numbers)


def _picture(workspace: Workspace, sha256: str) -> NDArray[np.uint8]:
    return decoded(workspace.media.get(sha256, IMAGE_SUFFIX), workspace.settings.max_pixels)
