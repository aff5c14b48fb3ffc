"""What lay before reviewers when they voted: the group, measurement or output, as it was then."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from curate.database import pairs, removals, rules, vote_history
from curate.database.pair_checks import check_id
from curate.database.pairs import PairRow
from curate.database.removals import RemovalRow
from curate.database.tables import PairCheck, RemovalMeasurement
from curate.database.vote_history import CastVote, SeenGroup
from curate.exporters.tasks.decision_records import Seen
from curate.records import DetectedObject


def seen(session: Session, votes: Sequence[CastVote]) -> dict[UUID, Seen]:
    """What each vote is about, by the decision's public id."""
    found: dict[UUID, Seen] = {}
    for kind, read in _READERS.items():
        found |= read(session, [vote for vote in votes if vote.kind == kind])
    return found


def _groups(session: Session, votes: Sequence[CastVote]) -> dict[UUID, Seen]:
    groups = vote_history.groups(session, {vote.made.item_id for vote in votes})
    things = [thing for found in groups.values() for group in found for thing, _ in group.members]
    describe = _Things.known(session, things)
    return {
        vote.made.public_id: _group(_as_of(groups[vote.made.item_id], vote.made.decided_at), describe)
        for vote in votes
    }


def _as_of(found: Sequence[SeenGroup], moment: datetime) -> SeenGroup:
    """As the last run before that moment had found it.

    A run that is made again counts as new, so that none may seem to have been before: then the first.
    """
    before = [each for each in found if each.run.finished_at <= moment]
    return before[-1] if before else found[0]


def _group(shown: SeenGroup, things: _Things) -> Seen:
    band = shown.run.parameters["band"]
    return Seen(
        **things.columns([thing for thing, _ in shown.members]),
        similarities=tuple(similarity for _, similarity in shown.members),
        weakest=shown.weakest,
        band=(band["low"], band["high"]),
        mining_run=str(shown.run.public_id),
        embedder_fingerprint=shown.embedder,
    )


def _pairs(session: Session, votes: Sequence[CastVote]) -> dict[UUID, Seen]:
    if not votes:
        return {}
    rows = {row.public_id: row for row in pairs.every(session)}
    checks = vote_history.checks(session, {vote.made.check_id for vote in votes if vote.made.check_id})
    return {
        vote.made.public_id: _pair(rows[vote.item], checks.get(vote.made.check_id or 0)) for vote in votes
    }


def _pair(row: PairRow, check: PairCheck | None) -> Seen:
    shown = Seen(
        photo_sha256s=(row.factual.sha256, row.counterfactual.sha256),
        photo_licences=(row.shoot.licence, row.shoot.licence),
    )
    if check is None:
        return shown
    return replace(
        shown,
        check_id=str(check_id(row.public_id, check)),
        check_verdict=check.verdict,
        check_sentence=check.sentence,
        numbers=_json(check.report["numbers"]),
        measured_by=check.fingerprint,
        mask_sha256=check.mask_sha256,
        effect_mask_sha256=check.effect_sha256,
        alpha_sha256=check.alpha_sha256,
    )


def _removals(session: Session, votes: Sequence[CastVote]) -> dict[UUID, Seen]:
    rows = removals.by_public_ids(session, {vote.item for vote in votes})
    measured = vote_history.measurements(session, [row.removal.id for row in rows.values()])
    describe = _Things.known(session, [row.object_ for row in rows.values()])
    found = {}
    for vote in votes:
        row = rows[vote.item]
        before = [each for each in measured[row.removal.id] if each.measured_at <= vote.made.decided_at]
        found[vote.made.public_id] = _removal(row, before[-1] if before else None, describe)
    return found


def _removal(row: RemovalRow, measured: RemovalMeasurement | None, things: _Things) -> Seen:
    made = row.removal
    return Seen(
        **things.columns([row.object_]),
        numbers=_json(measured.numbers) if measured else None,
        suggested_reasons=tuple(measured.suggested_reasons) if measured else (),
        measured_by=measured.fingerprint if measured else None,
        output_sha256=made.output_sha256,
        mask_sha256=made.object_mask_sha256,
        widened_mask_sha256=made.mask_sha256,
        remover=row.remover,
        remover_fingerprint=row.remover_fingerprint,
        segmenter=row.segmenter,
        dilation=made.dilation,
        region=(made.x, made.y, made.width, made.height),
    )


@dataclass(frozen=True, slots=True)
class _Things:
    """Says what detected objects are."""

    licences: Mapping[str, str | None]
    """By the sha256 of their photos."""

    @classmethod
    def known(cls, session: Session, things: Sequence[DetectedObject]) -> _Things:
        return cls(vote_history.licences(session, {each.photo_sha256 for each in things}))

    def columns(self, things: Sequence[DetectedObject]) -> dict[str, Any]:
        boxes = [each.box for each in things]
        return {
            "photo_sha256s": tuple(each.photo_sha256 for each in things),
            "photo_licences": tuple(self.licences[each.photo_sha256] for each in things),
            "object_ids": tuple(str(each.public_id) for each in things),
            "boxes": tuple((box.x, box.y, box.width, box.height) for box in boxes),
            "labels": tuple(each.label for each in things),
        }


def _json(numbers: Mapping[str, Any]) -> str:
    return json.dumps(numbers, sort_keys=True, ensure_ascii=False, allow_nan=False)


_READERS: Mapping[str, Callable[[Session, Sequence[CastVote]], dict[UUID, Seen]]] = {
    rules.GROUP: _groups,
    rules.PAIR: _pairs,
    rules.REMOVAL: _removals,
}
