"""Items of review: groups, pairs and removals that decisions are made on."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Select, Text, cast, func, select
from sqlalchemy.orm import Session, aliased

from curate.database.among import among
from curate.database.tables import Object, ReviewItem, ReviewMember
from curate.errors import NotFoundError


def find(session: Session, prefix: str, kind: str | None = None) -> UUID:
    """The item whose public id starts with ``prefix``, of one kind or of any.

    Raises:
        NotFoundError: none does, or several do.
    """
    text = cast(ReviewItem.public_id, Text)
    rows = select(ReviewItem.public_id).where(text.startswith(prefix.lower(), autoescape=True)).limit(2)
    found = session.scalars(rows if kind is None else rows.where(ReviewItem.kind == kind)).all()
    if len(found) > 1:
        raise NotFoundError(f"Several groups, pairs or removals start with {prefix!r}: type more of the id.")
    if not found:
        raise _unknown(repr(prefix))
    return found[0]


def hold(session: Session, public_id: UUID) -> ReviewItem:
    """The item, held until the transaction ends so that two votes on it cannot cross.

    Rows that refer to it may still be added, as ``curate mine`` does.
    """
    wanted = select(ReviewItem).where(ReviewItem.public_id == public_id)
    item = session.scalar(wanted.with_for_update(key_share=True))
    if item is None:
        raise _unknown(str(public_id))
    return item


def members(session: Session, item_key: int) -> dict[UUID, int]:
    """Keys of a group's members by their public ids."""
    rows = select(Object.public_id, Object.id).join(ReviewMember, ReviewMember.object_id == Object.id)
    return {public: key for public, key in session.execute(rows.where(ReviewMember.item_id == item_key))}


def sharing(item_keys: Collection[int]) -> Select[int]:
    """Keys of items that share two members or more with one of these, so that decisions tell of both."""
    ours, theirs = aliased(ReviewMember), aliased(ReviewMember)
    return (
        select(theirs.item_id)
        .join(ours, ours.object_id == theirs.object_id)
        .where(among(ours.item_id, item_keys))
        .group_by(ours.item_id, theirs.item_id)
        .having(func.count() >= 2)
    )


def _unknown(item: str) -> NotFoundError:
    return NotFoundError(
        f"There is no group, pair or removal {item}: "
        "type `curate groups list`, `curate pairs list` or `curate removals list`."
    )
