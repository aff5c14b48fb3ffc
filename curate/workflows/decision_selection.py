"""Which votes an export of decisions holds, in which split, and what is left out and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal
from uuid import UUID

import numpy as np
from sqlalchemy.orm import Session

from curate.database import rules, takedowns, vote_history
from curate.database.vote_history import CastVote
from curate.errors import SettingsError
from curate.exporters.splits import SPLITS
from curate.exporters.tasks.decision_records import Seen, VoteRecord
from curate.workflows import pair_splits
from curate.workflows.approval import approval
from curate.workflows.batches import batched
from curate.workflows.export_options import ExportOptions
from curate.workflows.photo_places import NOWHERE, Photos, Places, read_photos
from curate.workflows.pseudonyms import Pseudonyms
from curate.workflows.scratch import RecordSpool
from curate.workflows.seen import seen
from curate.workflows.settled import Numbers
from curate.workflows.splits import place_photos, set_links
from curate.workflows.things import Ids, uuids
from curate.workflows.vote_records import vote_record
from curate.workspace import Workspace

PORTION = 2000
"""Votes that are looked at together."""
KINDS = (rules.GROUP, rules.PAIR, rules.REMOVAL)
UNDONE = "taken back by their reviewers (--with-undone)"
AUTOMATIC = "of automatic policies (--include-automatic)"
TAKEN_DOWN = "on items with a photo that was taken down"
TORN = "on items whose photos stand in different splits"


@dataclass(frozen=True, slots=True)
class DecisionOptions(ExportOptions):
    """What ``curate export decisions`` was asked for."""

    kinds: tuple[str, ...] = KINDS
    with_undone: bool = False
    reviewers: Literal["pseudonyms", "names"] = "pseudonyms"
    pictures: bool = True
    """Of removals."""

    def __post_init__(self) -> None:
        # Not super() without arguments: slots make a new class, which it does not know.
        ExportOptions.__post_init__(self)
        if unknown := set(self.kinds) - set(KINDS):
            raise SettingsError(f"There are no votes on a {min(unknown)!r}: choose from {', '.join(KINDS)}.")


@dataclass(frozen=True, slots=True)
class DecisionSelection:
    """What an export of decisions writes, and what it does not."""

    spooled: RecordSpool[VoteRecord]
    """All votes that are wanted, without their splits."""
    split: Numbers
    """Index of the split of each, or ``NOWHERE``."""
    decision_ids: Ids
    """Public ids of the decisions of all."""
    splits: Mapping[str, str]
    """Of the photos (sha256) in ``records``."""
    unlicensed: Collection[str]
    """sha256 of photos without a licence on record that removals show."""
    left_out: Mapping[str, Collection[UUID]]
    """Decisions by reason."""
    tied: Collection[UUID]
    """Decisions in ``records`` on photos that are tied to those of another split by now."""

    @property
    def count(self) -> int:
        """How many records there are."""
        return int((self.split != NOWHERE).sum())

    @property
    def records(self) -> Iterator[VoteRecord]:
        """Those that have a place."""
        for each, split in zip(self.spooled, self.split.tolist(), strict=True):
            if split != NOWHERE:
                yield replace(each, split=SPLITS[split])

    @property
    def decisions(self) -> list[UUID]:
        """Public ids of the decisions in ``records``."""
        return uuids(self.decision_ids[self.split != NOWHERE])


@dataclass
class _Wanted:
    """What is kept of wanted votes until their photos have a place."""

    spool: RecordSpool[VoteRecord]
    decision_ids: list[bytes] = field(default_factory=list)
    shown: list[Numbers] = field(default_factory=list)
    """Photos of the items, by portion."""
    counts: list[int] = field(default_factory=list)
    """How many photos each vote is about."""
    unlicensed: dict[int, str] = field(default_factory=dict)
    """By the number of a vote on a removal its photo (sha256), if that has no licence on record."""

    def add(
        self, votes: Sequence[CastVote], about: Mapping[UUID, Seen], names: Pseudonyms, photos: Photos
    ) -> None:
        told = [about[vote.made.public_id] for vote in votes]
        self.spool.add([vote_record(vote, seen, names) for vote, seen in zip(votes, told, strict=True)])
        self.decision_ids += (vote.made.public_id.bytes for vote in votes)
        self.shown.append(photos.numbers_of(sha256 for seen in told for sha256 in seen.photo_sha256s))
        self.counts += (len(seen.photo_sha256s) for seen in told)
        for number, (vote, each) in enumerate(zip(votes, told, strict=True), len(self.counts) - len(votes)):
            if vote.kind == rules.REMOVAL and not each.photo_licences[0]:
                self.unlicensed[number] = each.photo_sha256s[0]


def select_decisions(
    workspace: Workspace, options: DecisionOptions, spool: RecordSpool[VoteRecord]
) -> DecisionSelection:
    """All votes on items of the wanted kinds; a portion of them in memory at a time.

    Args:
        workspace: Holds them.
        options: What is wanted.
        spool: Empty; gets the votes.
    """
    left_out: dict[str, set[UUID]] = defaultdict(set)
    wanted = _Wanted(spool)
    with workspace.transaction() as session:
        photos = read_photos(session, options.near_duplicate_distance)
        keys, gone = vote_history.votes_on(session, options.kinds), takedowns.items(session)
        names = Pseudonyms.of(session, options.name, options.reviewers)
    for part in batched(keys.tolist(), PORTION):
        with workspace.transaction() as session:
            votes = _wanted(vote_history.votes_cast(session, part), gone, options, left_out)
            wanted.add(votes, seen(session, votes), names, photos)
    vote = np.repeat(np.arange(len(wanted.counts)), wanted.counts)
    shown = np.concatenate([np.empty(0, np.int64), *wanted.shown])
    with workspace.transaction() as session:
        places = _placed(session, photos, vote, shown, options)
    split = places.of_groups(vote, shown, len(wanted.counts))
    ids = np.array(wanted.decision_ids, dtype="S16")
    left_out[TORN].update(uuids(ids[split == NOWHERE]))
    exported = np.unique(shown[split[vote] != NOWHERE]).tolist()
    splits = {photos.sha256(photo): SPLITS[places.split[photo]] for photo in exported}
    unlicensed = {photo for number, photo in wanted.unlicensed.items() if split[number] != NOWHERE}
    tied = uuids(ids[(split != NOWHERE) & places.torn_groups(vote, shown, len(wanted.counts))])
    return DecisionSelection(spool, split, ids, splits, unlicensed, left_out, tied)


def _wanted(
    votes: Sequence[CastVote],
    gone: Collection[int],
    options: DecisionOptions,
    left_out: dict[str, set[UUID]],
) -> list[CastVote]:
    found = []
    for vote in votes:
        if vote.made.item_id in gone:
            left_out[TAKEN_DOWN].add(vote.made.public_id)
        elif vote.made.reviewer_kind == "automatic" and not options.include_automatic:
            left_out[AUTOMATIC].add(vote.made.public_id)
        elif vote.undone and not options.with_undone:
            left_out[UNDONE].add(vote.made.public_id)
        else:
            found.append(vote)
    return found


def _placed(
    session: Session, photos: Photos, vote: Numbers, shown: Numbers, options: DecisionOptions
) -> Places:
    """Everything that ties photos in the other exports, and the photos of each item besides.

    Args:
        session: Knows what ties them.
        photos: All there are.
        vote: Numbers of votes, sorted.
        shown: For each the number of a photo that it is about.
        options: Of the export.
    """
    approved = approval(session, rules.consensus(session), with_automatic=options.include_automatic)
    links = [set_links(session, approved, photos), (shown, shown[np.searchsorted(vote, vote)])]
    for tied in pair_splits.pair_links(session):
        numbers = photos.numbers_of(tied)
        links.append((numbers, np.full_like(numbers, numbers[0])))
    left, right = (np.concatenate(side) for side in zip(*links, strict=True))
    return place_photos(session, photos, (left, right), seed=options.seed, shares=options.shares)
