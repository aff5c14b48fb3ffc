"""Accepted removals that have a place in an export, and the bootstrapped samples made of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from sqlalchemy.orm import Session

from curate.database import removal_votes, subjects
from curate.database.removals import RemovalRow
from curate.exporters.media_files import THREADS
from curate.exporters.pixels import decoded
from curate.exporters.splits import SPLITS
from curate.exporters.tasks.bootstrap_records import BootstrapRecord
from curate.exporters.tasks.bootstrap_rules import BootstrapNumbers, BootstrapRules, mask_shares
from curate.manifest_records import SubjectView
from curate.workflows.pair_records import IMAGE_SUFFIX
from curate.workflows.removal_standing import background_of
from curate.workspace import Workspace

UNMEASURED = "objects whose removal was not measured (`curate removals measure` does)"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An object that has a place, with the removal of it that counts."""

    row: RemovalRow
    behind: Collection[UUID]
    """Decisions that accept the removal."""
    view: SubjectView
    split: str
    effect: float
    """The number ``effect_removed``."""
    measured_by: str


def candidates(
    session: Session, splits: Mapping[UUID, int], left_out: dict[str, set[UUID]], *, with_automatic: bool
) -> list[Candidate]:
    """Those of objects that have a place which were measured; the others go to ``left_out``."""
    accepted = removal_votes.backgrounds(session, splits, with_automatic=with_automatic)
    views = subjects.views(session, splits)
    found = []
    # An object whose removal was taken back meanwhile is in none.
    for object_id in sorted(accepted):
        row, behind = accepted[object_id]
        effect = row.measured.numbers.get("effect_removed") if row.measured else None
        if row.measured is None or effect is None:
            left_out[UNMEASURED].add(object_id)
        else:
            by, split = row.measured.fingerprint, SPLITS[splits[object_id]]
            found.append(Candidate(row, behind, views[object_id], split, effect, by))
    return found


def records(
    workspace: Workspace,
    found: Sequence[Candidate],
    rules: BootstrapRules,
    left_out: dict[str, set[UUID]],
) -> Iterator[BootstrapRecord]:
    """Of those that keep the rules; the others go to ``left_out``.

    Raises:
        MediaError: a mask is missing or damaged.
    """
    with ThreadPoolExecutor(THREADS) as pool:
        shares = pool.map(partial(_mask_shares, workspace), found)
        for each, (mask, border) in zip(found, shares, strict=True):
            numbers = BootstrapNumbers(mask, border, each.effect)
            if (broken := rules.broken_by(numbers)) is not None:
                left_out[f"objects {broken}"].add(each.view.object_id)
            else:
                yield _record(each, numbers)


def _mask_shares(workspace: Workspace, each: Candidate) -> tuple[float, float]:
    stored = workspace.media.get(each.row.removal.object_mask_sha256, IMAGE_SUFFIX)
    return mask_shares(decoded(stored, workspace.settings.max_pixels))


def _record(each: Candidate, numbers: BootstrapNumbers) -> BootstrapRecord:
    decisions = tuple(sorted(map(str, each.behind)))
    return BootstrapRecord(
        each.view, background_of(each.row), numbers, each.measured_by, each.split, decisions
    )
