"""Find the objects of every photo that this detector has not seen."""

from __future__ import annotations

from collections.abc import Iterator

from curate.database import failures, fingerprints, objects, waiting_photos
from curate.records import Step
from curate.vision.interfaces import RGB, Detector
from curate.workflows.batches import batched
from curate.workflows.photo_work import Loaded, PhotoWork, claimed, outstanding, read_ahead, record_failures
from curate.workspace import Workspace

# A commit waits for the disk (about 2-5 ms); over 16 photos of tens of milliseconds each that is nothing,
# and a killed run has at most 16 photos to do again.
_COMMIT_EVERY = 16


def detect(workspace: Workspace, detector: Detector, *, retry_failed: bool = False) -> Iterator[Step]:
    """Detect in all photos without a result, batch by batch; progress after each committed batch."""
    with workspace.transaction() as session:
        model_id = fingerprints.ensure(session, detector.fingerprint, "detector", detector.name)
    which = waiting_photos.to_detect(model_id, detector.fingerprint, retry_failed=retry_failed)
    work = PhotoWork("detect", model_id, detector.fingerprint, which)
    total, done, failed, found = outstanding(workspace, work), 0, 0, 0
    yield Step("detect", 0, total)
    with workspace.claims() as claims:
        pixels = read_ahead(claimed(workspace, claims, work), lambda _, rgb: rgb, workspace)
        for batch in batched(pixels, max(_COMMIT_EVERY, detector.batch_size)):
            found += _detect_batch(
                workspace, detector, work, [each for each in batch if each.item is not None]
            )
            failed += record_failures(workspace, work, (each for each in batch if each.item is None))
            claims.release(work.keys(each.photo for each in batch))
            done += len(batch)
            yield Step("detect", done, total, failed)
    summary: dict[str, object] = {
        "detector": detector.name,
        "photos": done - failed,
        "objects": found,
        "failed": failed,
        "elsewhere": max(0, total - done),
    }
    yield Step("detect", done, total, failed, summary)


def _detect_batch(workspace: Workspace, detector: Detector, work: PhotoWork, batch: list[Loaded[RGB]]) -> int:
    """Run the model, then one short transaction. How many objects were found."""
    found = []
    for part in batched(batch, detector.batch_size):
        found += detector.detect([each.item for each in part if each.item is not None])
    with workspace.transaction() as session:
        for each, detections in zip(batch, found, strict=True):
            objects.record_detections(session, each.photo, work.model_id, work.fingerprint, detections)
        failures.clear(session, "detect", [each.photo.sha256 for each in batch], work.fingerprint)
    return sum(map(len, found))
