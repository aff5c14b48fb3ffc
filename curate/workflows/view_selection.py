"""Which approved views become records of a task made of views, and what is left out of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from functools import partial
from uuid import UUID

import numpy as np
from sqlalchemy.orm import Session

from curate.database import rules, subjects
from curate.exporters.splits import SPLITS
from curate.exporters.tasks.subject_records import REFERENCES, AcceptedView, SubjectSet, subject_records
from curate.manifest_records import SubjectRecord, SubjectView
from curate.photos.sources import read_bytes
from curate.verdicts import Consensus
from curate.workflows import stored_vectors, used_models
from curate.workflows.approval import Approval, Facts, approval, read_facts
from curate.workflows.export_options import ExportOptions
from curate.workflows.photo_places import NOWHERE, Photos, read_photos
from curate.workflows.settled import Numbers
from curate.workflows.splits import place_photos, set_links
from curate.workspace import Workspace

PORTION = 8000
"""Views whose records are made at a time, some 20 MB; a few more, so that no set is cut."""


@dataclass(frozen=True, slots=True)
class ViewOptions(ExportOptions):
    """What an export of views was asked for."""

    references: int = REFERENCES
    at_least: int | None = None
    """Fewest references of a record; ``references`` when None."""
    embedder: str | None = None


@dataclass(frozen=True, slots=True)
class AcceptedSet:
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
    approved: Approval
    photos: Photos
    split: Numbers
    """Of each accepted set: an index in ``SPLITS``, or ``NOWHERE``."""
    left_out: dict[str, set[UUID]] = field(default_factory=lambda: defaultdict(set))
    tied: frozenset[UUID] = frozenset()
    """Those that have a split and are tied to photos of another one by now."""

    def placed(self) -> Numbers:
        """Objects of sets that have a place, set by set."""
        objects = self.approved.approved()
        placed: Numbers = objects[self.split[self.approved.home[objects]] != NOWHERE]
        return placed


def approved_views(workspace: Workspace, options: ViewOptions) -> ApprovedViews:
    """Settle all decisions, and give every accepted set its split."""
    with workspace.transaction() as session:
        embedder = used_models.only(session, "embedder", options.embedder)
        consensus = rules.consensus(session)
        facts = read_facts(session)
        found = approval(session, consensus, with_automatic=options.include_automatic, facts=facts)
        unattended = _only_automatic(session, found, consensus, facts)
        del facts  # columns of all facts, of which nothing is asked any more
        photos = read_photos(session, options.near_duplicate_distance)
        links = set_links(session, found, photos)
        places = place_photos(session, photos, links, seed=options.seed, shares=options.shares)
    members = found.approved()
    home, photo_of = found.home[members], photos.numbers(found.things.photos[members])
    split = places.of_sets(found, photos)
    approved = ApprovedViews(embedder.id, embedder.fingerprint, consensus, found, photos, split)
    approved.left_out["members of sets that reviewers disagree about"].update(*found.contradicted)
    approved.left_out["members of sets that were flagged"].update(*found.flagged)
    approved.left_out["objects that only an automatic policy accepted (--include-automatic)"] |= unattended
    torn = split[home] == NOWHERE
    ids = found.things.public_ids
    approved.left_out["their photos stand in different splits"].update(ids(members[torn]))
    bridged = np.isin(home, home[places.torn[photo_of]])
    approved.tied = frozenset(ids(members[bridged & ~torn]))
    return approved


def _only_automatic(session: Session, found: Approval, consensus: Consensus, facts: Facts) -> set[UUID]:
    """Objects that would be approved if automatic decisions counted."""
    if not facts.columns.automatic.any():
        return set()
    with_them = approval(session, consensus, with_automatic=True, facts=facts)
    return set(found.things.public_ids(np.flatnonzero((with_them.home >= 0) & (found.home < 0))))


def accepted_sets(workspace: Workspace, approved: ApprovedViews) -> Iterator[AcceptedSet]:
    """All accepted sets that have a place, with their views; a portion of them in memory at a time."""
    objects = approved.placed()
    for start, end in _portions(approved.approved.home[objects]):
        yield from _sets(workspace, approved, objects[start:end])


def _portions(home: Numbers) -> Iterator[tuple[int, int]]:
    """Where portions of whole sets start and end, given the set of each member."""
    start = 0
    while start < len(home):
        last = home[min(start + PORTION, len(home)) - 1]
        end = int(np.searchsorted(home, last, side="right"))
        yield start, end
        start = end


def _sets(workspace: Workspace, approved: ApprovedViews, objects: Numbers) -> Iterator[AcceptedSet]:
    found, photos = approved.approved, approved.photos
    ids = found.things.public_ids(objects)
    with workspace.transaction() as session:
        views = subjects.views(session, ids)
    first = photos.same[photos.numbers(found.things.photos[objects])].tolist()
    members = [
        AcceptedView(views[each], photos.sha256(photo)) for each, photo in zip(ids, first, strict=True)
    ]
    home = found.home[objects]
    numbers, starts = np.unique(home, return_index=True)
    for number, start, end in zip(
        numbers.tolist(), starts.tolist(), [*starts[1:].tolist(), len(ids)], strict=True
    ):
        split = SPLITS[approved.split[number]]
        yield AcceptedSet(tuple(members[start:end]), split, found.decisions_of(number))


MakeRecords = Callable[..., SubjectSet]
"""Called with the views of an accepted set, their vectors, ``split`` and ``decision_ids``."""


def records_of(
    workspace: Workspace, approved: ApprovedViews, options: ViewOptions, make: MakeRecords | None = None
) -> Iterator[SubjectRecord]:
    """The records of all sets; targets that give none are noted in ``approved.left_out`` meanwhile.

    ``make`` is ``subject_records`` with what the options say of references, if it is not given.
    """
    make = make or partial(subject_records, references=options.references, at_least=options.at_least)
    wanted = approved.placed()
    if not len(wanted):
        return
    with stored_vectors.in_order(
        workspace, approved.embedder_id, approved.approved.things, wanted
    ) as vectors:
        start = 0
        for found in accepted_sets(workspace, approved):
            end = start + len(found.members)
            decisions = map(str, found.decision_ids)
            made = make(found.members, vectors.read(start, end), split=found.split, decision_ids=decisions)
            start = end
            yield from made.records
            for skipped in made.skipped:
                approved.left_out[skipped.reason].add(skipped.object_id)


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
