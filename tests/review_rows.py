"""Rows of a mined workspace without photos: groups with edges, a queue, and decisions on them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from uuid import UUID

from sqlalchemy.orm import Session

from curate.database import decisions, fingerprints, mining, objects, refill
from curate.database.decisions import Recorded, Said
from curate.database.mining import GroupRow
from curate.records import Box, Detection
from mined_rows import edge_rows
from stored_photos import DETECTOR, store_photo

BAND = (0.4, 0.9)
"""What these runs are mined with."""


def store_labelled(session: Session, labels: Sequence[str]) -> list[tuple[int, UUID]]:
    """Key and public id of one object per label, each in a photo of its own."""
    model_id = fingerprints.ensure(session, DETECTOR, "detector", "drawn")
    found, box = [], Box(10, 20, 100, 120)
    for number, label in enumerate(labels):
        photo = store_photo(session, number)
        objects.record_detections(session, photo, model_id, DETECTOR, [Detection(box, 0.9, label)])
        found.append(objects.object_id(photo.sha256, DETECTOR, box))
    keys = objects.keys(session, found)
    return [(keys[public_id], public_id) for public_id in found]


def store_groups(
    session: Session,
    made: Sequence[tuple[int, UUID]],
    groups: Sequence[Sequence[int]],
    similarity: float = 0.65,
) -> list[UUID]:
    """A mining run with groups of these objects (by place in ``made``), queued; the items' ids.

    Every pair of a group is an edge of ``similarity``.
    """
    model_id = fingerprints.ensure(session, DETECTOR, "detector", "drawn")
    rows = [
        GroupRow(
            tuple(made[n][0] for n in members),
            tuple(made[n][1] for n in members),
            (1.0, *[similarity] * (len(members) - 1)),
            similarity,
        )
        for members in groups
    ]
    pairs = {tuple(sorted(pair)) for row in rows for pair in combinations(row.members, 2)}
    low, high = BAND
    mining.record_run(
        session,
        public_id=UUID(int=1),
        embedder_id=model_id,
        detector_id=model_id,
        rule="compact",
        parameters={"band": {"low": low, "high": high, "provenance": "given"}},
        counts={"groups": len(rows)},
        edges=edge_rows((left, right, similarity) for left, right in sorted(pairs)),
        groups=rows,
    )
    refill.refresh(session)
    return [mining.group_id(row.public_ids) for row in rows]


def vote(
    session: Session, item: UUID, verdict: str, reviewer: str, *, adjudicates: bool = False, **said: object
) -> Recorded:
    """One person's verdict; ``said`` goes into ``Said``."""
    return decisions.decide(session, item, Said(verdict, **said), reviewer=reviewer, adjudicates=adjudicates)
