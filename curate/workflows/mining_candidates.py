"""The objects that a mining run compares, as columns, and what the run is called after them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import asdict, dataclass, replace
from functools import partial
from threading import Thread
from typing import Any
from uuid import UUID, uuid5

import numpy as np

from curate.database import mining, photos, vectors
from curate.database.columns import Columns
from curate.errors import NotFoundError
from curate.vision.embedder_cards import NOT_MEASURED
from curate.workflows import bands, mining_labels, mining_waiting, used_models
from curate.workflows.mining_options import MiningOptions
from curate.workflows.near_duplicates import PhotoKeys, photo_keys
from curate.workflows.settled import Numbers
from curate.workspace import Workspace

_NO_PHOTO = (
    "There is no photo here yet: type `curate ingest FOLDER`, or `curate run FOLDER`, which ends with mining."
)
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
    waiting: Mapping[str, Mapping[str, Any]]
    """Photos that detection or embedding has not come to; see ``mining_waiting``."""
    notices: Sequence[str]
    """Sentences on options that somebody may have meant otherwise."""


def read(
    workspace: Workspace, options: MiningOptions, detector: str | None, embedder: str | None
) -> Candidates:
    """All objects of one detector with vectors of one embedder that pass the filter.

    Raises:
        NotFoundError: there is none, or nobody said which of several detectors or embedders.
        SettingsError: a label to exclude is none of those that the detector gives.
    """
    with workspace.transaction() as session:
        if not photos.any_photo(session):
            raise NotFoundError(_NO_PHOTO)
        detecting = used_models.only(session, "detector", detector)
        embedding = used_models.only(session, "embedder", embedder)
        band = bands.given_or_default(embedding.name, options.band)
        notices = mining_labels.idle(session, detecting, options.filter.exclude_labels)
        sharing = _begun(partial(_photo_keys, workspace, options.near_duplicate_distance))
        found = mining.candidates(session, detecting.id, embedding.id, options.filter)
        in_all = vectors.count(session, embedding.id, detecting.id)
        dimension = vectors.dimension(session, embedding.id)
        waiting = mining_waiting.waiting(session, detecting, embedding)
    if not in_all:
        nothing = "There is nothing to compare: no object with a vector is in the photos so far."
        raise NotFoundError(f"{nothing} {mining_waiting.sentence(waiting)}".rstrip())
    if options.band is None and band.provenance == NOT_MEASURED.provenance:
        notices.append(bands.NOT_MEASURED_SAID)
    same = sharing.result()
    # A photo that came or was taken down while Postgres was asked twice takes no part yet, or no more.
    here = np.isin(found["photo"], same.photos)
    found = {name: column[here] for name, column in found.items()}
    if not len(found["key"]):
        raise NotFoundError(
            "No object passes the filters: lower --min-confidence, --min-share or --min-side, or leave "
            "--exclude away."
        )
    keys = same.of(found["photo"])
    parameters = {
        **asdict(replace(options, band=band)),
        "detector": detecting.fingerprint,
        "embedder": embedding.fingerprint,
    }
    counts = {
        "objects_found": in_all,
        "photos": len(same.photos),
        "photos_without_near_duplicates": same.different,
    }
    run = _run_id(parameters, found, keys)
    return Candidates(
        run, parameters, detecting.id, embedding.id, found, keys, counts, dimension, waiting, notices
    )


def _photo_keys(workspace: Workspace, distance: int) -> PhotoKeys:
    with workspace.transaction() as session:
        return photo_keys(session, distance)


def _begun(do: Callable[[], PhotoKeys]) -> Future[PhotoKeys]:
    """Done on another core while Postgres looks the objects up, and left alone where an error or Ctrl-C ends
    the command, because it may take long."""
    result: Future[PhotoKeys] = Future()

    def run() -> None:
        try:
            result.set_result(do())
        except BaseException as error:
            result.set_exception(error)

    Thread(target=run, name="photos", daemon=True).start()
    return result


def _run_id(parameters: Mapping[str, Any], found: Columns, keys: Numbers) -> UUID:
    """Content-derived: options, objects, and which photos count as one."""
    digest = hashlib.sha256(json.dumps(_as_floats(parameters), sort_keys=True).encode())
    digest.update(found["public_id"].tobytes())
    digest.update(keys.tobytes())
    return uuid5(_RUN_NAMESPACE, digest.hexdigest())


def _as_floats(option: Any) -> Any:
    """The same for 64, as defaults in the code are written, and 64.0, as it comes from a command line."""
    if isinstance(option, Mapping):
        return {name: _as_floats(value) for name, value in option.items()}
    return float(option) if isinstance(option, int) else option
