"""Writing a takedown into Postgres: the tombstone, what goes at once, and what goes at the end.

The caller erases files, vectors and index points in between; until ``finish`` the rows say where they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import delete, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from curate.database import captions, leases, rules, takedowns
from curate.database.among import among
from curate.database.pair_checks import FILES as CHECK_FILES
from curate.database.removals import FILES as REMOVAL_FILES
from curate.database.tables import (
    Embedded,
    Failure,
    FrameSender,
    Object,
    Pair,
    PairCheck,
    PairMask,
    Photo,
    PhotoFile,
    Removal,
    ReviewItem,
    ReviewMember,
    Takedown,
)

_UNSEEN = {"synchronize_session": False}  # no object of the session stands for a row that goes


def order(
    session: Session, pixels: Mapping[int, str | None], *, reason: str | None, by: str, originals: bool
) -> None:
    """Store the tombstones and empty the queues of what holds the photos.

    Args:
        pixels: For each photo the hash of its pixels, if its file could be read.
    """
    rules.hold_alone(session)
    bury(session, pixels, reason=reason, by=by, originals=originals)
    gone = {rules.GROUP: takedowns.item_keys(), rules.REMOVAL: takedowns.object_keys()}
    for kind, keys in gone.items():
        queued, lease, skip = leases.TABLES[kind]
        for table in (lease, skip, queued):
            session.execute(delete(table).where(table.item_id.in_(keys)), execution_options=_UNSEEN)


def bury(
    session: Session, pixels: Mapping[int, str | None], *, reason: str | None, by: str, originals: bool
) -> None:
    """The tombstones alone. One that is there keeps its reason and day; originals go if anybody said so."""
    said = {"reason": reason, "by": by, "originals": originals}
    row = insert(Takedown)
    either = {
        "originals": or_(Takedown.originals, literal(originals)),
        "pixels_sha256": func.coalesce(Takedown.pixels_sha256, row.excluded.pixels_sha256),
    }
    session.execute(
        row.on_conflict_do_update(index_elements=[Takedown.photo_id], set_=either),
        [{"photo_id": key, "pixels_sha256": pixels[key], **said} for key in sorted(pixels)],
    )


def finish(session: Session, photo_id: int, sha256: str) -> None:
    """Erase what the photo says of itself and people of it, where it lay and what its senders called it."""
    captions.erase(session, photo_id)
    uris = select(PhotoFile.uri).where(PhotoFile.photo_id == photo_id)
    made = (*objects_of(session, photo_id), *removals_of(session, photo_id), *pairs_of(session, photo_id))
    about = or_(Failure.subject.in_(uris), among(Failure.subject, [sha256, *map(str, made)]))
    session.execute(delete(Failure).where(about), execution_options=_UNSEEN)
    session.execute(delete(PhotoFile).where(PhotoFile.photo_id == photo_id), execution_options=_UNSEEN)
    session.execute(update(FrameSender).where(FrameSender.photo_id == photo_id).values(name=""))
    session.execute(
        update(Photo)
        .where(Photo.id == photo_id)
        .values(exif={}, thumbnail_sha256="", has_location=False, source=None, consent=None)
    )
    done = update(Takedown).where(Takedown.photo_id == photo_id, Takedown.finished_at.is_(None))
    session.execute(done.values(finished_at=func.now()))


def find(session: Session, prefix: str) -> list[Photo]:
    """Photos whose sha256 starts so, two at most: enough to see a doubt."""
    rows = select(Photo).where(Photo.sha256.startswith(prefix, autoescape=True))
    return list(session.scalars(rows.order_by(Photo.sha256).limit(2)))


def photo(session: Session, photo_id: int) -> Photo:
    return session.scalars(select(Photo).where(Photo.id == photo_id)).one()


def objects_of(session: Session, photo_id: int) -> list[UUID]:
    """Public ids of the photo's objects, sorted."""
    return list(
        session.scalars(
            select(Object.public_id).where(Object.photo_id == photo_id).order_by(Object.public_id)
        )
    )


def removals_of(session: Session, photo_id: int) -> dict[UUID, tuple[str, ...]]:
    """Removals of the photo's objects by public id, with the sha256 of the PNGs that they name."""
    rows = (
        select(ReviewItem.public_id, *(getattr(Removal, name) for name in REMOVAL_FILES))
        .join(Removal, Removal.item_id == ReviewItem.id)
        .join(Object, Object.id == Removal.object_id)
        .where(Object.photo_id == photo_id)
        .order_by(ReviewItem.public_id)
    )
    return {row[0]: tuple(row[1:]) for row in session.execute(rows)}


def pairs_of(session: Session, photo_id: int) -> dict[UUID, set[str]]:
    """Pairs with this frame by public id, with the sha256 of the PNGs of their checks and masks."""
    held = or_(Pair.factual_id == photo_id, Pair.counterfactual_id == photo_id)
    rows = select(Pair.id, ReviewItem.public_id).join(ReviewItem, ReviewItem.id == Pair.item_id).where(held)
    ids = {key: public_id for key, public_id in session.execute(rows.order_by(ReviewItem.public_id))}
    found: dict[UUID, set[str]] = {public_id: set() for public_id in ids.values()}
    checks = select(PairCheck.pair_id, *(getattr(PairCheck, name) for name in CHECK_FILES))
    for key, *names in session.execute(checks.where(among(PairCheck.pair_id, ids))):
        found[ids[key]].update(names)
    masks = select(PairMask.pair_id, PairMask.sha256).where(among(PairMask.pair_id, ids))
    for key, name in session.execute(masks):
        found[ids[key]].add(name)
    return found


def groups_of(session: Session, photo_id: int) -> list[UUID]:
    """Public ids of the review items of groups that hold one of the photo's objects."""
    rows = (
        select(ReviewItem.public_id)
        .join(ReviewMember, ReviewMember.item_id == ReviewItem.id)
        .join(Object, Object.id == ReviewMember.object_id)
        .where(Object.photo_id == photo_id, ReviewItem.kind == rules.GROUP)
        .distinct()
        .order_by(ReviewItem.public_id)
    )
    return list(session.scalars(rows))


def vector_count(session: Session, photo_id: int) -> int:
    """Vectors of the photo's objects, by any embedder."""
    rows = select(func.count()).select_from(Embedded).join(Object, Object.id == Embedded.object_id)
    return session.scalar(rows.where(Object.photo_id == photo_id)) or 0
