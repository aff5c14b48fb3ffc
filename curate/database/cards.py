"""What a reviewer sees of an item: its members, its weakest edge, and what was said of it so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from curate.captions import NOTHING_SAID, Caption, Said
from curate.database import captions, card_rows, item_words, photos, rules, states
from curate.database.card_rows import Found, Row
from curate.database.item_words import Word, Words
from curate.database.leases import ADJUDICATE, Seat
from curate.database.states import FLAG, Known
from curate.photos.locations import file_name
from curate.records import PhotoRef


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a group, with its place in its photo."""

    object: UUID
    photo: str
    """sha256 of the photo's bytes."""
    name: str
    """The photo's file name: anybody's text, and so is ``label``."""
    label: str
    score: float
    """Detector score 0..1."""
    similarity: float
    """Cosine to the anchor; 1 for the anchor itself."""
    box: tuple[float, float, float, float]
    """x, y, width, height in pixels of the upright photo."""
    size: tuple[int, int]
    """Width and height of the upright photo, pixels."""
    caption: Caption
    """The one that counts; of a person's nobody's name is told."""
    otherwise: Caption
    """The one that counts where no person has written one."""


@dataclass(frozen=True, slots=True)
class Weakest:
    """The two members that look least alike; one of them is the anchor in a star."""

    similarity: float
    members: tuple[int, int]
    """Indices into the card's members, lower first."""


@dataclass(frozen=True, slots=True)
class Card:
    """One item of the queue for one reviewer."""

    item: UUID
    version: int
    """How many decisions and undos this reviewer has made on it."""
    rule: str
    """``compact`` or ``star``."""
    label: str
    """The anchor's."""
    band: tuple[float, float]
    """Lowest and highest cosine of an edge."""
    weakest: Weakest
    members: tuple[Member, ...]
    """The anchor first, then the most similar to it."""
    mine: Word | None
    """The reviewer's own last word, whether it stands or was undone."""
    new_views: tuple[int, ...] = ()
    """Indices of members that joined others which were accepted as one thing."""
    apart: Mapping[str, str] = field(default_factory=dict)
    """Marks, as in ``Word``, of members that were set apart from the accepted ones before."""
    votes: tuple[Word, ...] = ()
    """What people said; on the adjudicator's desk only, and without names."""
    flag_reasons: tuple[str, ...] = ()
    """Why the item was flagged; there as well."""


class _Shown(NamedTuple):
    """What is known of the members of all cards, whatever was decided."""

    refs: Mapping[int, PhotoRef]
    captions: Mapping[UUID, Said]


def build(session: Session, seat: Seat, item_keys: Sequence[int]) -> tuple[Card, ...]:
    """Cards of queued items, in this order, by the same few queries for any number of them."""
    if not item_keys:
        return ()
    found = card_rows.found(session, item_keys)
    members = card_rows.members(session, [each.group_key for each in found.values()])
    objects = [row.object_ for rows in members.values() for row in rows]
    refs = photos.by_keys(session, {each.photo_id for each in objects})
    edges = card_rows.edges(session, {each.run.id for each in found.values()}, [each.id for each in objects])
    said = item_words.said(session, seat.reviewer, item_keys)
    known = states.known(session, item_keys, rules.consensus(session))
    shown = _Shown(refs, captions.known(session, {each.public_id for each in objects}))
    return tuple(
        _card(found[key], members[found[key].group_key], shown, edges, said[key], known[key], seat)
        for key in item_keys
    )


def _card(
    found: Found,
    rows: Sequence[Row],
    shown: _Shown,
    edges: Mapping[tuple[int, int], float],
    said: Words,
    known: Known,
    seat: Seat,
) -> Card:
    band = found.run.parameters["band"]
    others = said.all if seat.desk == ADJUDICATE else ()
    return Card(
        item=found.public_id,
        version=said.version,
        rule=found.run.rule,
        label=rows[0].object_.label,
        band=(band["low"], band["high"]),
        weakest=_weakest(rows, edges if found.run.rule == "compact" else {}),
        members=tuple(_member(row, shown) for row in rows),
        mine=said.mine,
        new_views=tuple(n for n, row in enumerate(rows) if row.object_.id in known.new),
        apart={
            str(row.object_.public_id): known.apart[row.object_.id]
            for row in rows
            if row.object_.id in known.apart
        },
        votes=tuple(word for word in others if word.verdict != FLAG),
        flag_reasons=tuple(word.reason or "" for word in others if word.verdict == FLAG),
    )


def _member(row: Row, shown: _Shown) -> Member:
    found = row.object_
    photo = shown.refs[found.photo_id]
    said = shown.captions.get(found.public_id, NOTHING_SAID)
    return Member(
        object=found.public_id,
        photo=photo.sha256,
        name=file_name(photo.uri),
        label=found.label,
        score=found.score,
        similarity=row.similarity,
        box=(found.x, found.y, found.width, found.height),
        size=(photo.width, photo.height),
        caption=said.standing(found.label).nameless,
        otherwise=said.otherwise(found.label),
    )


def _weakest(rows: Sequence[Row], edges: Mapping[tuple[int, int], float]) -> Weakest:
    """Among the edges between members and each member's cosine to the anchor, which is one in a star."""
    known = [Weakest(row.similarity, (0, n)) for n, row in enumerate(rows) if n > 0]
    for one, other in combinations(range(len(rows)), 2):
        left, right = sorted((rows[one].object_.id, rows[other].object_.id))
        if (left, right) in edges:
            known.append(Weakest(edges[left, right], (one, other)))
    return min(known, key=lambda each: (each.similarity, each.members))
