"""How the queue is reviewed: what it looks like, how many must agree, what comes first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from curate.database import leases, progress, refill, removal_queue, rules, settled_groups
from curate.database.places import ORDERINGS
from curate.errors import SettingsError
from curate.verdicts import Consensus
from curate.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Overview:
    """The queue as it is now."""

    consensus: Consensus
    ordering: str
    """``uncertain`` or ``likely``."""
    states: Mapping[str, int]
    """Items by state."""
    waiting: int
    """Items that want votes."""
    held: Mapping[str, int]
    """Live leases by reviewer."""
    new_views: int = 0
    """Groups among those waiting in which views have joined others that were accepted."""


def overview(workspace: Workspace, kind: str = rules.GROUP) -> Overview:
    """The queue of groups, or that of removals, in which objects stand.

    Raises:
        SettingsError: items of that kind stand in no queue.
    """
    _check_queued(kind)
    with workspace.transaction() as session:
        (refill if kind == rules.GROUP else removal_queue).refresh(session)
        rule = rules.rule(session, kind)
        counts = progress.states(session, leases.TABLES[kind].queued)
        held = leases.live(session, kind)
        new_views = settled_groups.with_new_views(session) if kind == rules.GROUP else 0
    states: dict[str, int] = {}
    for (state, _), count in sorted(counts.items()):
        states[state] = states.get(state, 0) + count
    waiting = sum(count for (_, wanted), count in counts.items() if wanted)
    agreed = Consensus(rule.votes_needed, rule.votes_asked)
    return Overview(agreed, rule.ordering, states, waiting, held, new_views)


def set_consensus(workspace: Workspace, wanted: Consensus, kind: str = rules.GROUP) -> None:
    """Ask for ``wanted`` of items of a kind from now on, and settle anew what was voted before.

    Raises:
        SettingsError: there is no such kind of items.
    """
    if kind not in (rules.GROUP, rules.PAIR, rules.REMOVAL):
        raise SettingsError(f"There are no items of kind {kind!r}: choose from group, pair, removal.")
    with workspace.transaction() as session:
        rules.hold_alone(session)
        if kind == rules.GROUP:
            refill.refresh(session)
        rules.set_consensus(session, wanted, kind)
        if kind == rules.GROUP:
            refill.resettle(session, rules.rule(session))
        elif kind == rules.REMOVAL:
            removal_queue.resettle(session)
        # pairs are settled when they are looked at


def set_ordering(workspace: Workspace, ordering: str, kind: str = rules.GROUP) -> None:
    """Serve the items of a kind that want votes in this order from now on.

    Raises:
        SettingsError: there is no such order, or items of that kind stand in no queue.
    """
    if ordering not in ORDERINGS:
        raise SettingsError(f"There is no order {ordering!r}: choose from {', '.join(ORDERINGS)}.")
    _check_queued(kind)
    with workspace.transaction() as session:
        rules.hold_alone(session)
        rule = rules.rule(session, kind)
        rule.ordering = ordering
        session.flush()
        if kind == rules.GROUP:
            refill.refresh(session)
            refill.arrange(session, rule)
        else:
            removal_queue.refresh(session)
            removal_queue.arrange(session)


def _check_queued(kind: str) -> None:
    if kind not in leases.TABLES:
        raise SettingsError(
            f"No queue serves items of kind {kind!r}: choose from {', '.join(leases.TABLES)}."
        )
