"""Measure removals again that were measured by other measures than today's, or by other models."""

from __future__ import annotations

from collections.abc import Iterator

from curate.database import photos, removal_queue, removals
from curate.database.removals import RemovalRow
from curate.errors import MediaDamagedError, MediaMissingError, PhotoError
from curate.exporters.pixels import decoded
from curate.records import Step
from curate.vision.interfaces import RGB
from curate.vision.regions import WorkingRegion
from curate.vision.working_region import Removed
from curate.workflows.pair_records import IMAGE_SUFFIX
from curate.workflows.photo_work import read_ahead
from curate.workflows.removal_measuring import RemovalMeasures
from curate.workspace import Workspace

STAGE = "measure"


def remeasure(workspace: Workspace, measures: RemovalMeasures) -> Iterator[Step]:
    """Measure every removal that these measures have not measured; progress after each committed one.

    Earlier numbers stay on record, the newest count. A run that was stopped goes on where it was. The last
    step's summary counts ``measured`` and says in ``problems`` why removals could not be.
    """
    with workspace.transaction() as session:
        waiting: dict[int, list[RemovalRow]] = {}
        for row in removals.unmeasured(session, measures.fingerprint):
            waiting.setdefault(row.object_.photo_id, []).append(row)
        refs = photos.by_keys(session, waiting)
    total, done = sum(map(len, waiting.values())), 0
    problems: list[str] = []
    yield Step(STAGE, 0, total)
    with workspace.claims() as claims:
        claims.share_writing()
        for loaded in read_ahead(refs.values(), lambda _, rgb: rgb, workspace):
            for row in waiting[loaded.photo.id]:
                problem = (
                    loaded.problem if loaded.item is None else _measure(workspace, measures, loaded.item, row)
                )
                if problem:
                    problems.append(f"Removal {row.public_id} cannot be measured: {problem}")
                done += 1
                yield Step(STAGE, done, total, len(problems))
    with workspace.transaction() as session:
        removal_queue.refresh(session)
    yield Step(STAGE, done, total, len(problems), {"measured": done - len(problems), "problems": problems})


def _measure(workspace: Workspace, measures: RemovalMeasures, photo: RGB, row: RemovalRow) -> str | None:
    """Measure one removal of a photo; why not, if it cannot be."""
    try:
        measured = measures.measure(photo, row.object_, _stored(workspace, row))
    except (MediaMissingError, MediaDamagedError, PhotoError) as error:
        return str(error)
    with workspace.transaction() as session:
        removals.record_measurement(
            session, row.removal.id, measures.fingerprint, measured.numbers, measured.reasons
        )
    return None


def _stored(workspace: Workspace, row: RemovalRow) -> Removed:
    made, limit = row.removal, workspace.settings.max_pixels
    output, mask = (
        decoded(workspace.media.get(sha256, IMAGE_SUFFIX), limit)
        for sha256 in (made.output_sha256, made.mask_sha256)
    )
    region = WorkingRegion(made.x, made.y, made.width, made.height)
    return Removed(output, region, mask > 0, made.dilation, made.seconds)
