"""Inputs that could not be processed: one row each until a later attempt succeeds."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from curate import records
from curate.database.among import among
from curate.database.tables import Failure


def record(session: Session, stage: str, subject: str, reason: str, fingerprint: str = "") -> None:
    """Count one more failed attempt."""
    row = insert(Failure).values(
        stage=stage, subject=subject, fingerprint=fingerprint, reason=reason, attempts=1
    )
    session.execute(
        row.on_conflict_do_update(
            index_elements=[Failure.stage, Failure.subject, Failure.fingerprint],
            set_={"reason": reason, "attempts": Failure.attempts + 1, "last_at": func.now()},
        )
    )


def supersede(session: Session, stage: str, subject: str, reason: str, fingerprint: str = "") -> None:
    """``record``, and forget what is known under other fingerprints: the input has changed since."""
    session.execute(
        delete(Failure).where(
            Failure.stage == stage, Failure.subject == subject, Failure.fingerprint != fingerprint
        )
    )
    record(session, stage, subject, reason, fingerprint)


def clear(session: Session, stage: str, subjects: Iterable[str], fingerprint: str = "") -> None:
    """These inputs went well."""
    session.execute(
        delete(Failure).where(
            Failure.stage == stage, among(Failure.subject, subjects), Failure.fingerprint == fingerprint
        )
    )


def forget(session: Session, stage: str, subject: str) -> None:
    """Remove what is known of this input under any fingerprint: it has changed or went well."""
    session.execute(delete(Failure).where(Failure.stage == stage, Failure.subject == subject))


def attempted(session: Session, stage: str, subjects: Iterable[str]) -> set[tuple[str, str]]:
    """Subject and fingerprint of what failed among ``subjects``."""
    rows = select(Failure.subject, Failure.fingerprint)
    found = session.execute(rows.where(Failure.stage == stage, among(Failure.subject, subjects)))
    return {(subject, fingerprint) for subject, fingerprint in found}


def every(session: Session, stage: str | None = None) -> list[records.Failure]:
    """All failures, or those of one stage, ordered by stage and subject."""
    rows = select(Failure).order_by(Failure.stage, Failure.subject, Failure.fingerprint)
    if stage:
        rows = rows.where(Failure.stage == stage)
    return [
        records.Failure(row.stage, row.subject, row.reason, row.attempts, row.last_at)
        for row in session.scalars(rows)
    ]
