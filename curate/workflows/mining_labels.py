"""Labels to leave out of a mining run: which of them no object has, and which nobody can have meant."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Sequence, Set

from sqlalchemy.orm import Session

from curate.database import objects
from curate.database.tables import Model
from curate.errors import SettingsError
from curate.near_names import did_you_mean
from curate.vision.coco import COCO_CLASSES
from curate.vision.registry import is_detector

_LABELS = 20
"""Most that are named to somebody who mistyped one."""


def idle(session: Session, detecting: Model, excluded: Sequence[str]) -> list[str]:
    """A sentence for each label that leaves nothing out, because no object has it so far.

    Raises:
        SettingsError: one is no label of the detector's at all.
    """
    unused = set(excluded) - objects.labels(session, detecting.id, excluded)
    if not unused:
        return []
    here = objects.labels(session, detecting.id)
    # Weights of the user's own may give others, which are known only where an object has them.
    known = here.union(COCO_CLASSES if is_detector(detecting.name) else ())
    for label in sorted(unused - known):
        raise SettingsError(_unknown(label, here, known))
    return [f"--exclude {label!r} leaves nothing out, {_there(here)}." for label in sorted(unused)]


def _unknown(label: str, here: Collection[str], known: Set[str]) -> str:
    parts = [part.strip() for part in label.split(",")]
    if len(parts) > 1 and not known.isdisjoint(parts):
        each = " ".join(f"--exclude {shlex.quote(part)}" for part in parts)
        return f"No object is labelled {label!r}: give --exclude once for each label, {each}."
    meant = did_you_mean(label, sorted(known)) or " Leave it away."
    return f"No object is labelled {label!r}: {_there(here)}.{meant}"


def _there(labels: Collection[str]) -> str:
    named = sorted(labels)
    more = f" and {len(named) - _LABELS} more" if len(named) > _LABELS else ""
    return f"the labels here are {', '.join(named[:_LABELS])}{more}"
