"""What an analysis reads of a mining run, in columns, and the answers that were found before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Text, cast, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from curate.database import photos, takedowns
from curate.database.among import among
from curate.database.columns import Columns, read_columns
from curate.database.tables import Analysis, Edge, Embedded, MiningRun, Model, Object
from curate.errors import NotFoundError
from curate.records import PhotoRef


def run_starting(session: Session, prefix: str) -> MiningRun:
    """The run whose public id starts with ``prefix``.

    Raises:
        NotFoundError: none does, or several do.
    """
    starts = cast(MiningRun.public_id, Text).startswith(prefix.lower(), autoescape=True)
    found = session.scalars(select(MiningRun).where(starts).limit(2)).all()
    if len(found) > 1:
        raise NotFoundError(f"Several mining runs start with {prefix!r}: type more of the id.")
    if not found:
        raise NotFoundError(f"No mining run starts with {prefix!r}: `curate runs` lists them.")
    return found[0]


def model_name(session: Session, model_id: int) -> str:
    return session.scalars(select(Model.name).where(Model.id == model_id)).one()


def classes(session: Session, run: MiningRun) -> tuple[Columns, list[str]]:
    """Classes of all objects that the embedder of a run has seen, and their names.

    Returns:
        Columns ``key`` of the object and ``label``, counted from 0 in the names.
    """
    named = select(Object.label).where(Object.model_id == run.detector_id).group_by(Object.label)
    numbered = named.add_columns(func.row_number().over(order_by=Object.label).label("number")).subquery()
    rows = (
        select(Object.id, numbered.c.number - 1)
        .join(numbered, numbered.c.label == Object.label)
        .join(Embedded, Embedded.object_id == Object.id)
        .where(Object.model_id == run.detector_id, Embedded.model_id == run.embedder_id)
    )
    names = session.scalars(select(numbered.c.label).order_by(numbered.c.number)).all()
    return read_columns(session, rows, {"key": "i8", "label": "i8"}), list(names)


def edges(session: Session, run: MiningRun) -> Columns:
    """``left``, ``right`` and ``similarity`` of all edges of a run."""
    rows = select(Edge.left_id, Edge.right_id, Edge.similarity).where(Edge.run_id == run.id)
    return read_columns(session, rows, {"left": "i8", "right": "i8", "similarity": "f8"})


def photos_of(session: Session, public_ids: Iterable[UUID]) -> dict[UUID, PhotoRef]:
    """The photo of each of these objects, but for photos that were taken down."""
    rows = select(Object.public_id, Object.photo_id).where(
        among(Object.public_id, public_ids), takedowns.living(Object.photo_id)
    )
    found = {public_id: photo for public_id, photo in session.execute(rows)}
    refs = photos.by_keys(session, set(found.values()))
    return {public_id: refs[photo] for public_id, photo in found.items()}


def record(session: Session, run: MiningRun, result: Mapping[str, Any]) -> None:
    """Keep an answer about a run in the place of an earlier one."""
    row = insert(Analysis).values(run_id=run.id, result=dict(result))
    said = {"result": row.excluded.result, "made_at": func.now()}
    session.execute(row.on_conflict_do_update(index_elements=[Analysis.run_id], set_=said))


def newest(session: Session, run: MiningRun) -> Analysis | None:
    """The answer about a run; of the run analysed last if nobody asked about this one."""
    of_run = (Analysis.run_id == run.id).desc()
    return session.scalar(select(Analysis).order_by(of_run, Analysis.made_at.desc()).limit(1))
