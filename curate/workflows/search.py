"""Find objects that look like those in a photo, or like one object."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from curate.database import fingerprints, objects, photos, vectors
from curate.errors import ModelError, NotFoundError, SearchIndexError
from curate.photos.locations import SourceFile
from curate.photos.reading import decode
from curate.photos.sources import find_sources, read_bytes
from curate.records import Box, DetectedObject, Detection
from curate.vision.crops import cut
from curate.vision.detector_cards import DETECTORS
from curate.vision.loading import load_detector, load_embedder
from curate.workflows import stored_vectors
from curate.workflows.index_entries import collection_of
from curate.workspace import Workspace
from index.interfaces import QueryFilter


@dataclass(frozen=True, slots=True)
class Found:
    """One similar object."""

    object_: DetectedObject
    uri: str
    similarity: float


@dataclass(frozen=True, slots=True)
class Query:
    """What was searched for, and what is like it, most similar first."""

    box: Box
    label: str
    found: tuple[Found, ...]


@dataclass(frozen=True, slots=True)
class SearchOptions:
    limit: int = 10
    labels: tuple[str, ...] = ()
    min_score: float | None = None
    detector: str | None = None
    embedder: str | None = None
    detector_weights: Path | None = None
    embedder_weights: Path | None = None


def search_object(workspace: Workspace, prefix: str, options: SearchOptions) -> list[Query]:
    """Objects of other photos like the one whose public id starts with ``prefix``.

    Raises:
        NotFoundError: there is no such object, or it has no vector.
        SearchIndexError: the index is locked or lacks vectors.
    """
    with workspace.transaction() as session:
        ids = objects.public_ids_by_prefix(session, prefix.lower())
        embedder = fingerprints.only(session, "embedder", options.embedder)
        if len(ids) != 1:
            what = "Several objects start with" if ids else "There is no photo file and no object"
            raise NotFoundError(f"{what} {prefix!r}: give a photo, or more of an object id.")
        wanted = objects.by_public_ids(session, ids)[ids[0]]
    vector = stored_vectors.of_objects(workspace, embedder.id, ids)
    narrowed = QueryFilter(wanted.photo_sha256, options.labels, options.min_score)
    hits = _ask(
        workspace, embedder.id, collection_of(embedder.name, embedder.fingerprint), vector, options, narrowed
    )
    return [Query(wanted.box, wanted.label, hits[0])]


def search_photo(workspace: Workspace, path: str, options: SearchOptions) -> list[Query]:
    """Objects like each object in a photo, which need not be ingested."""
    settings = workspace.settings
    with workspace.transaction() as session:
        detecting = fingerprints.only(session, "detector", options.detector)
        embedding = fingerprints.only(session, "embedder", options.embedder)
    source = next((each for each in find_sources([path]) if isinstance(each, SourceFile)), None)
    if source is None:
        raise NotFoundError(f"{path} is not a photo: give one file.")
    rgb = decode(read_bytes(source.uri), settings.max_pixels)
    embedder = load_embedder(
        embedding.name, settings.models_dir, options.embedder_weights, device=settings.device
    )
    if embedder.fingerprint != embedding.fingerprint:
        raise ModelError(
            f"The weights of {embedding.name} are not those the workspace was embedded with: "
            "give them by --embedder-weights FILE, or type `curate embed`."
        )
    if detecting.name in {card.name for card in DETECTORS}:
        detector = load_detector(
            detecting.name, settings.models_dir, options.detector_weights, device=settings.device
        )
        detections = detector.detect([rgb])[0]
    else:
        # The boxes were drawn by people, who are not here to draw one now.
        height, width = rgb.shape[:2]
        detections = [Detection(Box(0, 0, width, height), 1.0, "whole photo")]
    if not detections:
        raise NotFoundError(f"No object was found in {path}: give a photo that shows one larger.")
    detections = sorted(detections, key=lambda each: -each.score)[: options.limit]
    vector = embedder.embed([cut(rgb, each.box) for each in detections])
    narrowed = QueryFilter(None, options.labels, options.min_score)
    collection = collection_of(embedder.name, embedder.fingerprint)
    hits = _ask(workspace, embedding.id, collection, vector, options, narrowed)
    return [Query(each.box, each.label, found) for each, found in zip(detections, hits, strict=True)]


def _ask(
    workspace: Workspace,
    embedder_id: int,
    collection: str,
    vector: NDArray[np.float32],
    options: SearchOptions,
    narrowed: QueryFilter,
) -> list[tuple[Found, ...]]:
    with workspace.transaction() as session:
        expected = vectors.count(session, embedder_id)
    with workspace.index() as index:
        held = index.count(collection)
        if held < expected:
            raise SearchIndexError(
                f"The index holds {held} of {expected} vectors: type `curate index rebuild`."
            )
        answers = index.query(collection, vector, options.limit, narrowed)
    ids = {hit.id for hits in answers for hit in hits}
    with workspace.transaction() as session:
        known = objects.by_public_ids(session, ids)
        refs = photos.by_keys(session, {each.photo_id for each in known.values()})
    return [
        tuple(
            Found(known[hit.id], refs[known[hit.id].photo_id].uri, hit.similarity)
            for hit in hits
            if hit.id in known
        )
        for hits in answers
    ]
