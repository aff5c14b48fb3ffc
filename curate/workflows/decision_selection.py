"""Which votes an export of decisions holds, in which split, and what is left out and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy.orm import Session

from curate.database import manifests, rules, subjects, takedowns, vote_history
from curate.database.vote_history import CastVote
from curate.errors import SettingsError
from curate.exporters.splits import SplitAssignment, place_links
from curate.exporters.tasks.decision_records import Seen, VoteRecord
from curate.pair_verdicts import REJECT, reason_of
from curate.workflows import pair_splits
from curate.workflows.approval import approval
from curate.workflows.export_options import ExportOptions
from curate.workflows.near_duplicates import photo_components
from curate.workflows.pseudonyms import Pseudonyms
from curate.workflows.seen import seen
from curate.workflows.splits import set_links
from curate.workspace import Workspace

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

    records: tuple[VoteRecord, ...]
    decisions: frozenset[UUID]
    """Public ids of the decisions in ``records``."""
    left_out: Mapping[str, Collection[UUID]]
    """Decisions by reason."""


def select_decisions(workspace: Workspace, options: DecisionOptions) -> DecisionSelection:
    """All votes on items of the wanted kinds."""
    left_out: dict[str, set[UUID]] = defaultdict(set)
    with workspace.transaction() as session:
        cast = vote_history.votes_cast(session, kinds=options.kinds)
        votes = _wanted(cast, takedowns.items(session), options, left_out)
        about = seen(session, votes)
        placed = _placed(session, about.values(), options)
        names = Pseudonyms.of(session, options.name, options.reviewers)
    records, decisions = [], set()
    for vote in votes:
        public_id = vote.made.public_id
        split = placed.split_of(about[public_id].photo_sha256s)
        if split is None:
            left_out[TORN].add(public_id)
        else:
            decisions.add(public_id)
            records.append(_record(vote, about[public_id], split, names))
    return DecisionSelection(tuple(records), frozenset(decisions), left_out)


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


def _placed(session: Session, about: Collection[Seen], options: DecisionOptions) -> SplitAssignment:
    """Everything that ties photos in the other exports, and the photos of each item besides."""
    approved = approval(session, rules.consensus(session), with_automatic=options.include_automatic)
    views = subjects.views(session, {object_id for members in approved.sets for object_id in members})
    photo_of = {object_id: each.view.photo_sha256 for object_id, each in views.items()}
    links = set_links(session, approved.sets, photo_of, approved.relations)
    links += pair_splits.pair_links(session)
    links += [set(each.photo_sha256s) for each in about]
    return place_links(
        links,
        manifests.known_splits(session),
        photo_components(session, options.near_duplicate_distance),
        pair_splits.held_out(session),
        seed=options.seed,
        shares=options.shares,
    )


def _record(vote: CastVote, about: Seen, split: str, names: Pseudonyms) -> VoteRecord:
    made = vote.made
    reason, words = _told(vote)
    return VoteRecord(
        decision_id=names.decision_id(made),
        item_id=str(vote.item),
        kind=vote.kind,
        verdict=made.verdict,
        reason=reason,
        words=words,
        marks=tuple(made.marks.get(each) for each in about.object_ids),
        reviewer=names.reviewer(made),
        reviewer_kind=made.reviewer_kind,
        adjudicates=made.adjudicates,
        standing=vote.standing,
        undone=vote.undone,
        seconds=made.seconds,
        decided_at=made.decided_at,
        seen=about,
        split=split,
    )


def _told(vote: CastVote) -> tuple[str | None, str | None]:
    """One of the fixed reasons, which rejections of pairs and removals begin with, and the words besides."""
    text = vote.made.reason or ""
    if vote.kind == rules.GROUP or vote.made.verdict != REJECT:
        return None, text or None
    return reason_of(text), text.partition(":")[2].strip() or None
