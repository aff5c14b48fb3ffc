"""Which accepted removals become bootstrapped insertion samples, and what is left out and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from uuid import UUID

from sqlalchemy.orm import Session

from curate.database import removal_votes, removals, rules, subjects
from curate.database.removals import RemovalRow
from curate.exporters.media_files import THREADS
from curate.exporters.pixels import decoded
from curate.exporters.tasks.bootstrap_records import BootstrapRecord
from curate.exporters.tasks.bootstrap_rules import BootstrapNumbers, BootstrapRules, mask_shares
from curate.records import SubjectView
from curate.verdicts import DISPUTED, FLAGGED, Consensus
from curate.workflows.approval import approval
from curate.workflows.export_options import ExportOptions
from curate.workflows.near_duplicates import photo_components
from curate.workflows.pair_records import IMAGE_SUFFIX
from curate.workflows.removal_standing import background_of
from curate.workflows.splits import split_sets
from curate.workspace import Workspace

AUTOMATIC = "objects whose removal only an automatic policy accepted (--include-automatic)"
UNMEASURED = "objects whose removal was not measured (`curate removals measure` does)"
TORN = "objects whose photos stand in different splits, or were held out after they were exported"
_UNSETTLED = {
    DISPUTED: "objects whose removals reviewers disagree about",
    FLAGGED: "objects whose removals were flagged",
}


@dataclass(frozen=True, slots=True)
class BootstrapOptions(ExportOptions):
    """What ``curate export insertion-bootstrap`` was asked for."""

    rules: BootstrapRules = field(default_factory=BootstrapRules)


@dataclass(frozen=True, slots=True)
class BootstrapSelection:
    """What an export of bootstrapped samples writes, and what it does not."""

    records: tuple[BootstrapRecord, ...]
    left_out: Mapping[str, Collection[UUID]]
    """Objects by reason."""
    consensus: Consensus
    """The rule their removals were accepted by."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    """An object that has a place, with the removal of it that counts."""

    row: RemovalRow
    behind: Collection[UUID]
    """Decisions that accept the removal."""
    view: SubjectView
    split: str
    effect: float
    """The number ``effect_removed``."""
    measured_by: str


def select_bootstrap(workspace: Workspace, options: BootstrapOptions) -> BootstrapSelection:
    """Every object with an accepted removal that keeps the rules, of several the one accepted last.

    Raises:
        MediaError: a mask is missing or damaged.
    """
    left_out: dict[str, set[UUID]] = defaultdict(set)
    with workspace.transaction() as session:
        consensus = rules.consensus(session, rules.REMOVAL)
        candidates = _candidates(session, options, left_out)
    records = []
    with ThreadPoolExecutor(THREADS) as pool:
        shares = pool.map(partial(_mask_shares, workspace), candidates)
        for each, (mask, border) in zip(candidates, shares, strict=True):
            numbers = BootstrapNumbers(mask, border, each.effect)
            if (broken := options.rules.broken_by(numbers)) is not None:
                left_out[f"objects {broken}"].add(each.view.object_id)
            else:
                records.append(_record(each, numbers))
    return BootstrapSelection(tuple(records), left_out, consensus)


def _candidates(
    session: Session, options: BootstrapOptions, left_out: dict[str, set[UUID]]
) -> list[_Candidate]:
    """Objects with an accepted removal and a place; the others that people spoke of go to ``left_out``."""
    rows = removals.every(session)
    objects = {row.object_.public_id for row in rows}
    accepted = removal_votes.backgrounds(session, objects, with_automatic=options.include_automatic)
    with_them = removal_votes.backgrounds(session, objects, with_automatic=True)
    left_out[AUTOMATIC] |= with_them.keys() - accepted.keys()
    for object_id, why in _unsettled(session, rows):
        if object_id not in accepted:
            left_out[why].add(object_id)
    views, splits = _placed(session, accepted, options)
    left_out[TORN] |= accepted.keys() - splits.keys()
    found = []
    for object_id in sorted(splits):
        row, behind = accepted[object_id]
        effect = row.measured.numbers.get("effect_removed") if row.measured else None
        if row.measured is None or effect is None:
            left_out[UNMEASURED].add(object_id)
        else:
            by = row.measured.fingerprint
            found.append(_Candidate(row, behind, views[object_id], splits[object_id], effect, by))
    return found


def _unsettled(session: Session, rows: Collection[RemovalRow]) -> Iterator[tuple[UUID, str]]:
    """Objects with a removal that people spoke of and did not settle, and why not."""
    states = removal_votes.settled(session, [row.removal.item_id for row in rows], with_automatic=False)
    for row in rows:
        if why := _UNSETTLED.get(states[row.removal.item_id].name):
            yield row.object_.public_id, why


def _placed(
    session: Session, objects: Collection[UUID], options: BootstrapOptions
) -> tuple[dict[UUID, SubjectView], dict[UUID, str]]:
    """The view of each object, and its split if it has one: that of all views accepted as the same thing."""
    approved = approval(session, rules.consensus(session), with_automatic=options.include_automatic)
    alone = set(objects).difference(*approved.sets)
    sets = [*approved.sets, *(frozenset([object_id]) for object_id in sorted(alone))]
    stored = subjects.views(session, {object_id for members in sets for object_id in members})
    views = {object_id: each.view for object_id, each in stored.items()}
    photo_of = {object_id: view.photo_sha256 for object_id, view in views.items()}
    same_photo = photo_components(session, options.near_duplicate_distance)
    placed = split_sets(
        session, sets, photo_of, approved.relations, same_photo, seed=options.seed, shares=options.shares
    )
    found = {
        object_id: placed.split_of(photo_of[each] for each in members)
        for members in sets
        for object_id in members.intersection(objects)
    }
    return views, {object_id: split for object_id, split in found.items() if split is not None}


def _mask_shares(workspace: Workspace, each: _Candidate) -> tuple[float, float]:
    stored = workspace.media.get(each.row.removal.object_mask_sha256, IMAGE_SUFFIX)
    return mask_shares(decoded(stored, workspace.settings.max_pixels))


def _record(each: _Candidate, numbers: BootstrapNumbers) -> BootstrapRecord:
    decisions = tuple(sorted(map(str, each.behind)))
    return BootstrapRecord(
        each.view, background_of(each.row), numbers, each.measured_by, each.split, decisions
    )
