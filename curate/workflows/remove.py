"""Remove objects from their photos: a mask by a segmenter, an output by one remover, numbers on it."""

from __future__ import annotations

import hashlib
import json
from collections import deque
from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

import numpy as np

from curate.capture.mask_files import png as mask_png
from curate.database import failures, fingerprints, removal_queue, removals
from curate.database.claims import Claims
from curate.database.removals import STAGE, NewRemoval
from curate.errors import RemovalError, WorkspaceError
from curate.exporters.pixels import QUICK
from curate.exporters.pixels import png as photo_png
from curate.records import DetectedObject, Step
from curate.vision.interfaces import RGB, Mask, Remover, Segmenter
from curate.vision.removal_rules import DILATION_SHARE, LARGEST_DILATION, SMALLEST_DILATION
from curate.vision.working_region import Removed, remove_object
from curate.workflows.kept_pictures import KeptPictures
from curate.workflows.pair_records import IMAGE_SUFFIX
from curate.workflows.photo_work import Loaded, PhotoWork, claimed, read_ahead, record_failures
from curate.workflows.pyramids import cut
from curate.workflows.removal_measuring import Measured, RemovalMeasures
from curate.workflows.removal_pyramids import picture_name, region_name
from curate.workspace import Workspace

_DEFAULT_DILATION = f"{DILATION_SHARE} of the object, {SMALLEST_DILATION} to {LARGEST_DILATION} pixels"

_AHEAD = 1  # objects before the remover and after it: an output of 24 megapixels takes 72 MB


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
        for good in job.results(photos, claims):
            done, failed = done + 1, failed + (not good)
            yield Step(STAGE, done, total, failed)
    with workspace.transaction() as session:
        removal_queue.refresh(session)
    summary: dict[str, object] = {
        "remover": tools.remover.name,
        "segmenter": tools.segmenter.name,
        "removals": done - failed,
        "there": max(0, len(set(wanted)) - total - before),
        "failed": failed,
        "failed_before": before,
        "elsewhere": max(0, total - done),
    }
    yield Step(STAGE, done, total, failed, summary)


@dataclass(frozen=True, slots=True)
class _Todo:
    """An object that waits for the remover."""

    loaded: Loaded[RGB]
    found: DetectedObject
    mask: Future[Mask] | None
    """None: its photo cannot be read."""
    last: bool
    """Whether no other object of the photo follows."""


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
        self._kept = KeptPictures(workspace)
        remover, segmenter = tools.remover, tools.segmenter
        with workspace.transaction() as session:
            self._remover_id = fingerprints.ensure(session, remover.fingerprint, "remover", remover.name)
            self._segmenter_id = fingerprints.ensure(
                session, segmenter.fingerprint, "segmenter", segmenter.name
            )
        self._now, self._ever = (
            removals.to_do(wanted, tools.recipe, retry_failed=again) for again in (retry_failed, True)
        )
        self.work = PhotoWork(STAGE, self._remover_id, tools.recipe, self._now.photos)

    def outstanding(self) -> tuple[int, int]:
        """Objects to do, and those that failed before and are left alone."""
        with self._workspace.transaction() as session:
            now = self._now.count(session)
            return now, self._ever.count(session) - now

    def results(self, photos: Iterable[Loaded[RGB]], claims: Claims) -> Iterator[bool]:
        """Whether each waiting object could be removed, in order, as it is stored.

        While the remover works, the mask of the next object is drawn, and the last output is measured and
        stored. A run that is stopped stores what the remover has made.
        """
        started: deque[tuple[_Todo, Future[bool]]] = deque()
        with ThreadPoolExecutor(1, "mask") as before, ThreadPoolExecutor(1, "measure") as after:
            for todo in self._todo(photos, claims, before):
                started.append((todo, self._start(todo, after)))
                if len(started) > _AHEAD:
                    yield self._finish(*started.popleft(), claims)
            while started:
                yield self._finish(*started.popleft(), claims)

    def _todo(self, photos: Iterable[Loaded[RGB]], claims: Claims, pool: Executor) -> Iterator[_Todo]:
        """The waiting objects, those of a photo after each other; masks are drawn in the pool."""
        ready: deque[_Todo] = deque()
        for loaded in photos:
            with self._workspace.transaction() as session:
                objects = self._now.objects(session, [loaded.photo.id]).get(loaded.photo.id, [])
            if not objects:
                claims.release(self.work.keys([loaded.photo]))
            for found in objects:
                mask = None if loaded.item is None else pool.submit(self._mask, loaded.item, found)
                ready.append(_Todo(loaded, found, mask, last=found is objects[-1]))
                if len(ready) > _AHEAD:
                    yield ready.popleft()
        yield from ready

    def _mask(self, photo: RGB, found: DetectedObject) -> Mask:
        (mask,) = self._tools.segmenter.segment(photo, [found.box])
        return mask

    def _start(self, todo: _Todo, pool: Executor) -> Future[bool]:
        """Let the remover work here, and the rest be done in the pool."""
        photo, found = todo.loaded.item, todo.found
        if photo is None or todo.mask is None:
            return pool.submit(bool)  # False: its photo cannot be read
        try:
            mask = todo.mask.result()
            removed = remove_object(self._tools.remover, photo, mask, dilation=self._tools.dilation)
        except RemovalError as error:
            return pool.submit(self._record_failure, found, str(error))
        return pool.submit(self._keep, photo, found, mask, removed)

    def _finish(self, todo: _Todo, stored: Future[bool], claims: Claims) -> bool:
        good = stored.result()
        if todo.last:
            if todo.loaded.item is None:
                record_failures(self._workspace, self.work, [todo.loaded])
            else:
                with self._workspace.transaction() as session:
                    failures.clear(session, STAGE, [todo.loaded.photo.sha256], self._tools.recipe)
            claims.release(self.work.keys([todo.loaded.photo]))
        return good

    def _record_failure(self, found: DetectedObject, reason: str) -> bool:
        with self._workspace.transaction() as session:
            failures.record(session, STAGE, str(found.public_id), reason, self._tools.recipe)
        return False

    def _keep(self, photo: RGB, found: DetectedObject, mask: Mask, removed: Removed) -> bool:
        try:
            measured = self._measures.measure(photo, found, removed)
        except Exception as error:  # models raise what they like; one output must not end the run
            reason = f"The output could not be measured ({error or type(error).__name__}): report this."
            return self._record_failure(found, reason)
        self._store(found, mask, removed, measured)
        return True

    def _store(self, found: DetectedObject, mask: Mask, removed: Removed, measured: Measured) -> None:
        """Media files, then the row: a crash leaves nothing dangling. Last what only spares a screen time."""
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
        removal = removals.removal_id(found.public_id, self._tools.recipe)
        name = region_name(picture_name(removal, made.output_sha256))
        with suppress(WorkspaceError):  # a full or broken cache costs the screen a second, and no removal
            self._kept.keep(name, photo_png(cut(removed.pixels, region.box), QUICK).data)


def _levels(mask: Mask) -> bytes:
    """White where the mask is."""
    return mask_png(mask.view(np.uint8) * 255)
