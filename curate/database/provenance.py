"""How an approved set came to be, told by the decisions it rests on."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from curate.database.among import among
from curate.database.progress import agreement
from curate.database.tables import (
    Decision,
    Group,
    MiningRun,
    Model,
    Object,
    Removal,
    ReviewItem,
    ReviewMember,
)
from curate.manifest_records import Provenance, UsedModel


def provenance(
    session: Session, decision_ids: Collection[UUID], captions: Collection[str] = ()
) -> Provenance:
    """Counts over these decisions (public ids) and the items they are on; names nobody.

    Args:
        captions: Sources of the captions: fingerprints of captioners, whatever else.
    """
    made = select(Decision).where(among(Decision.public_id, decision_ids)).subquery()
    people = made.c.reviewer_kind == "person"
    decisions, of_people, reviewers = session.execute(
        select(
            func.count(),
            func.count().filter(people),
            func.count(made.c.reviewer.distinct()).filter(people),
        ).select_from(made)
    ).one()
    items = session.scalars(select(made.c.item_id).distinct()).all()
    agreed, asked = agreement(session, items)
    mining = _first_runs(session, items)
    return Provenance(
        decisions=decisions,
        automatic=decisions - of_people,
        reviewers=reviewers,
        items=_kinds(session, items),
        agreed=agreed,
        asked=asked,
        models=_models(session, items, mining, captions),
        mining=_different(mining.values()),
    )


def _kinds(session: Session, items: Collection[int]) -> dict[str, int]:
    rows = select(ReviewItem.kind, func.count()).where(among(ReviewItem.id, items)).group_by(ReviewItem.kind)
    return {kind: count for kind, count in session.execute(rows.order_by(ReviewItem.kind))}


def _first_runs(session: Session, items: Collection[int]) -> Mapping[int, dict[str, Any]]:
    """Parameters of the runs that found these groups first, by the run's key; mining again adds nothing."""
    first = select(func.min(Group.run_id)).where(among(Group.item_id, items)).group_by(Group.item_id)
    rows = select(MiningRun.id, MiningRun.parameters).where(MiningRun.id.in_(first))
    return {key: parameters for key, parameters in session.execute(rows)}


def _different(mined: Iterable[Mapping[str, Any]]) -> tuple[Mapping[str, Any], ...]:
    """Each parameters once, in an order of their own: in how many runs photos were mined is no property."""
    told = {json.dumps(each, sort_keys=True): each for each in mined}
    return tuple(told[text] for text in sorted(told))


def _models(
    session: Session, items: Collection[int], runs: Collection[int], captions: Collection[str]
) -> tuple[UsedModel, ...]:
    """What drew the boxes, compared them, made masks and removals, and described the targets."""
    objects = (
        select(ReviewMember.object_id)
        .where(among(ReviewMember.item_id, items))
        .union(select(Removal.object_id).where(among(Removal.item_id, items)))
    )
    keys = (
        select(Object.model_id)
        .where(Object.id.in_(objects))
        .union(
            select(MiningRun.embedder_id).where(among(MiningRun.id, runs)),
            select(Removal.remover_id).where(among(Removal.item_id, items)),
            select(Removal.segmenter_id).where(among(Removal.item_id, items)),
            select(Model.id).where(among(Model.fingerprint, captions)),
        )
    )
    rows = select(Model.role, Model.name, Model.fingerprint).where(Model.id.in_(keys))
    return tuple(sorted(UsedModel(*row) for row in session.execute(rows)))
