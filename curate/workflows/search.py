"""Find objects that look like those in a photo, or like one object."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from curate.database import objects, photos, vectors
from curate.errors import ModelError, NotFoundError, SearchIndexError
from curate.photos.locations import SourceFile
from curate.photos.reading import decode
from curate.photos.sources import find_sources, read_bytes
from curate.records import Box, DetectedObject, Detection
from curate.vision.crops import cut
from curate.vision.detector_cards import DETECTORS
from curate.vision.interfaces import Detector, Embedder
from curate.vision.loading import load_detector, load_embedder
from curate.workflows import stored_vectors, used_models
from curate.workflows.index_entries import collection_of
from curate.workspace import Workspace
from index.interfaces import Hit, QueryFilter

WIDENED = 1000
"""Nearest objects among which those of given sources are looked for: the index knows no sources."""


@dataclass(frozen=True, slots=True)
class Found:
    """One similar object."""

    object_: DetectedObject
    uri: str
    similarity: float
    source: str | None


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
    sources: tuple[str, ...] = ()
    """Any of these; empty means every source. Only the ``WIDENED`` nearest objects are looked through."""
    photo_objects: int | None = None
    """Most objects of a photo that are searched by, surest first; None means ``limit``."""


@dataclass(frozen=True, slots=True)
class SearchModels:
    """What turns a photo into queries: the models the workspace was made with."""

    detector: Detector | None
    """None if people drew the boxes."""
    embedder: Embedder
    embedder_id: int
    """Key inside Postgres."""


def search_object(workspace: Workspace, prefix: str, options: SearchOptions) -> list[Query]:
    """Objects of other photos like the one whose public id starts with ``prefix``.

    Raises:
        NotFoundError: there is no such object, it has no vector, or its photo was taken down.
        SearchIndexError: the index is locked or lacks vectors.
    """
    with workspace.transaction() as session:
        ids = objects.public_ids_by_prefix(session, prefix.lower())
        embedder = used_models.only(session, "embedder", options.embedder)
        if len(ids) != 1:
            what = "Several objects start with" if ids else "There is no photo file and no object"
            raise NotFoundError(f"{what} {prefix!r}: give a photo, or more of an object id.")
        wanted = objects.by_public_ids(session, ids)[ids[0]]
        if gone := photos.by_keys(session, [wanted.photo_id])[wanted.photo_id].taken_down:
            raise NotFoundError(gone)
    vector = stored_vectors.of_objects(workspace, embedder.id, ids)
    narrowed = QueryFilter(wanted.photo_sha256, options.labels, options.min_score)
    hits = _ask(
        workspace, embedder.id, collection_of(embedder.name, embedder.fingerprint), vector, options, narrowed
    )
    return [Query(wanted.box, wanted.label, hits[0])]


def search_photo(workspace: Workspace, path: str, options: SearchOptions) -> list[Query]:
    """Objects like each object in a photo file, which need not be ingested."""
    source = next((each for each in find_sources([path]) if isinstance(each, SourceFile)), None)
    if source is None:
        raise NotFoundError(f"{path} is not a photo: give one file.")
    rgb = read_photo(workspace, read_bytes(source.uri))
    return search_pixels(workspace, rgb, load_models(workspace, options), options)


def read_photo(workspace: Workspace, data: bytes) -> NDArray[np.uint8]:
    """Pixels of an untrusted photo: uint8 [height, width, 3], upright, sRGB.

    Raises:
        PhotoError: not a photo, damaged, or more pixels than the settings allow.
    """
    return decode(data, workspace.settings.max_pixels)


def crop(rgb: NDArray[np.uint8], box: Box, side: int) -> NDArray[np.uint8]:
    """What a query was made of, to look at: uint8 [height, width, 3], neither more than ``side`` pixels."""
    picture = Image.fromarray(cut(rgb, box))
    picture.thumbnail((side, side))
    return np.asarray(picture)


def model_fingerprints(workspace: Workspace, options: SearchOptions) -> tuple[str, str]:
    """Detector and embedder that ``load_models`` would load.

    Raises:
        NotFoundError: nothing was detected or embedded yet.
    """
    with workspace.transaction() as session:
        detecting = used_models.only(session, "detector", options.detector)
        embedding = used_models.only(session, "embedder", options.embedder)
    return detecting.fingerprint, embedding.fingerprint


def load_models(workspace: Workspace, options: SearchOptions) -> SearchModels:
    """Load the models that the workspace's objects were found and embedded with; takes seconds.

    Raises:
        NotFoundError: nothing was detected or embedded yet.
        ModelError: the weights are missing, or are not those of then.
    """
    settings = workspace.settings
    with workspace.transaction() as session:
        detecting = used_models.only(session, "detector", options.detector)
        embedding = used_models.only(session, "embedder", options.embedder)
    embedder = load_embedder(
        embedding.name, settings.models_dir, options.embedder_weights, device=settings.device
    )
    if embedder.fingerprint != embedding.fingerprint:
        raise ModelError(
            f"The weights of {embedding.name} are not those the workspace was embedded with: "
            "give them by --embedder-weights FILE, or type `curate embed`."
        )
    detector = None
    if detecting.name in {card.name for card in DETECTORS}:
        detector = load_detector(
            detecting.name, settings.models_dir, options.detector_weights, device=settings.device
        )
    return SearchModels(detector, embedder, embedding.id)


def search_pixels(
    workspace: Workspace, rgb: NDArray[np.uint8], models: SearchModels, options: SearchOptions
) -> list[Query]:
    """Objects like each object in a photo.

    Args:
        rgb: uint8 [height, width, 3], see ``read_photo``.

    Raises:
        NotFoundError: the detector finds nothing in it.
        SearchIndexError: the index is locked or lacks vectors.
    """
    detections = _detect(models.detector, rgb)
    if not detections:
        raise NotFoundError("No object was found in the photo: give one that shows something larger.")
    most = options.limit if options.photo_objects is None else options.photo_objects
    detections = sorted(detections, key=lambda each: -each.score)[:most]
    embedder = models.embedder
    vector = embedder.embed([cut(rgb, each.box) for each in detections])
    narrowed = QueryFilter(None, options.labels, options.min_score)
    collection = collection_of(embedder.name, embedder.fingerprint)
    hits = _ask(workspace, models.embedder_id, collection, vector, options, narrowed)
    return [Query(each.box, each.label, found) for each, found in zip(detections, hits, strict=True)]


def _detect(detector: Detector | None, rgb: NDArray[np.uint8]) -> list[Detection]:
    if detector is not None:
        return list(detector.detect([rgb])[0])
    # The boxes were drawn by people, who are not here to draw one now.
    height, width = rgb.shape[:2]
    return [Detection(Box(0, 0, width, height), 1.0, "whole photo")]


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
        reach = max(WIDENED, options.limit) if options.sources else options.limit
        answers = index.query(collection, vector, reach, narrowed)
    return _described(workspace, answers, options)


def _described(
    workspace: Workspace, answers: list[list[Hit]], options: SearchOptions
) -> list[tuple[Found, ...]]:
    ids = {hit.id for hits in answers for hit in hits}
    with workspace.transaction() as session:
        known = objects.by_public_ids(session, ids)
        keys = {each.photo_id for each in known.values()}
        refs, sources = photos.by_keys(session, keys), photos.sources(session, keys)
    found = [
        [
            Found(object_, refs[object_.photo_id].uri, hit.similarity, sources[object_.photo_id])
            for hit in hits
            if (object_ := known.get(hit.id)) is not None and refs[object_.photo_id].taken_down is None
        ]
        for hits in answers
    ]
    wanted = options.sources
    return [
        tuple([each for each in hits if not wanted or each.source in wanted][: options.limit])
        for hits in found
    ]


@dataclass(frozen=True, slots=True)
class SearchChoices:
    """What a search can be narrowed by."""

    labels: tuple[str, ...]
    sources: tuple[str, ...]


def choices(workspace: Workspace) -> SearchChoices:
    """Every class and every source there is."""
    with workspace.transaction() as session:
        return SearchChoices(tuple(objects.every_label(session)), tuple(photos.every_source(session)))
