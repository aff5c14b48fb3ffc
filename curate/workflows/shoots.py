"""Shoots: who took a set of pairs, and what may be done with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy.orm import Session

from curate.database import manifests, shoots
from curate.database.shoots import CountedShoot
from curate.database.tables import Shoot as Row
from curate.errors import ConflictError, NotFoundError, SettingsError
from curate.workflows.named_shoots import ensure, named_shoot, plain_credit, usable_name
from curate.workflows.pair_splits import HELD_OUT_SPLIT
from curate.workspace import Workspace

Right = Literal["licence", "consent", "credit"]


@dataclass(frozen=True, slots=True)
class Shoot:
    """One set-up of a photographer, with rights that hold for all of its pairs."""

    public_id: UUID
    """UUIDv5 over photographer and the name it was begun under."""
    name: str
    photographer: str
    """An email address in lower case, as people log in, or any other name as it was typed."""
    licence: str | None
    consent: str | None
    credit: str | None
    """Whom exports name as the photographer."""
    held_out: bool
    """True if its pairs are kept for evaluation and never exported for training."""
    pairs: int
    """Superseded ones included."""
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Correction:
    """Something that was said otherwise of a shoot."""

    what: str
    """``name``, ``licence``, ``consent`` or ``credit``."""
    old: str | None
    new: str | None
    by: str
    at: datetime


def create(
    workspace: Workspace,
    name: str,
    *,
    photographer: str,
    licence: str | None = None,
    consent: str | None = None,
    credit: str | None = None,
    held_out: bool = False,
) -> Shoot:
    """The photographer's shoot of this name, made if there is none; what was not known of it is filled in.

    Args:
        credit: Whom exports name as the photographer.
        held_out: Keep its pairs for evaluation; False leaves it as it is.

    Raises:
        SettingsError: a name is empty or an id, or something else was said of this shoot before, or it has
            another name now.
    """
    named = named_shoot(name, photographer, licence=licence, consent=consent, credit=credit)
    with workspace.transaction() as session:
        if held_out:
            manifests.hold_places(session)
        shoot = ensure(session, named)
        shoot.held_out = shoot.held_out or held_out
        session.flush()
        return _told(shoots.find(session, str(shoot.public_id)))


def hold_out(workspace: Workspace, id_or_name: str | UUID, *, held_out: bool = True) -> Shoot:
    """Keep all pairs of a shoot for evaluation, or no longer.

    Raises:
        NotFoundError: there is no such shoot.
    """
    with workspace.transaction() as session:
        manifests.hold_places(session)
        found = _found(session, id_or_name)
        found.shoot.held_out = held_out
        return _told(found)


def exported_before(workspace: Workspace, shoot: UUID) -> dict[str, list[UUID]]:
    """Pairs of a shoot that were exported for train or validation, by the folder of the export.

    Held out they are in no export from then on, and ``verify_manifest`` refuses those that hold them.
    """
    with workspace.transaction() as session:
        found = [each for each in manifests.pairs_of_shoot(session, shoot) if each.split != HELD_OUT_SPLIT]
    folders = dict.fromkeys(each.directory for each in found)
    return {folder: [each.pair for each in found if each.directory == folder] for folder in folders}


def correct(
    workspace: Workspace,
    id_or_name: str | UUID,
    *,
    by: str,
    licence: str | None = None,
    consent: str | None = None,
    credit: str | None = None,
    seen: Mapping[Right, str | None] | None = None,
) -> Shoot:
    """Replace what is known of a shoot's rights; what was said before stays on record.

    Args:
        by: Who says it.
        licence: What holds now; None leaves it as it is, and an empty text means that it is not known.
        consent: Likewise.
        credit: Likewise; whom exports name as the photographer.
        seen: What was read before this was said, of each right that is to be only if it still stands.

    Raises:
        NotFoundError: there is no such shoot, or several.
        SettingsError: nothing was said.
        ConflictError: what was seen stands no longer; nothing is changed.
    """
    named = None if credit is None else plain_credit(credit)
    rights: dict[Right, str | None] = {"licence": licence, "consent": consent, "credit": named}
    said = {what: text.strip() or None for what, text in rights.items() if text is not None}
    if not said:
        raise SettingsError("Nothing was said of the shoot: type --licence, --consent or --credit.")
    with workspace.transaction() as session:
        found = _found(session, id_or_name)
        shoot = shoots.hold(session, found.shoot.public_id)
        for what, value in said.items():
            _refuse_unseen(shoot, what, value, seen or {})
            shoots.correct(session, shoot, what, value, by)
        return _told(found)


def _refuse_unseen(shoot: Row, what: Right, value: str | None, seen: Mapping[Right, str | None]) -> None:
    stands: str | None = getattr(shoot, what)
    if what in seen and stands not in (value, seen[what] or None):
        known = f"has the {what} {stands!r} by now" if stands else f"has no known {what} by now"
        raise ConflictError(
            "stale", f"The shoot {shoot.name!r} {known}, as somebody changed it: look at it, then save again."
        )


def rename(workspace: Workspace, id_or_name: str | UUID, name: str, *, by: str) -> Shoot:
    """Call a shoot otherwise; its id, and with it what was exported, stays, and its old name on record.

    Args:
        by: Who says it.

    Raises:
        NotFoundError: there is no such shoot, or several.
        SettingsError: the name is empty, an id, no text, or that of another shoot of the same photographer.
    """
    wanted = usable_name(name)
    with workspace.transaction() as session:
        found = _found(session, id_or_name)
        shoots.correct(session, shoots.hold(session, found.shoot.public_id), "name", wanted, by)
        return _told(found)


def corrections(workspace: Workspace, shoot: UUID) -> list[Correction]:
    """What was said of a shoot before somebody said otherwise, newest first."""
    with workspace.transaction() as session:
        rows = shoots.corrections(session, shoot)
        return [Correction(each.what, each.old, each.new, each.by, each.at) for each in rows]


def listed(workspace: Workspace, viewer: str | None = None) -> list[Shoot]:
    """All shoots, or those of the photographer ``viewer``, newest first."""
    with workspace.transaction() as session:
        return [_told(each) for each in shoots.every(session, viewer)]


def find(workspace: Workspace, id_or_name: str | UUID, viewer: str | None = None) -> Shoot:
    """One shoot by its name or (the start of) its id.

    Raises:
        NotFoundError: there is none that the viewer may see, or several.
    """
    with workspace.transaction() as session:
        return _told(_found(session, id_or_name, viewer))


def _found(session: Session, id_or_name: str | UUID, viewer: str | None = None) -> CountedShoot:
    if not str(id_or_name).strip():  # every id starts with nothing
        raise NotFoundError("No shoot was named: type a name of `curate pairs shoots list`.")
    return shoots.find(session, str(id_or_name), viewer)


def _told(found: CountedShoot) -> Shoot:
    shoot = found.shoot
    return Shoot(
        shoot.public_id,
        shoot.name,
        shoot.photographer,
        shoot.licence,
        shoot.consent,
        shoot.credit,
        shoot.held_out,
        found.pairs,
        shoot.created_at,
    )
