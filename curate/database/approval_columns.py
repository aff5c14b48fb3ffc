"""What approvals and splits are made of, as columns: facts, decisions, objects, photos, edges, vectors.

A million of each takes some 20 MB. Keys are those inside Postgres.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Integer, cast, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.types import Text

from curate.database.among import among
from curate.database.columns import Columns, read_columns
from curate.database.tables import (
    Decision,
    Edge,
    Embedded,
    Object,
    PairFact,
    Photo,
    PhotoSplit,
    Removal,
    VectorBlock,
)

Keys = NDArray[np.int64]

_ASKED = 100_000
"""Keys that are asked for in one statement."""


def facts(session: Session, relations: Sequence[str]) -> Columns:
    """What standing decisions say: ``left``, ``right``, ``decision`` and, counted from 0, ``relation``."""
    rows = select(
        PairFact.left_id, PairFact.right_id, PairFact.decision_id, _number(PairFact.relation, relations)
    )
    return read_columns(session, rows, {"left": "i8", "right": "i8", "decision": "i8", "relation": "i4"})


def decisions(session: Session, keys: Keys) -> Columns:
    """``key``, ``public_id``, ``reviewer`` (a number), ``automatic`` and ``adjudicates`` of decisions."""
    # Numbered among all, so that portions agree.
    reviewers = select(
        Decision.reviewer, func.row_number().over(order_by=Decision.reviewer).label("number")
    ).group_by(Decision.reviewer)
    numbered = reviewers.subquery()
    rows = select(
        Decision.id,
        Decision.public_id,
        numbered.c.number,
        Decision.reviewer_kind == "automatic",
        Decision.adjudicates,
    ).join(numbered, numbered.c.reviewer == Decision.reviewer)
    kinds = {"key": "i8", "public_id": "S16", "reviewer": "i8", "automatic": "?", "adjudicates": "?"}
    return _together(
        read_columns(session, rows.where(among(Decision.id, part)), kinds) for part in _parts(keys)
    )


def objects(session: Session, keys: Keys) -> Columns:
    """``key``, ``public_id`` and ``photo`` of objects."""
    rows = select(Object.id, Object.public_id, Object.photo_id)
    kinds = {"key": "i8", "public_id": "S16", "photo": "i8"}
    return _together(
        read_columns(session, rows.where(among(Object.id, part)), kinds) for part in _parts(keys)
    )


def with_removal(session: Session) -> Keys:
    """Keys of all objects that were removed from their photo."""
    return read_columns(session, select(Removal.object_id).distinct(), {"object": "i8"})["object"]


def photos(session: Session, *conditions: ColumnElement[bool]) -> Columns:
    """``key``, ``sha256`` and ``hash`` of all photos by sha256, frames and those taken down too."""
    rows = select(Photo.id, func.decode(Photo.sha256, "hex"), Photo.perceptual_hash).where(*conditions)
    found = read_columns(session, rows, {"key": "i8", "sha256": "S32", "hash": "i8"})
    order = np.argsort(found["sha256"])
    return {name: column[order] for name, column in found.items()}


def known_splits(session: Session, names: Sequence[str]) -> Columns:
    """``photo`` and, counted from 0 in ``names``, ``split`` of every photo that was ever exported."""
    rows = select(PhotoSplit.photo_id, _number(PhotoSplit.split, names))
    return read_columns(session, rows, {"photo": "i8", "split": "i4"})


def edges_between(session: Session, objects: Keys) -> Columns:
    """``left`` and ``right`` of pairs that some mining run, with whatever band, found inside its band."""
    # All keys at once: edges have no index that begins with an object, so each statement reads them all.
    wanted = objects.tolist()
    rows = select(Edge.left_id, Edge.right_id).where(
        among(Edge.left_id, wanted), among(Edge.right_id, wanted)
    )
    return read_columns(session, rows, {"left": "i8", "right": "i8"})


def vectors(session: Session, model_id: int, objects: Keys) -> Columns:
    """``object``, ``block`` and ``row`` of those that have a vector by one embedder."""
    rows = select(Embedded.object_id, Embedded.block_id, Embedded.row).where(Embedded.model_id == model_id)
    kinds = {"object": "i8", "block": "i8", "row": "i8"}
    return _together(
        read_columns(session, rows.where(among(Embedded.object_id, part)), kinds) for part in _parts(objects)
    )


def block_files(session: Session, model_id: int) -> dict[int, str]:
    """sha256 of an embedder's blocks by their keys."""
    rows = select(VectorBlock.id, VectorBlock.sha256).where(VectorBlock.model_id == model_id)
    return {key: sha256 for key, sha256 in session.execute(rows)}


def _number(column: InstrumentedAttribute[str], names: Sequence[str]) -> ColumnElement[int]:
    return cast(func.array_position(literal(list(names), ARRAY(Text)), column) - 1, Integer)


def _parts(keys: Keys) -> Iterator[list[int]]:
    """At least one."""
    for start in range(0, max(1, len(keys)), _ASKED):
        yield keys[start : start + _ASKED].tolist()


def _together(parts: Iterator[Columns]) -> Columns:
    read = list(parts)
    return {name: np.concatenate([part[name] for part in read]) for name in read[0]}
