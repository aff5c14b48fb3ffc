"""A mining run as arrays: its objects, which photos count as one, and its edges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from curate.database import analyses, mining
from curate.database.columns import Columns
from curate.database.tables import MiningRun
from curate.errors import NotFoundError
from curate.records import Band, MiningFilter
from curate.workflows.near_duplicates import photo_keys
from curate.workflows.settled import Numbers
from curate.workflows.things import Things, places_in, things_of


@dataclass(frozen=True, slots=True)
class Corpus:
    """The objects of a run, numbered in the order of their public ids."""

    things: Things
    placed: Columns
    """Where their vectors lie: ``block`` and ``row``."""
    label: Numbers
    """int64 [objects]: index in ``labels``."""
    labels: tuple[str, ...]
    photo_keys: Numbers
    """int64 [objects]: equal for boxes of one photo and of near-duplicates of it."""
    left: Numbers
    """int64 [edges]: number of one object."""
    right: Numbers
    """int64 [edges]: number of the other."""
    similarity: NDArray[np.float64]
    """float64 [edges]."""
    band: Band
    counted: Mapping[str, Any]
    """What `curate mine` counted."""

    def __len__(self) -> int:
        return len(self.things.keys)


def read_corpus(session: Session, run: MiningRun) -> Corpus:
    """Objects and edges of a run; what was taken down since is left out.

    Raises:
        NotFoundError: no object of the run is left.
    """
    rule = MiningFilter(**run.parameters["filter"])
    found = mining.candidates(session, run.detector_id, run.embedder_id, rule)
    things = things_of(found)
    if not len(things.keys):
        raise NotFoundError("No object of that run is left: type `curate mine`.")
    classes, labels = analyses.classes(session, run)
    keys = photo_keys(session, run.parameters["near_duplicate_distance"]).of(things.photos)
    left, right, similarity = _edges(session, run, things, keys)
    return Corpus(
        things=things,
        placed={"block": found["block"], "row": found["row"]},  # both are in the order of public ids
        label=classes["label"][places_in(classes["key"], things.keys)],
        labels=tuple(labels),
        photo_keys=keys,
        left=left,
        right=right,
        similarity=similarity,
        band=Band(**run.parameters["band"]),
        counted=run.counts,
    )


def _edges(
    session: Session, run: MiningRun, things: Things, keys: Numbers
) -> tuple[Numbers, Numbers, NDArray[np.float64]]:
    """Between objects that are left, and whose photos no later photo has made near-duplicates."""
    found = analyses.edges(session, run)
    here = np.isin(found["left"], things.keys) & np.isin(found["right"], things.keys)
    left, right = (things.numbers_of_keys(found[side][here]) for side in ("left", "right"))
    apart = keys[left] != keys[right]
    return left[apart], right[apart], found["similarity"][here][apart]
