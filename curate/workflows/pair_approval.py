"""Which pairs decisions approve: what the removal and insertion exports write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from curate.database import frames, pair_checks, pair_votes, pairs
from curate.database.pairs import FrameFacts, PairRow
from curate.database.tables import PairCheck
from curate.pair_verdicts import PairState
from curate.verdicts import ACCEPTED, DISPUTED, Consensus


@dataclass(frozen=True, slots=True)
class PairPhoto:
    """One frame of an approved pair."""

    sha256: str
    uri: str
    """Where the media store keeps its bytes, for ``photos.sources.read_bytes``."""
    width: int
    """Pixels of the upright photo."""
    height: int


@dataclass(frozen=True, slots=True)
class ApprovedPair:
    """A pair that people accepted, with everything an exporter needs."""

    pair: UUID
    kind: str
    """``pair``, ``triplet`` or ``burst``."""
    scene: str
    """The same for pairs that share a frame, directly or through others: the smallest sha256 among theirs."""
    shoot: UUID
    shoot_name: str
    photographer: str
    licence: str | None
    consent: str | None
    credit: str | None
    held_out: bool
    object_name: str | None
    factual: PairPhoto
    counterfactual: PairPhoto
    mask_sha256: str
    """Object mask in the media store, suffix ``.png``; see ``pair_records.PairReport``."""
    effect_sha256: str
    alpha_sha256: str
    verdict: str
    """Of the current check: ``pass``, ``warn``, or ``fail`` that an adjudicator overruled."""
    numbers: Mapping[str, Any]
    alignment: Mapping[str, Any] | None
    """None: the pair is used as it is."""
    decision_ids: tuple[str, ...]
    """Public ids of the decisions that accept it, sorted."""


def approved_pairs(
    session: Session,
    *,
    include_automatic: bool = False,
    consensus: Consensus | None = None,
    with_any_masks: bool = False,
) -> list[ApprovedPair]:
    """Pairs that people accept, by id.

    Left out are flagged and superseded ones, those that are not checked with their newest mask, those that
    were accepted with other masks, and those whose current check fails without an adjudicator's word on it.

    Args:
        consensus: How many must agree; None asks the rule for pairs.
        with_any_masks: Also those that were accepted with other masks than the current ones.
    """
    rows = pairs.every(session)
    scenes = _scenes(rows)
    standing = [row for row in rows if row.superseded_by is None]
    checks = pair_checks.current(session, [row.pair.id for row in standing])
    states = pair_votes.settled(
        session,
        [row.pair.item_id for row in standing],
        with_automatic=include_automatic,
        consensus=consensus,
        with_any_masks=with_any_masks,
    )
    uris = frames.uris(session, {key for row in standing for key in _frame_keys(row)})
    approved = [
        _approved(row, checks[row.pair.id], states[row.pair.item_id], scenes[row.pair.factual_id], uris)
        for row in standing
        if row.pair.id in checks and states[row.pair.item_id].name == ACCEPTED
    ]
    return sorted(approved, key=lambda each: each.pair)


def outdated(session: Session, *, include_automatic: bool = False) -> dict[UUID, bool]:
    """Pairs that were accepted with other masks than they have now, and whether they are measured now.

    Newer checks find other masks, and so do corrected ones. Whoever accepted the former has to look again;
    that a check fails meanwhile, or that others object, does not hide it.
    """
    rows = [row for row in pairs.every(session) if row.superseded_by is None]
    items = [row.pair.item_id for row in rows]
    checks = pair_checks.current(session, [row.pair.id for row in rows])
    then = pair_votes.settled(session, items, with_automatic=include_automatic, with_any_masks=True)
    now = pair_votes.settled(session, items, with_automatic=include_automatic)
    spoken = {ACCEPTED, DISPUTED}
    return {
        row.public_id: row.pair.id in checks
        for row in rows
        if then[row.pair.item_id].name in spoken and now[row.pair.item_id].name not in spoken
    }


def _approved(
    row: PairRow, check: PairCheck, state: PairState, scene: str, uris: Mapping[int, str]
) -> ApprovedPair:
    return ApprovedPair(
        pair=row.public_id,
        kind=row.pair.kind,
        scene=scene,
        shoot=row.shoot.public_id,
        shoot_name=row.shoot.name,
        photographer=row.shoot.photographer,
        licence=row.shoot.licence,
        consent=row.shoot.consent,
        credit=row.shoot.credit,
        held_out=row.shoot.held_out,
        object_name=row.object_name,
        factual=_photo(row.factual, uris[row.pair.factual_id]),
        counterfactual=_photo(row.counterfactual, uris[row.pair.counterfactual_id]),
        mask_sha256=check.mask_sha256,
        effect_sha256=check.effect_sha256,
        alpha_sha256=check.alpha_sha256,
        verdict=check.verdict,
        numbers=check.report["numbers"],
        alignment=check.alignment,
        decision_ids=tuple(sorted(map(str, state.behind))),
    )


def _frame_keys(row: PairRow) -> tuple[int, int]:
    return row.pair.factual_id, row.pair.counterfactual_id


def _photo(frame: FrameFacts, uri: str) -> PairPhoto:
    return PairPhoto(frame.sha256, uri, frame.width, frame.height)


def _scenes(rows: Sequence[PairRow]) -> dict[int, str]:
    """By the key of each frame the smallest sha256 among the frames it is tied to by pairs."""
    scene: dict[int, str] = {}
    members: dict[str, set[int]] = {}
    for row in rows:
        keys = dict(zip(_frame_keys(row), (row.factual.sha256, row.counterfactual.sha256), strict=True))
        joined = {scene[key] for key in keys if key in scene}
        name = min(joined | set(keys.values()))
        everybody = set(keys).union(*(members.pop(each) for each in joined))
        members[name] = everybody
        scene |= dict.fromkeys(everybody, name)
    return scene
