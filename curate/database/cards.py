"""What a reviewer sees of an item: its members, its weakest edge, and what was said of it so far."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import PurePosixPath
from typing import NamedTuple
from urllib.parse import unquote
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from curate.captions import NOTHING_SAID, Caption, Said
from curate.database import captions, photos, rules, states
from curate.database.among import among
from curate.database.leases import ADJUDICATE, Seat
from curate.database.states import FLAG, Known
from curate.database.tables import (
    Decision,
    Edge,
    Group,
    GroupMember,
    MiningRun,
    Object,
    ReviewItem,
    ReviewRule,
)
from curate.photos.locations import is_local
from curate.records import PhotoRef

_Undo = aliased(Decision)


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
class Word:
    """What somebody said of the item."""

    verdict: str
    marks: Mapping[str, str]
    """Members set apart by object id; see ``curate.verdicts.MARKS``."""
    reason: str | None


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


class _Found(NamedTuple):
    """An item as the run in the queue found it."""

    key: int
    public_id: UUID
    group_key: int
    run: MiningRun


class _Row(NamedTuple):
    """A member as the database has it."""

    similarity: float
    object_: Object


class _Shown(NamedTuple):
    """What is known of the members of all cards, whatever was decided."""

    refs: Mapping[int, PhotoRef]
    captions: Mapping[UUID, Said]


class _Said(NamedTuple):
    """What decisions say of an item."""

    version: int
    mine: Word | None
    all: tuple[Word, ...]
    """What stands, the reviewer's own included."""


def build(session: Session, seat: Seat, item_keys: Sequence[int]) -> tuple[Card, ...]:
    """Cards of queued items, in this order, by the same few queries for any number of them."""
    if not item_keys:
        return ()
    found = _found(session, item_keys)
    members = _members(session, [each.group_key for each in found.values()])
    objects = [row.object_ for rows in members.values() for row in rows]
    refs = photos.by_keys(session, {each.photo_id for each in objects})
    edges = _edges(session, {each.run.id for each in found.values()}, [each.id for each in objects])
    said = _said(session, seat.reviewer, item_keys)
    known = states.known(session, item_keys, rules.consensus(session))
    shown = _Shown(refs, captions.known(session, {each.public_id for each in objects}))
    return tuple(
        _card(found[key], members[found[key].group_key], shown, edges, said[key], known[key], seat)
        for key in item_keys
    )


def _card(
    found: _Found,
    rows: Sequence[_Row],
    shown: _Shown,
    edges: Mapping[tuple[int, int], float],
    said: _Said,
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


def _member(row: _Row, shown: _Shown) -> Member:
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


def file_name(uri: str) -> str:
    """The photo's file name; what is not UTF-8 in it becomes a replacement character."""
    name = PurePosixPath(uri).name
    return unquote(name) if is_local(uri) else name


def _weakest(rows: Sequence[_Row], edges: Mapping[tuple[int, int], float]) -> Weakest:
    """Among the edges between members and each member's cosine to the anchor, which is one in a star."""
    known = [Weakest(row.similarity, (0, n)) for n, row in enumerate(rows) if n > 0]
    for one, other in combinations(range(len(rows)), 2):
        left, right = sorted((rows[one].object_.id, rows[other].object_.id))
        if (left, right) in edges:
            known.append(Weakest(edges[left, right], (one, other)))
    return min(known, key=lambda each: (each.similarity, each.members))


def _found(session: Session, item_keys: Collection[int]) -> dict[int, _Found]:
    rows = (
        select(ReviewItem.id, ReviewItem.public_id, Group.id, MiningRun)
        .join(Group, Group.item_id == ReviewItem.id)
        .join(MiningRun, MiningRun.id == Group.run_id)
        .join(ReviewRule, ReviewRule.run_id == MiningRun.id)
        .where(ReviewRule.kind == rules.GROUP, among(ReviewItem.id, item_keys))
    )
    return {
        key: _Found(key, public_id, group_key, run)
        for key, public_id, group_key, run in session.execute(rows)
    }


def _members(session: Session, group_keys: Collection[int]) -> dict[int, list[_Row]]:
    rows = (
        select(GroupMember.group_id, GroupMember.similarity, Object)
        .join(Object, Object.id == GroupMember.object_id)
        .where(among(GroupMember.group_id, group_keys))
        .order_by(GroupMember.group_id, GroupMember.rank)
    )
    found: dict[int, list[_Row]] = defaultdict(list)
    for group_key, similarity, object_ in session.execute(rows):
        found[group_key].append(_Row(similarity, object_))
    return found


def _edges(
    session: Session, run_keys: Collection[int], object_keys: Collection[int]
) -> dict[tuple[int, int], float]:
    rows = select(Edge.left_id, Edge.right_id, Edge.similarity).where(
        among(Edge.run_id, run_keys), among(Edge.left_id, object_keys), among(Edge.right_id, object_keys)
    )
    return {(left, right): similarity for left, right, similarity in session.execute(rows)}


def _said(session: Session, reviewer: str, item_keys: Collection[int]) -> dict[int, _Said]:
    rows = (
        select(Decision, _Undo.id.is_not(None))
        .outerjoin(_Undo, _Undo.undoes_id == Decision.id)
        .where(among(Decision.item_id, item_keys), Decision.reviewer_kind == "person")
        .order_by(Decision.id)
    )
    made: dict[int, list[tuple[Decision, bool]]] = {key: [] for key in item_keys}
    for decision, undone in session.execute(rows):
        made[decision.item_id].append((decision, undone))
    return {key: _told(reviewer, decisions) for key, decisions in made.items()}


def _told(reviewer: str, made: Sequence[tuple[Decision, bool]]) -> _Said:
    """Of decisions in the order they were made."""
    verdicts = [(each, undone) for each, undone in made if each.verdict != "undo"]
    mine = [_word(each) for each, _ in verdicts if each.reviewer == reviewer]
    standing = {each.reviewer: _word(each) for each, undone in verdicts if not undone}
    version = sum(each.reviewer == reviewer for each, _ in made)
    return _Said(version, mine[-1] if mine else None, tuple(standing.values()))


def _word(made: Decision) -> Word:
    return Word(made.verdict, made.marks, made.reason)
