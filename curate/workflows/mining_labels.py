"""Labels to leave out of a mining run: which of them no object has, and which nobody can have meant."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Sequence, Set

from sqlalchemy.orm import Session

from curate.database import objects
from curate.database.tables import Model
from curate.errors import SettingsError
from curate.near_names import did_you_mean
from curate.vision.detector_cards import DETECTORS

_LABELS = 20
"""Most that are named to somebody who mistyped one."""


def idle(session: Session, detecting: Model, excluded: Sequence[str]) -> list[str]:
    """A sentence for each label that leaves nothing out, because no object has it so far.

    Raises:
        SettingsError: one is several labels, or none that the detector can give.
    """
    unused = set(excluded) - objects.labels(session, detecting.id, excluded)
    if not unused:
        return []
    here = objects.labels(session, detecting.id)
    can_be = next((card.labels for card in DETECTORS if card.name == detecting.name), ())
    known = here.union(can_be)
    for label in sorted(unused - known):
        _refuse_several(label, known)
        if can_be:
            meant = did_you_mean(label, sorted(known)) or " Leave it away."
            raise SettingsError(f"No object is labelled {label!r}: {_there(here)}.{meant}")
    return [_nothing_left_out(label, here) for label in sorted(unused)]


def _refuse_several(label: str, known: Set[str]) -> None:
    parts = [part.strip() for part in label.split(",")]
    if len(parts) > 1 and not known.isdisjoint(parts):
        each = " ".join(f"--exclude {shlex.quote(part)}" for part in parts)
        raise SettingsError(f"No object is labelled {label!r}: give --exclude once for each label, {each}.")


def _nothing_left_out(label: str, here: Set[str]) -> str:
    """Weights of the user's own, and people, may give it later."""
    meant = did_you_mean(label, sorted(here))
    return f"--exclude {label!r} leaves nothing out, {_there(here)}.{meant}"


def _there(labels: Collection[str]) -> str:
    named = sorted(labels)
    more = f" and {len(named) - _LABELS} more" if len(named) > _LABELS else ""
    return f"the labels here are {', '.join(named[:_LABELS])}{more}"
