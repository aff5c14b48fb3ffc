"""Boxes that people drew take the place of a detector's."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from curate.database import failures, fingerprints, objects, photos
from curate.database.photos import NamedPhoto
from curate.errors import AnnotationError
from curate.photos.annotations import AnnotatedPhoto, PhotoNames, place, read_annotations
from curate.records import Step
from curate.workflows.batches import batched
from curate.workspace import Workspace

STAGE = "annotate"
_COMMIT_EVERY = 256


def import_boxes(workspace: Workspace, path: Path, classes: Path | None = None) -> Iterator[Step]:
    """Import COCO, YOLO or Open Images boxes for photos that are ingested, matched by file name.

    The file's content is the fingerprint: importing it again changes nothing, a corrected file is a new set
    of objects beside the old one.

    Raises:
        AnnotationError: the file cannot be understood, or matches no photo at all.
    """
    yield Step(STAGE, 0, None)
    fingerprint = _fingerprint(path, classes)
    with workspace.transaction() as session:
        named = photos.named(session)
    names = PhotoNames((known, known.ref.uri) for known in named)
    done = matched = boxes = failed = 0
    for batch in batched(read_annotations(path, classes), _COMMIT_EVERY):
        with workspace.transaction() as session:
            model_id = fingerprints.ensure(session, fingerprint, "detector", path.name)
            for annotated in batch:
                known, problem = _match(names, annotated)
                if known is None:
                    failures.record(session, STAGE, annotated.name, problem, fingerprint)
                    failed += 1
                    continue
                placed = place(annotated, known.ref.width, known.ref.height, known.orientation)
                objects.record_detections(session, known.ref, model_id, fingerprint, placed.detections)
                failures.clear(session, STAGE, [annotated.name], fingerprint)
                for rejected in placed.rejected:
                    failures.record(session, STAGE, rejected.where, rejected.reason, fingerprint)
                failed += len(placed.rejected)
                matched += 1
                boxes += len(placed.detections)
        done += len(batch)
        yield Step(STAGE, done, None, failed)
    if not matched:
        raise AnnotationError(
            f"{path} names no photo that was ingested: type `curate ingest` on its photos first."
        )
    summary = {"detector": path.name, "photos": matched, "objects": boxes, "failed": failed}
    yield Step(STAGE, done, done, failed, summary)


def _match(names: PhotoNames[NamedPhoto], annotated: AnnotatedPhoto) -> tuple[NamedPhoto | None, str]:
    found = {known.ref.id: known for known in names.find(annotated.name)}
    if len(found) > 1:
        return None, f"{len(found)} ingested photos have this name: nothing tells them apart."
    if not found:
        return None, "No ingested photo has this name."
    return next(iter(found.values())), ""


def _fingerprint(path: Path, classes: Path | None) -> str:
    """sha256 over the annotation files, by relative name and content."""
    if not path.exists():
        raise AnnotationError(f"{path} does not exist: give COCO, YOLO or Open Images boxes.")
    digest = hashlib.sha256(b"boxes drawn by people/1")
    files = sorted(each for each in path.rglob("*.txt") if each.is_file()) if path.is_dir() else [path]
    for file in [*files, *([classes] if classes else [])]:
        digest.update(
            str(file.relative_to(path.parent) if file.is_relative_to(path.parent) else file.name).encode()
        )
        with file.open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()
