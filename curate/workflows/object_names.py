"""Correct what an object is called. Its name keeps pairs of a photographer in one split, across shoots."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from curate.database import manifests, object_names, pairs
from curate.database.pairs import PairRow
from curate.errors import NotFoundError, SettingsError
from curate.exporters.tasks.pair_records import object_key
from curate.workflows.named_shoots import named_photographer
from curate.workflows.pair_splits import with_a_place
from curate.workflows.plain_names import plain_name
from curate.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Renamed:
    """An object that has another name now."""

    photographer: str
    old: str
    new: str
    pairs: tuple[UUID, ...]
    """Superseded ones included."""
    joined: tuple[UUID, ...] = ()
    """Pairs whose object was called so before: it is one object with theirs now."""


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
        SettingsError: the new name is empty, no text or the one they have, several photographers use the old
            one, or pairs that were exported would tie two splits together.
    """
    name = plain_name(new, "The object")
    with workspace.transaction() as session:
        manifests.hold_places(session)
        who = named_photographer(photographer) if photographer else None
        every = pairs.every(session)
        found = _called(every, old, who)
        wanted = {pairs.find(session, each).public_id for each in only}
        chosen = [row for row in found if not wanted or row.public_id in wanted]
        _refuse_others(wanted - {row.public_id for row in chosen}, old)
        rows = [row for row in chosen if row.object_name != name]
        if not rows:
            raise SettingsError(f"The object is called {name!r} already: type another name.")
        whose = rows[0].shoot.photographer
        joined = [] if _is_called(rows[0], name) else [row for row in every if _is_called(row, name, whose)]
        before = with_a_place(session)
        object_names.rename(session, [row.pair.id for row in rows], name, by)
        if lost := before - with_a_place(session):
            raise SettingsError(_torn(name, lost))
    ids, theirs = (tuple(row.public_id for row in some) for some in (rows, joined))
    return Renamed(whose, old.strip(), name, ids, theirs)


def _called(rows: Sequence[PairRow], name: str, photographer: str | None) -> list[PairRow]:
    found = [row for row in rows if _is_called(row, name, photographer)]
    people = sorted({row.shoot.photographer for row in found})
    if not found:
        of = f" of {photographer}" if photographer else ""
        raise NotFoundError(f"No pair{of} shows an object called {name!r}: type `curate pairs list --json`.")
    if len(people) > 1:
        raise SettingsError(
            f"{', '.join(people)} each call an object {name!r}: say whose with --photographer WHO."
        )
    return found


def _is_called(row: PairRow, name: str, photographer: str | None = None) -> bool:
    """Whether the object is called so, however spaced and capitalised, by this photographer if any."""
    return (
        photographer in (None, row.shoot.photographer)
        and row.object_name is not None
        and object_key("", row.object_name) == object_key("", name)
    )


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
