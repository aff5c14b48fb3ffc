"""Removals in Postgres and in their queue, for tests that need no pixels."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from curate.database import fingerprints, removal_queue, removals
from curate.database.removals import NewRemoval
from queued import store_objects

REMOVERS = ("lama", "telea")


def queue_removals(
    session: Session,
    count: int,
    removers: Sequence[str] = REMOVERS,
    suggested: Mapping[int, Sequence[str]] | None = None,
) -> list[UUID]:
    """Cases of ``count`` new objects, each with one removal by every remover; the objects' ids.

    Args:
        suggested: Reject reasons that the numbers of every removal of an object suggest, by its number.
    """
    objects = [public_id for _, public_id in store_objects(session, count)]
    for number, object_id in enumerate(objects):
        for remover in removers:
            add_removal(session, object_id, remover, (suggested or {}).get(number, ()))
    removal_queue.refresh(session)
    return objects


def add_removal(session: Session, object_id: UUID, remover: str, suggested: Sequence[str] = ()) -> UUID:
    """One removal, its id; whoever adds some says when the queue is put in order."""
    recipe = hashlib.sha256(remover.encode()).hexdigest()
    made = NewRemoval(
        remover_id=fingerprints.ensure(session, recipe, "remover", remover),
        segmenter_id=fingerprints.ensure(session, "b" * 64, "segmenter", "box"),
        recipe=recipe,
        dilation=5,
        x=0,
        y=8,
        width=300,
        height=280,
        output_sha256="0" * 64,
        mask_sha256="1" * 64,
        object_mask_sha256="2" * 64,
        seconds=0.5,
    )
    key = removals.record(session, object_id, made)
    removals.record_measurement(session, key, "c" * 64, {"seam": 0.5}, suggested)
    return removals.removal_id(object_id, recipe)
