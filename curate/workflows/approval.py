"""Which sets of objects decisions approve as one thing: what exports write and verification asks for."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from curate.database import decisions, states, takedowns
from curate.verdicts import Consensus, Pair, accepted_sets, settle, supporters


@dataclass(frozen=True, slots=True)
class Approval:
    """What may be exported, and what is held back by people's word."""

    relations: dict[Pair, str]
    """What is settled of each pair."""
    sets: tuple[frozenset[UUID], ...]
    """Objects that are one thing each."""
    behind: tuple[Collection[UUID], ...]
    """For each set the public ids of the decisions that join its members."""
    contradicted: tuple[frozenset[UUID], ...]
    """Sets that reviewers disagree about."""
    flagged: tuple[frozenset[UUID], ...]
    """Sets with a member in a flagged group on which no adjudicator has ruled since."""


def approval(session: Session, consensus: Consensus, *, with_automatic: bool) -> Approval:
    """Settle all decisions that stand now; no set holds an object of a photo that was taken down."""
    facts = decisions.facts(session)
    relations = settle(facts, consensus, with_automatic=with_automatic)
    good, contradicted = accepted_sets(relations)
    doubtful = frozenset().union(*states.flagged(session).values())
    sets = [members for members in good if not members & doubtful]
    flagged = [members for members in good if members & doubtful]
    behind = supporters(sets, facts, with_automatic=with_automatic)
    gone = takedowns.object_ids(session)
    left = [(members - gone, said) for members, said in zip(sets, behind, strict=True)]
    left = [(members, said) for members, said in left if len(members) > 1]
    return Approval(
        relations,
        tuple(members for members, _ in left),
        tuple(said for _, said in left),
        tuple(members - gone for members in contradicted),
        tuple(members - gone for members in flagged),
    )
