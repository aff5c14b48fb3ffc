"""What a reviewer sees of a case: the object, and what removers made of it with all that is known of that."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from curate.database import photos, removal_words, removals, rules
from curate.database.among import among
from curate.database.leases import ADJUDICATE, Seat
from curate.database.removals import RemovalRow
from curate.database.states import FLAG
from curate.database.tables import Decision
from curate.photos.locations import file_name
from curate.records import PhotoRef
from curate.removal_verdicts import Judged, judged, to_rule_on, wanted_from
from curate.verdicts import Consensus


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody said of a removal."""

    verdict: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class Output:
    """One removal for one reviewer."""

    removal: UUID
    version: int
    """How many decisions and undos this reviewer has made on it."""
    picture: str
    """16 hex digits that stand for its pixels: browsers keep its pictures under them."""
    remover: str
    segmenter: str
    dilation: int
    """Pixels by which the object's mask was widened."""
    region: tuple[int, int, int, int]
    """x, y, width, height in pixels of the upright photo: outside of it the output is the photo."""
    seconds: float
    """Of the remover alone."""
    numbers: Mapping[str, float | None]
    """By name; empty if nothing was measured."""
    suggested_reasons: tuple[str, ...]
    """Reject reasons that the numbers suggest, worst first."""
    mine: Said | None
    """The reviewer's own word, if one stands."""
    wanted: bool
    """Whether the reviewer's vote is wanted; at the adjudicator's desk, whether a ruling is."""
    votes: tuple[Said, ...]
    """What people said; on the adjudicator's desk only, and without names."""
    flag_reasons: tuple[str, ...]
    """Why it was flagged; there as well."""


@dataclass(frozen=True, slots=True)
class Case:
    """An object that was removed, with all removals of it."""

    object: UUID
    photo: str
    """sha256 of the photo's bytes."""
    name: str
    """The photo's file name: anybody's text, and so is ``label``."""
    label: str
    score: float
    """Detector score 0..1."""
    box: tuple[float, float, float, float]
    """x, y, width, height in pixels of the upright photo."""
    size: tuple[int, int]
    """Width and height of the upright photo, pixels."""
    outputs: tuple[Output, ...]
    """By the name of the remover, then in the order they were made."""


def build(session: Session, seat: Seat, object_keys: Sequence[int]) -> tuple[Case, ...]:
    """Cases of these objects, in this order, by the same few queries for any number of them."""
    if not object_keys:
        return ()
    rows = removals.of_objects(session, object_keys)
    items = [row.removal.item_id for row in rows]
    told = _Told(
        seat,
        rules.consensus(session, rules.REMOVAL),
        removal_words.standing(session, items),
        _versions(session, seat.reviewer, items),
    )
    refs = photos.by_keys(session, {row.object_.photo_id for row in rows})
    found = {key: list(each) for key, each in groupby(rows, lambda row: row.removal.object_id)}
    return tuple(_case(found[key], refs[found[key][0].object_.photo_id], told) for key in object_keys)


@dataclass(frozen=True, slots=True)
class _Told:
    """What decisions say of the removals."""

    seat: Seat
    consensus: Consensus
    standing: Mapping[int, Sequence[Decision]]
    versions: Mapping[int, int]

    def judged(self, row: RemovalRow) -> Judged:
        return judged(removal_words.words(self.standing[row.removal.item_id]), self.consensus)

    def wanted(self, rows: Sequence[RemovalRow]) -> list[bool]:
        known = [self.judged(row) for row in rows]
        if self.seat.desk == ADJUDICATE:
            return to_rule_on(known)
        return wanted_from(known, self.seat.reviewer)


def _case(rows: Sequence[RemovalRow], photo: PhotoRef, told: _Told) -> Case:
    found, box = rows[0].object_, rows[0].object_.box
    wanted = told.wanted(rows)
    return Case(
        object=found.public_id,
        photo=photo.sha256,
        name=file_name(photo.uri),
        label=found.label,
        score=found.score,
        box=(box.x, box.y, box.width, box.height),
        size=(photo.width, photo.height),
        outputs=tuple(_output(row, wants, told) for row, wants in zip(rows, wanted, strict=True)),
    )


def _output(row: RemovalRow, wanted: bool, told: _Told) -> Output:
    made, measured = row.removal, row.measured
    people = [each for each in told.standing[made.item_id] if each.reviewer_kind == "person"]
    mine = next((_said(each) for each in people if each.reviewer == told.seat.reviewer), None)
    shown = people if told.seat.desk == ADJUDICATE else []
    return Output(
        removal=row.public_id,
        version=told.versions.get(made.item_id, 0),
        picture=made.output_sha256[:16],
        remover=row.remover,
        segmenter=row.segmenter,
        dilation=made.dilation,
        region=(made.x, made.y, made.width, made.height),
        seconds=made.seconds,
        numbers=measured.numbers if measured else {},
        suggested_reasons=tuple(measured.suggested_reasons) if measured else (),
        mine=mine,
        wanted=wanted,
        votes=tuple(_said(each) for each in shown if each.verdict != FLAG),
        flag_reasons=tuple(each.reason or "" for each in shown if each.verdict == FLAG),
    )


def _said(made: Decision) -> Said:
    return Said(made.verdict, made.reason)


def _versions(session: Session, reviewer: str, item_keys: Collection[int]) -> dict[int, int]:
    rows = select(Decision.item_id, func.count()).where(
        among(Decision.item_id, item_keys),
        Decision.reviewer == reviewer,
        Decision.reviewer_kind == "person",
    )
    return {key: count for key, count in session.execute(rows.group_by(Decision.item_id))}
