"""What an earlier mining run with the same options leaves to be compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy.orm import Session

from curate.database import run_objects
from curate.database.run_objects import Compared
from curate.workflows.mining_candidates import Candidates
from curate.workflows.settled import Flags, Numbers
from curate.workflows.things import places_in
from index.comparing.known import Known, quicker
from index.edges import Edges
from index.join import Join


@dataclass(frozen=True, slots=True, eq=False)
class Earlier:
    """The latest run with the same options, seen from the objects of today."""

    key: int
    """Inside Postgres."""
    run: UUID
    comparison: Mapping[str, Any]
    """What it told of its comparison."""
    new: Flags
    """bool [objects]: it did not have them."""
    gone: int
    """Objects it had that take no part any more."""
    known: Known | None
    """What need not be compared again; None if so little that comparing everything is quicker."""


def read(session: Session, found: Candidates) -> Earlier | None:
    """None if no run with these options told which objects it had."""
    latest = run_objects.latest(session, found.embedder_id, found.detector_id, found.parameters)
    if latest is None:
        return None
    run, compared = latest
    keys = found.objects["key"]
    gone = ~np.isin(compared.keys, keys)
    asks = to_ask(compared, gone, keys, found.photo_keys)
    known = None
    if quicker(int(np.count_nonzero(asks)), len(keys)):
        known = Known(np.flatnonzero(asks), _edges(session, run.id, compared, keys))
    new = ~np.isin(keys, compared.keys)
    return Earlier(run.id, run.public_id, run.counts["comparison"], new, int(np.count_nonzero(gone)), known)


def to_ask(compared: Compared, gone: Flags, keys: Numbers, photos: Numbers) -> Flags:
    """Which objects have to be compared with all others, so that the result is that of comparing everything.

    Those that are new; those with edges that were dropped because there were too many; those in photos that
    have become near-duplicates of others, or are none any more; and where something is gone that was more
    similar to others than the band allows, all with something above the band: it may have been that.

    Args:
        compared: Objects of the earlier run.
        gone: bool [objects of that run]: take no part today.
        keys: int64 [objects of today].
        photos: int64 [objects of today]: near-duplicate photos share one.

    Returns:
        bool [objects of today].
    """
    asks = ~np.isin(keys, compared.keys)
    there = np.flatnonzero(~asks)
    at = np.searchsorted(compared.keys, keys[there])
    again = compared.full[at] | _moved(compared.photos[at], photos[there])
    if compared.above[gone].any():
        again |= compared.above[at]
    asks[there] = again
    return asks


def _moved(before: Numbers, now: Numbers) -> Flags:
    """Whether objects share a photo with others than before. bool [objects]."""
    old, new = (np.unique(numbers, return_inverse=True)[1] for numbers in (before, now))
    both = np.unique(np.stack([old, new]), axis=1)
    moved: Flags = (np.bincount(both[0])[old] > 1) | (np.bincount(both[1])[new] > 1)
    return moved


def _edges(session: Session, run_id: int, compared: Compared, keys: Numbers) -> Edges:
    """The edges of a run between objects of today, by their places."""
    stored = run_objects.edges(session, run_id)
    kept = np.isin(stored["left"], keys) & np.isin(stored["right"], keys)
    one, other = (places_in(keys, stored[name][kept]) for name in ("left", "right"))
    above = np.isin(keys, compared.keys[compared.above])
    return Edges(
        np.minimum(one, other),
        np.maximum(one, other),
        stored["similarity"][kept].astype(np.float32),
        above,
    )


def compared(found: Candidates, joined: Join) -> Compared:
    """What a run tells the next one."""
    order = np.argsort(found.objects["key"])
    return Compared(
        found.objects["key"][order], found.photo_keys[order], joined.edges.above[order], joined.full[order]
    )
