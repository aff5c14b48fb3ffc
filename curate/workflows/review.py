"""Recurrence groups with what is known about them, and decisions on them, on pairs and on removals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from curate.database import (
    decisions,
    mining,
    objects,
    pair_facts,
    people,
    photos,
    review_items,
    rules,
    standing_decisions,
    states,
)
from curate.database.decisions import Recorded, Said
from curate.database.mining import StoredGroup
from curate.errors import AccessError, DecisionError, NotFoundError, SettingsError
from curate.plurals import count
from curate.records import Group, View
from curate.verdicts import FLAGGED, OPEN, STATES, GroupState, settle, state_of
from curate.workflows.people import CURATOR, PHOTOGRAPHER
from curate.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Policy:
    """An automatic policy: accept every open group whose weakest similarity is at least this."""

    accept_above: float

    @property
    def name(self) -> str:
        return f"accept-above {self.accept_above:g}"


def groups(workspace: Workspace, state: str | None = None) -> list[Group]:
    """The groups of the latest mining run, strongest first, each with its derived state.

    Raises:
        NotFoundError: nothing has been mined.
    """
    if state is not None and state not in STATES:
        raise SettingsError(f"No group is ever {state!r}: choose from {', '.join(STATES)}.")
    with workspace.transaction() as session:
        stored = mining.groups_of_run(session, mining.latest_run(session))
        members = {member.public_id for each in stored for member in each.members}
        facts = pair_facts.facts(session, members)
        relations = settle(facts, rules.consensus(session), with_automatic=True)
        flagged = states.flagged(session)
    found = []
    for each in stored:
        known = state_of([member.public_id for member in each.members], relations)
        flag = GroupState(FLAGGED, frozenset())
        found.append(_group(each, flag if each.public_id in flagged else known))
    return [group for group in found if state in (None, group.state)]


def group(workspace: Workspace, prefix: str) -> Group:
    """One group of the latest run by the start of its id.

    Raises:
        NotFoundError: there is none, or several ids start so.
    """
    stored = groups(workspace)
    found = [each for each in stored if str(each.public_id).startswith(prefix.lower())]
    if len(found) > 1:
        raise NotFoundError(f"Several groups start with {prefix!r}: type more of the id.")
    if not found:
        raise NotFoundError(f"The latest run has no group {prefix!r}{_heir(workspace, prefix, stored)}.")
    return found[0]


def _heir(workspace: Workspace, prefix: str, stored: Sequence[Group]) -> str:
    """Which group holds most of one of an earlier run now, and what to type."""
    with workspace.transaction() as session:
        try:
            item = review_items.find(session, prefix, rules.GROUP)
        except NotFoundError:
            return ": type `curate groups list`"
        views = review_items.members(session, review_items.hold(session, item).id).keys()
    shared = {each: sum(view.object_.public_id in views for view in each.views) for each in stored}
    heir = max(shared, key=shared.__getitem__, default=None)
    if heir is None or not shared[heir]:
        return ", which was one of an earlier run, nor any view of it: type `curate runs`"
    return (
        f", which was one of an earlier run: {shared[heir]} of its {count(len(views), 'view')} "
        f"{'is' if shared[heir] == 1 else 'are'} in another group now, type "
        f"`curate groups show {str(heir.public_id)[:13]}`"
    )


def item_of(workspace: Workspace, prefix: str) -> UUID:
    """The group whose id starts so, of whatever run.

    Raises:
        NotFoundError: there is none, or several ids start so.
    """
    with workspace.transaction() as session:
        return review_items.find(session, prefix, rules.GROUP)


def decide(
    workspace: Workspace,
    prefix: str,
    verdict: str,
    *,
    marks: Mapping[str, Sequence[str]] | None = None,
    reviewer: str | None = None,
    reason: str | None = None,
    adjudicates: bool = False,
    event_id: UUID | None = None,
    seen: UUID | None = None,
) -> Recorded:
    """One person's verdict on one group, pair or removal, committed when this returns.

    Args:
        marks: Starts of the ids of members that are set apart, by mark; see ``curate.verdicts.MARKS``.
        reason: Of a rejected pair or removal it begins with one of ``curate.pair_verdicts.REJECT_REASONS``.
        adjudicates: Rule above what others said, or above a pair's failed check.
        event_id: Made up by the sender; sent again, the decision is the one that was stored.
        seen: ``PairReport.check`` of what the reviewer was shown of a pair, ``pair_verdicts.NO_CHECK`` if it
            was not measured; None takes the decision to be about the current check.

    Raises:
        NotFoundError: there is no such item.
        DecisionError: the verdict does not fit the item as it is.
        ConflictError: the pair was measured again since.
        AccessError: the reviewer is known with a role that does not adjudicate.
    """
    if verdict == "flag" and not (reason or "").strip():
        raise DecisionError("A flag needs a reason for whoever looks next: add --reason TEXT.")
    who = reviewer or workspace.settings.reviewer
    with workspace.transaction() as session:
        if adjudicates:
            _check_adjudicator(session, who)
        return decisions.decide(
            session,
            review_items.find(session, prefix),
            Said(verdict, _marks(session, marks or {}), reason, seen=seen),
            reviewer=who,
            adjudicates=adjudicates,
            event_id=event_id,
        )


def _check_adjudicator(session: Session, reviewer: str) -> None:
    """Whoever is not among the people of the review app is the workspace's owner at the command line."""
    role = people.role_of(session, reviewer.lower())
    if role in (PHOTOGRAPHER, CURATOR):
        raise AccessError(f"{reviewer} is {role} and cannot adjudicate: ask an adjudicator to decide.")


def undo_automatic(workspace: Workspace, policy: Policy) -> int:
    """Take back every standing decision of a policy, one transaction each; how many there were."""
    with workspace.transaction() as session:
        items = standing_decisions.decided_by(session, policy.name)
    for item in items:
        with workspace.transaction() as session:
            decisions.undo(session, policy.name, item, automatic=True)
    return len(items)


def undo(workspace: Workspace, prefix: str | None, reviewer: str | None = None) -> Recorded:
    """Take back a person's last standing decision, on one group or anywhere."""
    with workspace.transaction() as session:
        item = review_items.find(session, prefix) if prefix else None
        return decisions.undo(session, reviewer or workspace.settings.reviewer, item)


def decide_automatically(workspace: Workspace, policy: Policy) -> list[Recorded]:
    """Apply a policy to the open groups of the latest run.

    Its decisions carry the reviewer kind ``automatic``; exports leave them out unless told.
    """
    chosen = [each for each in groups(workspace, OPEN) if each.weakest >= policy.accept_above]
    made = []
    for each in chosen:
        with workspace.transaction() as session:
            said = Said("accept")
            made.append(decisions.decide(session, each.public_id, said, reviewer=policy.name, automatic=True))
    return made


def _marks(session: Session, told: Mapping[str, Sequence[str]]) -> dict[UUID, str]:
    marks: dict[UUID, str] = {}
    for mark, prefixes in told.items():
        for member in _ids(session, prefixes):
            if marks.setdefault(member, mark) != mark:
                raise DecisionError(f"{member} is marked {marks[member]} and {mark}: give it one mark.")
    return marks


def _ids(session: Session, prefixes: Sequence[str]) -> list[UUID]:
    found = []
    for prefix in prefixes:
        ids = objects.public_ids_by_prefix(session, prefix.lower())
        if len(ids) != 1:
            what = "Several objects start with" if ids else "There is no object"
            raise DecisionError(
                f"{what} {prefix!r}: type `curate groups show GROUP` for the ids of its members."
            )
        found += ids
    return found


def _group(stored: StoredGroup, state: GroupState) -> Group:
    ranked = zip(stored.members, stored.similarities, strict=True)
    views = tuple(View(member, rank, similarity) for rank, (member, similarity) in enumerate(ranked))
    return Group(stored.public_id, stored.rule, views, stored.weakest, state.name, state.kept)


def photo_uris(workspace: Workspace, group: Group) -> dict[UUID, str]:
    """Where the photo of each member lies, by object id."""
    with workspace.transaction() as session:
        refs = photos.by_keys(session, {view.object_.photo_id for view in group.views})
    return {view.object_.public_id: refs[view.object_.photo_id].uri for view in group.views}
