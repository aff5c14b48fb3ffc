"""Measure many pairs, one after the other; killed anywhere, the next run measures the rest."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from curate.database import failures, pair_checks, pairs
from curate.database.claims import claim_key
from curate.database.pair_votes import FAIL
from curate.database.pairs import PairRow
from curate.errors import CurateError, MediaDamagedError, MediaMissingError, PhotoError
from curate.workflows.pair_checks import check_row, fingerprint_with
from curate.workflows.pair_evidence import pulled_models
from curate.workflows.pair_records import PairReport
from curate.workspace import Workspace

STAGE = "check"

_log = logging.getLogger("recurate.pairs")


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
        failed: Of these, only those with the verdict ``fail`` and those that could not be measured before,
            which are left alone otherwise.

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
            report, problem = None, None
            try:
                with measuring(row.public_id):
                    report = check_row(workspace, row, asked)
            except PhotoError as error:
                problem = str(error)
            _note(workspace, row, fingerprint, problem)
            claims.release([key])
            yield Checked(row.public_id, row.factual.name, report, problem, done, len(rows))


@contextmanager
def measuring(pair: UUID) -> Iterator[None]:
    """Turn whatever one pair makes its measuring raise into a ``PhotoError``, with its cause in the log.

    OpenCV and numpy raise a dozen unrelated classes on pictures that nobody thought of, and a pair like that
    must not keep those behind it from being measured: the net is wide on purpose.
    """
    try:
        yield
    except (MediaMissingError, MediaDamagedError) as error:
        raise PhotoError(str(error)) from error
    except CurateError:
        raise
    except MemoryError as error:
        raise PhotoError("There is no memory left to measure the pair: end other programs first.") from error
    except Exception as error:
        _log.error("The pair %s cannot be measured", pair, exc_info=error)
        raise PhotoError(
            f"Measuring it ended in {type(error).__name__}, as the log tells: shoot the pair again."
        ) from error


def _to_check(
    workspace: Workspace, wanted: Sequence[UUID | str] | None, fingerprint: str, *, failed: bool
) -> list[PairRow]:
    with workspace.transaction() as session:
        if wanted is not None:
            rows = [pairs.find(session, str(each)) for each in wanted]
        else:
            rows = [row for row in reversed(pairs.every(session)) if row.superseded_by is None]
        subjects = [str(row.public_id) for row in rows]
        broken = {subject for subject, _ in failures.attempted(session, STAGE, subjects)}
        if failed:
            checks = pair_checks.current(session, [row.pair.id for row in rows])
            failing = {key for key, check in checks.items() if check.verdict == FAIL}
            return [row for row in rows if row.pair.id in failing or str(row.public_id) in broken]
        if wanted is not None:
            return rows
        measured = pair_checks.measured(session, fingerprint)
    return [row for row in rows if row.pair.id not in measured and str(row.public_id) not in broken]


def _note(workspace: Workspace, row: PairRow, fingerprint: str, problem: str | None) -> None:
    with workspace.transaction() as session:
        if problem is None:
            failures.forget(session, STAGE, str(row.public_id))
        else:
            failures.supersede(session, STAGE, str(row.public_id), problem, fingerprint)
