"""Vector blocks: which file of the media store holds an object's vector, and in which row."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from curate.database import objects, takedowns
from curate.database.among import among
from curate.database.tables import Embedded, Object, VectorBlock


def record_block(
    session: Session, model_id: int, sha256: str, dimension: int, public_ids: Sequence[UUID]
) -> None:
    """Name a block and the objects in its rows. The file and the search index already have them."""
    block = insert(VectorBlock).values(
        model_id=model_id, sha256=sha256, vector_count=len(public_ids), dimension=dimension
    )
    session.execute(block.on_conflict_do_nothing())
    same = select(VectorBlock.id).where(VectorBlock.model_id == model_id, VectorBlock.sha256 == sha256)
    block_id = session.scalars(same).one()
    keys = objects.keys(session, public_ids)
    rows = [
        {"object_id": keys[public_id], "model_id": model_id, "block_id": block_id, "row": row}
        for row, public_id in enumerate(public_ids)
    ]
    session.execute(insert(Embedded).on_conflict_do_nothing(), rows)


def blocks(session: Session, model_id: int) -> list[VectorBlock]:
    return list(
        session.scalars(select(VectorBlock).where(VectorBlock.model_id == model_id).order_by(VectorBlock.id))
    )


def count(session: Session, model_id: int, detector_id: int | None = None) -> int:
    """How many objects, of one detector or of all, have a vector by this embedder."""
    rows = select(func.count()).select_from(Embedded).where(Embedded.model_id == model_id)
    if detector_id is not None:
        rows = rows.join(Object, Object.id == Embedded.object_id).where(Object.model_id == detector_id)
    return session.scalar(rows) or 0


def dimension(session: Session, model_id: int) -> int:
    """Numbers of a vector by this embedder; 0 if it has none."""
    blocks = select(VectorBlock.dimension).where(VectorBlock.model_id == model_id)
    return session.scalar(blocks.limit(1)) or 0


def all_public_ids(session: Session, model_id: int) -> set[UUID]:
    rows = select(Object.public_id).join(Embedded, Embedded.object_id == Object.id)
    return set(session.scalars(rows.where(Embedded.model_id == model_id)))


def places(session: Session, model_id: int, public_ids: Sequence[UUID]) -> dict[UUID, tuple[str, int]]:
    """Block sha256 and row of each object that has a vector by this embedder."""
    rows = (
        select(Object.public_id, VectorBlock.sha256, Embedded.row)
        .join(Embedded, Embedded.object_id == Object.id)
        .join(VectorBlock, VectorBlock.id == Embedded.block_id)
        .where(Embedded.model_id == model_id, among(Object.public_id, public_ids))
    )
    return {public_id: (sha256, row) for public_id, sha256, row in session.execute(rows)}


def all_block_files(session: Session) -> set[str]:
    """sha256 of every block that Postgres names; blocks of two models may share a file."""
    return set(session.scalars(select(VectorBlock.sha256)))


def forget_block(session: Session, block_id: int) -> None:
    """Forget a block whose file is lost; its objects count as not embedded again."""
    session.execute(delete(Embedded).where(Embedded.block_id == block_id))
    session.execute(delete(VectorBlock).where(VectorBlock.id == block_id))


def to_clear(session: Session) -> list[VectorBlock]:
    """Blocks that hold a vector of a photo that was taken down, or rows that nobody names.

    Two commands that embedded the same object at once both wrote it, and only one row names it; and a
    takedown that was killed leaves a block that it emptied.
    """
    named = select(func.count()).where(Embedded.block_id == VectorBlock.id).scalar_subquery()
    theirs = select(Embedded.block_id).where(Embedded.object_id.in_(takedowns.object_keys()))
    rows = select(VectorBlock).where(or_(VectorBlock.id.in_(theirs), named < VectorBlock.vector_count))
    return list(session.scalars(rows.order_by(VectorBlock.id)))


def living_rows(session: Session, block_id: int) -> list[tuple[int, UUID, int]]:
    """Key, public id and row of the objects in a block, but for those of photos that were taken down."""
    rows = (
        select(Object.id, Object.public_id, Embedded.row)
        .join(Embedded, Embedded.object_id == Object.id)
        .where(Embedded.block_id == block_id, takedowns.living(Object.photo_id))
        .order_by(Embedded.row)
    )
    return [(key, public_id, row) for key, public_id, row in session.execute(rows)]


def replace(session: Session, old: VectorBlock, sha256: str | None, kept: Sequence[int]) -> None:
    """Let a new block hold what is left of an old one, which stays named until ``drop_block``.

    Args:
        sha256: Of the new block; None if nothing is left.
        kept: Keys of the objects in its rows.
    """
    if sha256 is not None:
        values = {
            "model_id": old.model_id,
            "sha256": sha256,
            "vector_count": len(kept),
            "dimension": old.dimension,
        }
        session.execute(insert(VectorBlock).values(**values).on_conflict_do_nothing())
        same = select(VectorBlock.id).where(
            VectorBlock.model_id == old.model_id, VectorBlock.sha256 == sha256
        )
        block_id = session.scalars(same).one()
        rows = [
            {"object_id": key, "model_id": old.model_id, "block_id": block_id, "row": row}
            for row, key in enumerate(kept)
        ]
        session.execute(update(Embedded), rows)
    session.execute(delete(Embedded).where(Embedded.block_id == old.id))


def only_name(session: Session, block: VectorBlock) -> bool:
    """Whether no other block has the same file; two models may have computed the same vectors."""
    other = select(VectorBlock.id).where(VectorBlock.sha256 == block.sha256, VectorBlock.id != block.id)
    return session.scalar(other.limit(1)) is None


def drop_block(session: Session, block_id: int) -> None:
    """Forget a block that no object's vector is in, and whose file is gone."""
    session.execute(delete(VectorBlock).where(VectorBlock.id == block_id))
