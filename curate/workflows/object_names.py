"""Correct what an object is called. Its name keeps pairs of a photographer in one split, across shoots."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from curate.database import object_names, pairs
from curate.database.pairs import PairRow
from curate.errors import NotFoundError, SettingsError
from curate.exporters.pair_records import object_key
from curate.workflows.named_shoots import named_photographer
from curate.workflows.pair_splits import with_a_place
from curate.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Renamed:
    """An object that has another name now."""

    photographer: str
    old: str
    new: str
    pairs: tuple[UUID, ...]
    """Superseded ones included."""


def rename(
    workspace: Workspace,
    old: str,
    new: str,
    *,
    by: str,
    photographer: str | None = None,
    only: Collection[str] = (),
) -> Renamed:
    """Call an object otherwise in all pairs of its photographer; what it was called stays on record.

    Args:
        old: However it is spaced and capitalised.
        photographer: Who named it; None if one alone did.
        only: Starts of pairs' ids: rename it in these alone, as they show something else.

    Raises:
        NotFoundError: nobody, or this photographer not, calls the object of a pair so; or there is no such
            pair.
        SettingsError: the new name is empty, several photographers use the old one, or pairs that were
            exported would tie two splits together.
    """
    name = new.strip()
    if not name:
        raise SettingsError("The object needs a name: type what it is.")
    with workspace.transaction() as session:
        who = named_photographer(photographer) if photographer else None
        found = _called(pairs.every(session), old, who)
        wanted = {pairs.find(session, each).public_id for each in only}
        rows = [row for row in found if not wanted or row.public_id in wanted]
        _refuse_others(wanted - {row.public_id for row in rows}, old)
        before = with_a_place(session)
        object_names.rename(session, [row.pair.id for row in rows], name, by)
        if lost := before - with_a_place(session):
            raise SettingsError(_torn(name, lost))
    return Renamed(rows[0].shoot.photographer, old.strip(), name, tuple(row.public_id for row in rows))


def _called(rows: Sequence[PairRow], name: str, photographer: str | None) -> list[PairRow]:
    found = [
        row
        for row in rows
        if photographer in (None, row.shoot.photographer)
        and row.object_name
        and object_key("", row.object_name) == object_key("", name)
    ]
    people = sorted({row.shoot.photographer for row in found})
    if not found:
        of = f" of {photographer}" if photographer else ""
        raise NotFoundError(f"No pair{of} shows an object called {name!r}: type `curate pairs list --json`.")
    if len(people) > 1:
        raise SettingsError(
            f"{', '.join(people)} each call an object {name!r}: say whose with --photographer WHO."
        )
    return found


def _refuse_others(others: Collection[UUID], name: str) -> None:
    if others:
        raise NotFoundError(f"The object of the pair {str(min(others))[:8]} is not called {name!r}.")


def _torn(name: str, lost: Collection[UUID]) -> str:
    pairs_of_it = ", ".join(sorted(str(each)[:8] for each in lost)[:5])
    more = f" and {len(lost) - 5} more" if len(lost) > 5 else ""
    return (
        f"Called {name!r} the object would tie pairs together that stand in different splits of exports, or "
        f"in a held-out shoot, and {pairs_of_it}{more} could not be exported any more: choose another name."
    )
