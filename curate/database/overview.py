"""Counts for `curate status`."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from curate.database import (
    captions,
    fingerprints,
    pair_checks,
    pair_votes,
    pairs,
    removal_votes,
    removals,
    takedowns,
)
from curate.database.tables import (
    Caption,
    Decision,
    Detected,
    Embedded,
    Failure,
    Manifest,
    MiningRun,
    Model,
    Object,
    Photo,
    PhotoFile,
)


def counts(session: Session) -> dict[str, Any]:
    """Photos, then per model how much it has done, then what came of it."""
    failed = select(Failure.stage, func.count()).group_by(Failure.stage).order_by(Failure.stage)
    return {
        "photos": _count(session, Photo) - takedowns.count(session),
        "taken_down": takedowns.count(session),
        "photo_files": _count(session, PhotoFile),
        "detectors": [_detector(session, model) for model in fingerprints.used(session, "detector")],
        "embedders": [_embedder(session, model) for model in fingerprints.used(session, "embedder")],
        "mining_runs": _count(session, MiningRun),
        "pairs": _pairs(session),
        "removals": _removals(session),
        "captioners": [_captioner(session, model) for model in fingerprints.used(session, "captioner")],
        "captions_by_people": captions.by_people(session),
        "decisions": _standing(session),
        "manifests": _count(session, Manifest),
        "failures": {stage: count for stage, count in session.execute(failed)},
    }


def _count(session: Session, table: type[Any]) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def _pairs(session: Session) -> dict[str, int]:
    """Pairs that nothing took the place of, by what is known of them."""
    current = [row for row in pairs.every(session) if row.superseded_by is None]
    checks = pair_checks.current(session, [row.pair.id for row in current])
    settled = pair_votes.settled(session, [row.pair.item_id for row in current], with_automatic=True)
    states = Counter(state.name for state in settled.values())
    verdicts = Counter(check.verdict for check in checks.values())
    return {
        "all": len(current),
        "unchecked": len(current) - len(checks),
        **{f"checked {verdict}": number for verdict, number in sorted(verdicts.items())},
        **dict(sorted(states.items())),
    }


def _removals(session: Session) -> dict[str, int]:
    """Removals by state."""
    items = [row.removal.item_id for row in removals.every(session)]
    settled = removal_votes.settled(session, items, with_automatic=True)
    states = Counter(state.name for state in settled.values())
    return {"all": len(items), **dict(sorted(states.items()))}


def _standing(session: Session) -> int:
    """Verdicts that were not undone; of a reviewer who decided twice on an item both."""
    step = case((Decision.verdict == "undo", -1), else_=1)
    return session.scalar(select(func.coalesce(func.sum(step), 0))) or 0


def _detector(session: Session, model: Model) -> dict[str, Any]:
    seen = select(func.count()).where(Detected.model_id == model.id, takedowns.living(Detected.photo_id))
    found = select(func.count()).where(Object.model_id == model.id, takedowns.living(Object.photo_id))
    photos, objects = session.scalar(seen), session.scalar(found)
    return {"name": model.name, "fingerprint": model.fingerprint, "photos": photos, "objects": objects}


def _embedder(session: Session, model: Model) -> dict[str, Any]:
    objects = session.scalar(select(func.count()).where(Embedded.model_id == model.id))
    return {"name": model.name, "fingerprint": model.fingerprint, "objects": objects}


def _captioner(session: Session, model: Model) -> dict[str, Any]:
    objects = session.scalar(select(func.count()).where(Caption.model_id == model.id))
    return {"name": model.name, "fingerprint": model.fingerprint, "objects": objects}
