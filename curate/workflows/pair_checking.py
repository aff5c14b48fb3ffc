"""Measure many pairs, one after the other; killed anywhere, the next run measures the rest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from curate.database import failures, pair_checks, pair_votes, pairs
from curate.database.claims import claim_key
from curate.database.pair_votes import FAIL
from curate.database.pairs import PairRow
from curate.errors import PhotoError
from curate.verdicts import ACCEPTED
from curate.workflows.pair_checks import check_row, correct_mask, fingerprint_with, looked_at
from curate.workflows.pair_evidence import pulled_models
from curate.workflows.pair_records import PairReport
from curate.workspace import Workspace

STAGE = "check"


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of one pair."""

    pair: UUID
    name: str
    """File name of its factual."""
    report: PairReport | None
    problem: str | None
    """Why it could not be measured, as a sentence; None if it was."""
    done: int
    total: int
    sent_back: bool
    """True if it was accepted and is no longer: people accepted other masks, or another verdict."""


def check_all(
    workspace: Workspace,
    wanted: Sequence[UUID | str] | None = None,
    *,
    models: bool = True,
    failed: bool = False,
) -> Iterator[Checked]:
    """Measure pairs that were not measured so, oldest first; each verdict is stored when it comes out.

    Pairs that another command is measuring are passed over.

    Args:
        wanted: Measure these; None takes all that nothing took the place of.
        models: As for ``check``.
        failed: Of these, only those with the verdict ``fail`` and those that could not be measured before;
            the latter are left alone otherwise, until the checks or models are others.

    Raises:
        NotFoundError: a pair that is wanted does not exist.
        MediaError: the media store does not answer or cannot be written.
    """
    asked = pulled_models(workspace.settings) if models else None
    fingerprint = fingerprint_with(asked)
    rows = _to_check(workspace, wanted, fingerprint, failed=failed)
    with workspace.claims() as claims:
        for done, row in enumerate(rows, start=1):
            key = claim_key(STAGE, fingerprint, str(row.public_id))
            if claims.take([key]) != [True]:
                continue
            report, problem, accepted = None, None, _is_accepted(workspace, row)
            try:
                report = check_row(workspace, row, asked)
            except PhotoError as error:
                problem = str(error)
            _note(workspace, row, fingerprint, problem)
            claims.release([key])
            sent_back = accepted and not _is_accepted(workspace, row)
            yield Checked(row.public_id, row.factual.name, report, problem, done, len(rows), sent_back)


def correct(workspace: Workspace, pair: UUID | str, mask: bytes, by: str) -> tuple[PairReport, bool]:
    """As ``correct_mask``, and whether that took back an acceptance.

    Raises:
        As ``correct_mask``.
    """
    with workspace.transaction() as session:
        row = pairs.find(session, str(pair))
    accepted = _is_accepted(workspace, row)
    report = correct_mask(workspace, row.public_id, mask, by)
    return report, accepted and not _is_accepted(workspace, row)


def fault_of(workspace: Workspace, factual_sha256: str, counterfactual_sha256: str) -> str | None:
    """Why two stored frames fail as a pair, None if they do not; nothing is stored."""
    try:
        found = looked_at(workspace, factual_sha256, counterfactual_sha256)
    except PhotoError as error:
        return str(error)
    return found.sentence if found.verdict == FAIL else None


def _is_accepted(workspace: Workspace, row: PairRow) -> bool:
    with workspace.transaction() as session:
        states = pair_votes.settled(session, [row.pair.item_id], with_automatic=True)
    return states[row.pair.item_id].name == ACCEPTED


def _to_check(
    workspace: Workspace, wanted: Sequence[UUID | str] | None, fingerprint: str, *, failed: bool
) -> list[PairRow]:
    with workspace.transaction() as session:
        if wanted is not None:
            rows = [pairs.find(session, str(each)) for each in wanted]
        else:
            rows = [row for row in reversed(pairs.every(session)) if row.superseded_by is None]
        subjects = [str(row.public_id) for row in rows]
        broken = dict(failures.attempted(session, STAGE, subjects))
        if failed:
            checks = pair_checks.current(session, [row.pair.id for row in rows])
            failing = {key for key, check in checks.items() if check.verdict == FAIL}
            return [row for row in rows if row.pair.id in failing or str(row.public_id) in broken]
        if wanted is not None:
            return rows
        measured = pair_checks.measured(session, fingerprint)
    # A pair that ended these checks would end them again; other checks may get along with it.
    return [
        row for row in rows if row.pair.id not in measured and broken.get(str(row.public_id)) != fingerprint
    ]


def _note(workspace: Workspace, row: PairRow, fingerprint: str, problem: str | None) -> None:
    with workspace.transaction() as session:
        if problem is None:
            failures.forget(session, STAGE, str(row.public_id))
        else:
            failures.supersede(session, STAGE, str(row.public_id), problem, fingerprint)
