"""The objects that a mining run compares, as columns, and what the run is called after them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID, uuid5

from curate.database import fingerprints, mining, vectors
from curate.database.columns import Columns
from curate.errors import NotFoundError
from curate.workflows.mining_options import MiningOptions
from curate.workflows.near_duplicates import photo_keys
from curate.workflows.settled import Numbers
from curate.workspace import Workspace

_RUN_NAMESPACE = UUID("8b0f2f44-0b83-5a39-9b7d-0c6b7d3a6a10")


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Objects in public id order, some 60 bytes each, and where they come from."""

    run: UUID
    """Public id of the run that compares them: the same objects and options are the same run."""
    parameters: Mapping[str, Any]
    """Recorded with the run."""
    detector_id: int
    embedder_id: int
    objects: Columns
    """``key``, ``public_id``, ``photo``, ``block`` and ``row``; see ``mining.candidates``."""
    photo_keys: Numbers
    """Of each object: near-duplicate photos share one."""
    counts: Mapping[str, int]
    """Of all that might have taken part."""
    dimension: int
    """Numbers of a vector."""


def read(
    workspace: Workspace, options: MiningOptions, detector: str | None, embedder: str | None
) -> Candidates:
    """All objects of one detector with vectors of one embedder that pass the filter.

    Raises:
        NotFoundError: there is none, or nobody said which of several detectors or embedders.
    """
    with workspace.transaction() as session:
        detecting = fingerprints.only(session, "detector", detector)
        embedding = fingerprints.only(session, "embedder", embedder)
        found = mining.candidates(session, detecting.id, embedding.id, options.filter)
        in_all = vectors.count(session, embedding.id, detecting.id)
        dimension = vectors.dimension(session, embedding.id)
        photos = photo_keys(session, options.near_duplicate_distance)
    if not in_all:
        raise NotFoundError("No object was found in the photos so far: there is nothing to compare.")
    if not len(found["key"]):
        raise NotFoundError(
            "No object passes the filters: lower --min-confidence, --min-share or --min-side."
        )
    keys = photos.of(found["photo"])
    parameters = {
        **asdict(options),
        "detector": detecting.fingerprint,
        "embedder": embedding.fingerprint,
    }
    counts = {
        "objects_found": in_all,
        "photos": len(photos.photos),
        "photos_without_near_duplicates": photos.different,
    }
    run = _run_id(parameters, found, keys)
    return Candidates(run, parameters, detecting.id, embedding.id, found, keys, counts, dimension)


def _run_id(parameters: Mapping[str, Any], found: Columns, keys: Numbers) -> UUID:
    """Content-derived: options, objects, and which photos count as one."""
    digest = hashlib.sha256(json.dumps(parameters, sort_keys=True).encode())
    digest.update(found["public_id"].tobytes())
    digest.update(keys.tobytes())
    return uuid5(_RUN_NAMESPACE, digest.hexdigest())
