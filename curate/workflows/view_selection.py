"""Which approved views become records of a task made of views, and what is left out of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from uuid import UUID

from sqlalchemy.orm import Session

from curate.database import fingerprints, rules, subjects
from curate.exporters.tasks.subject_records import (
    REFERENCES,
    AcceptedView,
    SubjectSet,
    subject_records,
    views_of,
)
from curate.photos.sources import read_bytes
from curate.records import SubjectRecord, SubjectView
from curate.verdicts import Consensus
from curate.workflows import stored_vectors
from curate.workflows.approval import Approval, approval
from curate.workflows.export_options import ExportOptions, LeftOut
from curate.workflows.near_duplicates import photo_components
from curate.workflows.splits import TIED, split_sets
from curate.workspace import Workspace


@dataclass(frozen=True, slots=True)
class ViewOptions(ExportOptions):
    """What an export of views was asked for."""

    references: int = REFERENCES
    at_least: int | None = None
    """Fewest references of a record; ``references`` when None."""
    embedder: str | None = None


@dataclass(frozen=True, slots=True)
class _Set:
    """One accepted set that has a place."""

    members: tuple[AcceptedView, ...]
    split: str
    decision_ids: Collection[UUID]


@dataclass
class ApprovedViews:
    """What decisions approve, by what became of it."""

    embedder_id: int
    embedder: str
    """Fingerprint."""
    consensus: Consensus
    sets: list[_Set] = field(default_factory=list)
    left_out: dict[str, set[UUID]] = field(default_factory=lambda: defaultdict(set))
    tied: set[UUID] = field(default_factory=set)
    """Those that have a split and are tied to photos of another one by now."""

    def warnings(self, records: Iterable[SubjectRecord]) -> LeftOut:
        """Targets of ``records`` that a trainer should know of, by why."""
        return {TIED: self.tied.intersection(each.target.object_id for each in records)}


def approved_views(workspace: Workspace, options: ViewOptions) -> ApprovedViews:
    """Settle all decisions, and give every accepted set its split."""
    with workspace.transaction() as session:
        embedder = fingerprints.only(session, "embedder", options.embedder)
        consensus = rules.consensus(session)
        found = approval(session, consensus, with_automatic=options.include_automatic)
        good = found.sets
        unattended = _only_automatic(session, found, consensus)
        stored = subjects.views(session, {object_id for members in good for object_id in members})
        views = {object_id: each.view for object_id, each in stored.items()}
        photo_of = {object_id: view.photo_sha256 for object_id, view in views.items()}
        same_photo = photo_components(session, options.near_duplicate_distance)
        splits = split_sets(
            session, good, photo_of, found.relations, same_photo, seed=options.seed, shares=options.shares
        )
    approved = ApprovedViews(embedder.id, embedder.fingerprint, consensus)
    approved.left_out["members of sets that reviewers disagree about"].update(*found.contradicted)
    approved.left_out["members of sets that were flagged"].update(*found.flagged)
    approved.left_out["objects that only an automatic policy accepted (--include-automatic)"] |= unattended
    for members, behind in zip(good, found.behind, strict=True):
        split = splits.split_of(photo_of[object_id] for object_id in members)
        if split is None:
            approved.left_out["their photos stand in different splits"] |= members
            continue
        if not splits.bridged.isdisjoint(photo_of[object_id] for object_id in members):
            approved.tied |= members
        shown = [views[object_id] for object_id in sorted(members)]
        accepted = tuple(AcceptedView(view, same_photo[view.photo_sha256]) for view in shown)
        approved.sets.append(_Set(accepted, split, behind))
    return approved


def _only_automatic(session: Session, found: Approval, consensus: Consensus) -> set[UUID]:
    """Objects that would be approved if automatic decisions counted."""
    approved = {object_id for members in found.sets for object_id in members}
    with_them = approval(session, consensus, with_automatic=True).sets
    return {object_id for members in with_them for object_id in members} - approved


MakeRecords = Callable[..., SubjectSet]
"""Called with the views of an accepted set, their vectors, ``split`` and ``decision_ids``."""


def records_of(
    workspace: Workspace, approved: ApprovedViews, options: ViewOptions, make: MakeRecords | None = None
) -> list[SubjectRecord]:
    """The records of all sets; targets that give none are noted in ``approved.left_out``.

    ``make`` is ``subject_records`` with what the options say of references, if it is not given.
    """
    make = make or partial(subject_records, references=options.references, at_least=options.at_least)
    wanted = [each.view.object_id for found in approved.sets for each in found.members]
    if not wanted:
        return []
    # All at once: a block holds vectors of many sets and would be read again for each of them.
    vectors = stored_vectors.of_objects(workspace, approved.embedder_id, wanted)
    records: list[SubjectRecord] = []
    start = 0
    for found in approved.sets:
        end = start + len(found.members)
        made = make(
            found.members,
            vectors[start:end],
            split=found.split,
            decision_ids=map(str, found.decision_ids),
        )
        start = end
        records += made.records
        for skipped in made.skipped:
            approved.left_out[skipped.reason].add(skipped.object_id)
    return records


def parameters(options: ViewOptions, approved: ApprovedViews) -> dict[str, object]:
    """What of it decides the content of a manifest, as JSON values."""
    return {
        **options.parameters(),
        "references": options.references,
        "at_least": options.at_least or options.references,
        "embedder": approved.embedder,
        "votes_needed": approved.consensus.needed,
        "votes_asked": approved.consensus.asked,
    }


def read_photo(view: SubjectView) -> bytes:
    """The original file of a view's photo."""
    return read_bytes(view.uri)


def photo_splits(records: Sequence[SubjectRecord]) -> dict[str, str]:
    """Split by the sha256 of every photo in ``records``."""
    return {view.photo_sha256: record.split for record in records for view in views_of(record)}


def decision_ids(records: Sequence[SubjectRecord]) -> set[UUID]:
    """The decisions behind ``records``."""
    return {UUID(decision) for record in records for decision in record.decision_ids}
