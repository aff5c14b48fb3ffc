"""What is known about pairs: lists, and everything about one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from curate.database import decision_history, frames, object_names, pair_checks, pair_votes, pairs
from curate.database.pairs import PairRow
from curate.database.tables import PairCheck, PairObjectName
from curate.errors import SettingsError
from curate.pair_verdicts import PAIR_STATES, SUPERSEDED, PairState
from curate.workflows.pair_records import (
    MaskCorrection,
    PairDecision,
    PairDetail,
    PairReport,
    PairSummary,
    Renaming,
)
from curate.workspace import Workspace

CHECK_VERDICTS = ("pass", "warn", "fail")
UNCHECKED = "unchecked"


def listed(
    workspace: Workspace,
    *,
    viewer: str | None = None,
    shoot: UUID | None = None,
    state: str | None = None,
    verdict: str | None = None,
) -> list[PairSummary]:
    """Pairs, newest first; superseded ones only if ``state`` asks for them.

    Args:
        verdict: ``pass``, ``warn``, ``fail`` or ``unchecked``.

    Raises:
        SettingsError: there is no such state or verdict.
    """
    if state is not None and state not in PAIR_STATES:
        raise SettingsError(f"No pair is ever {state!r}: choose from {', '.join(PAIR_STATES)}.")
    if verdict is not None and verdict not in (*CHECK_VERDICTS, UNCHECKED):
        known = ", ".join((*CHECK_VERDICTS, UNCHECKED))
        raise SettingsError(f"No check ever says {verdict!r}: choose from {known}.")
    with workspace.transaction() as session:
        found = _summaries(session, pairs.every(session, viewer, shoot))
    return [
        each
        for each in found
        if verdict in (None, each.verdict or UNCHECKED)
        and (each.state == state if state else each.state != SUPERSEDED)
    ]


def find(workspace: Workspace, prefix: UUID | str, viewer: str | None = None) -> UUID:
    """The id of the pair whose id starts so.

    Raises:
        NotFoundError: there is none, or several.
    """
    with workspace.transaction() as session:
        return pairs.find(session, str(prefix), viewer).public_id


def standing_of(workspace: Workspace, sha256: str) -> list[PairSummary]:
    """Pairs with this frame that nothing took the place of, oldest first."""
    with workspace.transaction() as session:
        found = frames.pairs_of(session, [sha256]).get(sha256, [])
        summaries = _summaries(session, [pairs.find(session, str(each)) for each in found])
    return [each for each in summaries if each.state != SUPERSEDED]


def shown(workspace: Workspace, pair: UUID | str, viewer: str | None = None) -> PairDetail:
    """Everything about one pair.

    Raises:
        NotFoundError: there is none.
    """
    with workspace.transaction() as session:
        row = pairs.find(session, str(pair), viewer)
        summary = _summaries(session, [row])[0]
        current = pair_checks.current(session, [row.pair.id]).get(row.pair.id)
        earlier = [each for each in pair_checks.of_pair(session, row.pair.id) if each is not current]
        masks = pair_checks.masks(session, row.pair.id)
        made = decision_history.history(session, item_id=row.public_id, limit=1000)
        names = object_names.history(session, row.pair.id)
        took = [each.old for each in pairs.successions(session, row.public_id) if each.new == row.public_id]
    return PairDetail(
        summary,
        report_of(row.public_id, current) if current else None,
        tuple(report_of(row.public_id, each) for each in earlier),
        tuple(MaskCorrection(each.sha256, each.by, each.at) for each in masks),
        tuple(
            PairDecision(
                each.public_id,
                each.reviewer,
                each.verdict,
                each.reason,
                each.adjudicates,
                undone,
                each.decided_at,
            )
            for each, _, undone in made
        ),
        tuple(took),
        _renamings(row.pair.object_name, names),
    )


def _renamings(first: str | None, names: Sequence[PairObjectName]) -> tuple[Renaming, ...]:
    before = [*(each.name for each in names[1:]), first]
    return tuple(Renaming(old, each.name, each.by, each.at) for old, each in zip(before, names, strict=False))


def report_of(pair: UUID, row: PairCheck) -> PairReport:
    """A stored check as it is told."""
    return PairReport(
        check=pair_checks.check_id(pair, row),
        pair=pair,
        verdict=row.verdict,
        sentence=row.sentence,
        findings=tuple(row.report["numbers"]["findings"]),
        numbers=row.report["numbers"],
        swapped=row.report["numbers"]["swapped"],
        models=row.report["models"],
        alignment=row.alignment,
        mask_sha256=row.mask_sha256,
        effect_sha256=row.effect_sha256,
        alpha_sha256=row.alpha_sha256,
        change_sha256=row.change_sha256,
        report_sha256=row.report_sha256,
        given_mask_sha256=row.given_mask_sha256,
        fingerprint=row.fingerprint,
        checked_at=row.checked_at,
    )


def _summaries(session: Session, rows: list[PairRow]) -> list[PairSummary]:
    checks = pair_checks.current(session, [row.pair.id for row in rows])
    states = pair_votes.settled(session, [row.pair.item_id for row in rows], with_automatic=True)
    return [_summary(row, checks, states) for row in rows]


def _summary(row: PairRow, checks: Mapping[int, PairCheck], states: Mapping[int, PairState]) -> PairSummary:
    check = checks.get(row.pair.id)
    return PairSummary(
        pair=row.public_id,
        shoot=row.shoot.public_id,
        shoot_name=row.shoot.name,
        photographer=row.shoot.photographer,
        kind=row.pair.kind,
        object_name=row.object_name,
        factual_sha256=row.factual.sha256,
        counterfactual_sha256=row.counterfactual.sha256,
        factual_name=row.factual.name,
        counterfactual_name=row.counterfactual.name,
        verdict=check.verdict if check else None,
        sentence=check.sentence if check else None,
        swapped=bool(check and check.report["numbers"]["swapped"]),
        state=SUPERSEDED if row.superseded_by else states[row.pair.item_id].name,
        superseded_by=row.superseded_by,
        handed_in_by=row.pair.handed_in_by,
        handed_in_at=row.pair.handed_in_at,
    )
