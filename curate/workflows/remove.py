"""Remove objects from their photos: a mask by a segmenter, an output by one remover, numbers on it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from uuid import UUID

import numpy as np

from curate.capture.mask_files import png as mask_png
from curate.database import failures, fingerprints, removals
from curate.database.removals import STAGE, NewRemoval
from curate.errors import RemovalError
from curate.exporters.pixels import QUICK
from curate.exporters.pixels import png as photo_png
from curate.records import DetectedObject, Step
from curate.vision.interfaces import RGB, Mask, Remover, Segmenter
from curate.vision.removal_rules import DILATION_SHARE, LARGEST_DILATION, SMALLEST_DILATION
from curate.vision.working_region import Removed, remove_object
from curate.workflows.pair_records import IMAGE_SUFFIX
from curate.workflows.photo_work import Loaded, PhotoWork, claimed, read_ahead, record_failures
from curate.workflows.removal_measuring import Measured, RemovalMeasures
from curate.workspace import Workspace

_DEFAULT_DILATION = f"{DILATION_SHARE} of the object, {SMALLEST_DILATION} to {LARGEST_DILATION} pixels"


@dataclass(frozen=True, slots=True)
class RemovalTools:
    """One way of removing objects."""

    remover: Remover
    segmenter: Segmenter
    dilation: int | None = None
    """Pixels to widen masks by; None takes the default rule."""

    @property
    def recipe(self) -> str:
        """Hex digest of all that decides an output: an object is removed once in each way."""
        dilation = _DEFAULT_DILATION if self.dilation is None else self.dilation
        parts = [self.remover.fingerprint, self.segmenter.fingerprint, dilation]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def remove(
    workspace: Workspace,
    tools: RemovalTools,
    wanted: Collection[UUID],
    measures: RemovalMeasures,
    *,
    retry_failed: bool = False,
) -> Iterator[Step]:
    """Remove each wanted object that was not removed in this way; progress after each committed removal.

    What fails becomes a row in ``failures`` and the run goes on.

    Args:
        wanted: Public ids of objects.
        retry_failed: Try again what failed before.

    Raises:
        ModelError: a model cannot work at all.
        MediaError: the media store does not take the output.
    """
    job = _Job(workspace, tools, measures, wanted, retry_failed=retry_failed)
    total, before = job.outstanding()
    done = failed = 0
    yield Step(STAGE, 0, total)
    with workspace.claims() as claims:
        claims.share_writing()
        photos = read_ahead(claimed(workspace, claims, job.work), lambda _, rgb: rgb, workspace)
        for loaded in photos:
            for good in job.photo(loaded):
                done, failed = done + 1, failed + (not good)
                yield Step(STAGE, done, total, failed)
            claims.release(job.work.keys([loaded.photo]))
    summary: dict[str, object] = {
        "remover": tools.remover.name,
        "segmenter": tools.segmenter.name,
        "removals": done - failed,
        "failed": failed,
        "failed_before": before,
        "elsewhere": max(0, total - done),
    }
    yield Step(STAGE, done, total, failed, summary)


class _Job:
    """One run with one remover."""

    def __init__(
        self,
        workspace: Workspace,
        tools: RemovalTools,
        measures: RemovalMeasures,
        wanted: Collection[UUID],
        *,
        retry_failed: bool,
    ) -> None:
        self._workspace = workspace
        self._tools = tools
        self._measures = measures
        self._wanted = wanted
        self._retry_failed = retry_failed
        remover, segmenter = tools.remover, tools.segmenter
        with workspace.transaction() as session:
            self._remover_id = fingerprints.ensure(session, remover.fingerprint, "remover", remover.name)
            self._segmenter_id = fingerprints.ensure(
                session, segmenter.fingerprint, "segmenter", segmenter.name
            )
        which = removals.photos_to_do(wanted, tools.recipe, retry_failed=retry_failed)
        self.work = PhotoWork(STAGE, self._remover_id, tools.recipe, which)

    def outstanding(self) -> tuple[int, int]:
        """Objects to do, and those that failed before and are left alone."""
        with self._workspace.transaction() as session:
            now, ever = (
                removals.count_to_do(session, self._wanted, self._tools.recipe, retry_failed=again)
                for again in (self._retry_failed, True)
            )
        return now, ever - now

    def photo(self, loaded: Loaded[RGB]) -> Iterator[bool]:
        """Whether each waiting object of a photo could be removed, as it is stored."""
        with self._workspace.transaction() as session:
            waiting = removals.objects_to_do(
                session, loaded.photo.id, self._wanted, self._tools.recipe, retry_failed=self._retry_failed
            )
        if loaded.item is None:
            record_failures(self._workspace, self.work, [loaded])
            yield from (False for _ in waiting)
            return
        for found in waiting:
            yield self._object(loaded.item, found)
        with self._workspace.transaction() as session:
            failures.clear(session, STAGE, [loaded.photo.sha256], self._tools.recipe)

    def _object(self, photo: RGB, found: DetectedObject) -> bool:
        tools = self._tools
        try:
            (mask,) = tools.segmenter.segment(photo, [found.box])
            removed = remove_object(tools.remover, photo, mask, dilation=tools.dilation)
        except RemovalError as error:
            with self._workspace.transaction() as session:
                failures.record(session, STAGE, str(found.public_id), str(error), tools.recipe)
            return False
        self._store(found, mask, removed, self._measures.measure(photo, found, removed))
        return True

    def _store(self, found: DetectedObject, mask: Mask, removed: Removed, measured: Measured) -> None:
        """Media files, then the row: a crash leaves nothing dangling."""
        media, region = self._workspace.media, removed.region
        made = NewRemoval(
            remover_id=self._remover_id,
            segmenter_id=self._segmenter_id,
            recipe=self._tools.recipe,
            dilation=removed.dilation,
            x=region.x,
            y=region.y,
            width=region.width,
            height=region.height,
            output_sha256=media.put(photo_png(removed.pixels, QUICK).data, IMAGE_SUFFIX),
            mask_sha256=media.put(_levels(removed.mask), IMAGE_SUFFIX),
            object_mask_sha256=media.put(_levels(mask), IMAGE_SUFFIX),
            seconds=removed.seconds,
        )
        with self._workspace.transaction() as session:
            key = removals.record(session, found.public_id, made)
            removals.record_measurement(
                session, key, self._measures.fingerprint, measured.numbers, measured.reasons
            )
            failures.clear(session, STAGE, [str(found.public_id)], self._tools.recipe)


def _levels(mask: Mask) -> bytes:
    """White where the mask is."""
    return mask_png(mask.view(np.uint8) * 255)
