"""Counterfactual pairs: handing them in, and what became of them.

``viewer`` is the photographer whose shoots alone may be seen and changed; None sees all. What a viewer may
not see is the same ``NotFoundError`` as what does not exist. Pairs are named by their id or its start.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from curate.database import frames, object_names, pair_checks, pair_votes, pairs
from curate.database.pairs import PairRow
from curate.errors import DecisionError, PhotoError, SettingsError
from curate.exporters.tasks.pair_records import object_key
from curate.verdicts import ACCEPTED
from curate.workflows.named_shoots import NamedShoot, place_of
from curate.workflows.pair_checks import check, correct_mask
from curate.workflows.pair_frames import known, store_frame
from curate.workflows.pair_lists import find, listed, shown
from curate.workflows.pair_records import HandedIn
from curate.workflows.plain_names import plain_name
from curate.workspace import Workspace

__all__ = [
    "KINDS",
    "UnrelatedPairError",
    "check",
    "correct_mask",
    "find",
    "hand_in",
    "hand_in_all",
    "kind_of",
    "known",
    "listed",
    "shown",
    "store_frame",
    "swap",
]

KINDS = ("pair", "triplet", "burst")
"""One clean plate with one factual; with the same object at two places; with several factuals."""


class UnrelatedPairError(DecisionError):
    """A pair is to take the place of one that shows something else, as far as anybody said."""


def hand_in(
    workspace: Workspace,
    factual_sha256: str,
    counterfactual_sha256: str,
    *,
    shoot: UUID | NamedShoot,
    by: str,
    object_name: str | None = None,
    kind: str = "pair",
    supersedes: UUID | str | None = None,
    unless_accepted: bool = False,
    viewer: str | None = None,
) -> HandedIn:
    """Make two stored frames a pair. The same two again change nothing but what they supersede.

    What had no name of its object gets the one that is said now.

    Args:
        shoot: One that is only named is made if there is none, together with the pair or not at all.
        supersedes: The pair that this one takes the place of; both stay.
        unless_accepted: Leave an accepted pair in its place, whoever the viewer is.

    Raises:
        NotFoundError: a frame was not stored, or there is no such shoot or pair for the viewer.
        PhotoError: both frames are the same file.
        SettingsError: there is no such kind, something else was said of the shoot that is named, or the name
            of the object is no text.
        DecisionError: another pair took the place of ``supersedes`` before, or that one was accepted and may
            not be replaced (by ``unless_accepted``, or because there is a viewer), or is of another shoot and
            of no object that its photographer names alike; or somebody else handed in these, or their object
            has another name, or none and the viewer may not name that of an accepted pair.
    """
    with workspace.transaction() as session:
        made = _record(session, factual_sha256, counterfactual_sha256, shoot, by, object_name, kind, viewer)
        if supersedes is not None:
            old = pairs.find(session, str(supersedes), viewer)
            if old.public_id != made.pair:
                _refuse_unrelated(old, pairs.find(session, str(made.pair)))
                _supersede(session, old, made.pair, by, viewer)
                if unless_accepted:
                    _refuse_accepted(session, old)
    return made


def hand_in_all(
    workspace: Workspace,
    factual_sha256s: Sequence[str],
    counterfactual_sha256: str,
    *,
    shoot: UUID | NamedShoot,
    by: str,
    object_name: str | None = None,
    viewer: str | None = None,
) -> list[HandedIn]:
    """Pair several stored frames with one clean plate: all of them, or on an error none.

    Raises:
        As ``hand_in``.
    """
    kind = kind_of(len(factual_sha256s))
    with workspace.transaction() as session:
        return [
            _record(session, factual, counterfactual_sha256, shoot, by, object_name, kind, viewer)
            for factual in factual_sha256s
        ]


def kind_of(factuals: int) -> str:
    """What so many frames with one clean plate are called."""
    return KINDS[min(factuals, len(KINDS)) - 1]


def swap(workspace: Workspace, pair: UUID | str, by: str, viewer: str | None = None) -> HandedIn:
    """The pair with its frames exchanged, which takes the place of this one. Not checked yet.

    Raises:
        NotFoundError: there is no such pair.
        DecisionError: another pair took its place before, or it was accepted and the viewer does not judge
            pairs, or somebody else handed in these two the other way round.
    """
    with workspace.transaction() as session:
        old = pairs.find(session, str(pair), viewer)
        found = frames.known(session, [old.factual.sha256, old.counterfactual.sha256])
        factual, counterfactual = found[old.counterfactual.sha256], found[old.factual.sha256]
        new = pairs.record(
            session,
            factual,
            counterfactual,
            shoot_id=old.shoot.id,
            kind=old.pair.kind,
            object_name=old.object_name,
            by=by,
        )
        public_id = pairs.pair_id(factual.sha256, counterfactual.sha256)
        if not new:
            _refuse_foreign(session, public_id, old.shoot.photographer)
            if old.object_name is not None:
                _take_over_name(session, public_id, old.object_name, by, viewer)
        _supersede(session, old, public_id, by, viewer)
    return HandedIn(public_id, new)


def _supersede(session: Session, old: PairRow, new: UUID, by: str, viewer: str | None) -> None:
    pairs.supersede(session, old.public_id, new, by)
    pair_votes.refuse_withdrawal(session, old.pair.item_id, viewer)


def _refuse_unrelated(old: PairRow, new: PairRow) -> None:
    """A re-shot pair shows what the other one was to show: a name or a shoot has to say so."""
    if new.shoot.id == old.shoot.id:
        return
    named = object_key(new.shoot.photographer, new.object_name)
    if named is None or named != object_key(old.shoot.photographer, old.object_name):
        raise UnrelatedPairError(
            f"The pair {str(old.public_id)[:8]} is of the shoot {old.shoot.name!r} of "
            f"{old.shoot.photographer}: only a pair of that shoot takes its place, or one of that "
            "photographer with the same name of its object."
        )


def _refuse_accepted(session: Session, old: PairRow) -> None:
    """The caller holds the item, so that nobody accepts the pair while its place is taken."""
    item = old.pair.item_id
    if pair_votes.settled(session, [item], with_automatic=True)[item].name == ACCEPTED:
        raise DecisionError(f"The pair {str(old.public_id)[:8]} was accepted: it stays as it is.")


def _refuse_foreign(session: Session, pair: UUID, photographer: str) -> None:
    if pairs.find(session, str(pair)).shoot.photographer != photographer:
        raise DecisionError("Somebody else handed in these two photos as a pair: ask a curator about it.")


def _name(session: Session, pair: UUID, object_name: str, viewer: str | None) -> str:
    """What the object of a pair is called from now on: as before, if it had a name."""
    row = pairs.find(session, str(pair))
    if row.object_name is not None:
        return row.object_name
    pair_checks.hold(session, row.pair.id)
    if pairs.name_object(session, row.pair.id, object_name):
        # A name ties the pair to others, which may stand on another side of a split.
        pair_votes.refuse_withdrawal(session, row.pair.item_id, viewer)
        return object_name
    session.refresh(row.pair)  # somebody else named it this very moment
    return row.pair.object_name or object_name


def _take_over_name(session: Session, pair: UUID, object_name: str, by: str, viewer: str | None) -> None:
    """What was corrected of a pair holds when its frames are exchanged back."""
    if _name(session, pair, object_name, viewer) != object_name:
        object_names.rename(session, [pairs.find(session, str(pair)).pair.id], object_name, by)


def _record(
    session: Session,
    factual_sha256: str,
    counterfactual_sha256: str,
    shoot: UUID | NamedShoot,
    by: str,
    object_name: str | None,
    kind: str,
    viewer: str | None,
) -> HandedIn:
    if factual_sha256 == counterfactual_sha256:
        raise PhotoError("Both photos are the same file: name the one with the object, then the one without.")
    if kind not in KINDS:
        raise SettingsError(f"There is no kind {kind!r} of pair: choose from {', '.join(KINDS)}.")
    factual = frames.only(session, factual_sha256, viewer)
    counterfactual = frames.only(session, counterfactual_sha256, viewer)
    named = plain_name(object_name, "The object") if object_name and object_name.strip() else None
    with session.begin_nested() as attempt:
        place = place_of(session, shoot, viewer)
        photographer = place.photographer
        new = pairs.record(
            session, factual, counterfactual, shoot_id=place.id, kind=kind, object_name=named, by=by
        )
        if not new:
            attempt.rollback()  # for a pair that is here no shoot is made
    public_id = pairs.pair_id(factual_sha256, counterfactual_sha256)
    if not new:
        _refuse_foreign(session, public_id, photographer)
        if named and (kept := _name(session, public_id, named, viewer)) != named:
            raise DecisionError(
                f"The object of the pair {str(public_id)[:8]} is called {kept!r}, not {named!r}, and keeps "
                "that name: hand the pair in without a name, or with this one."
            )
    return HandedIn(public_id, new)
