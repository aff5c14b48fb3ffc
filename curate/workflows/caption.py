"""Let a captioner describe the pictures of chosen objects."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from curate.database import captions, failures, fingerprints
from curate.database.captions import STAGE
from curate.errors import CaptionError
from curate.records import DetectedObject, PhotoRef, Step
from curate.vision.crops import cut
from curate.vision.interfaces import RGB, Captioner
from curate.workflows.photo_work import Loaded, PhotoWork, claimed_pages, read_ahead, record_failures
from curate.workspace import Workspace


@dataclass(frozen=True, slots=True)
class _Shown:
    """A picture, and the objects that it is the picture of: all of a photo, or the one of a crop."""

    picture: RGB
    objects: list[DetectedObject]


def caption(
    workspace: Workspace, captioner: Captioner, wanted: Collection[UUID], *, retry_failed: bool = False
) -> Iterator[Step]:
    """Describe each wanted object that this captioner has not described; progress after each committed photo.

    What fails becomes a row in ``failures`` and the run goes on.

    Args:
        wanted: Public ids of objects.
        retry_failed: Try again what failed before.
    """
    job = _Job(workspace, captioner, wanted, retry_failed=retry_failed)
    total, before = job.outstanding()
    done = failed = 0
    yield Step(STAGE, 0, total)
    with workspace.claims() as claims:
        claims.share_writing()
        refs = job.with_objects(claimed_pages(workspace, claims, job.work))
        for loaded in read_ahead(refs, job.pictures, workspace):
            good, bad = job.describe(loaded)
            claims.release(job.work.keys([loaded.photo]))
            done, failed = done + good + bad, failed + bad
            yield Step(STAGE, done, total, failed)
    summary: dict[str, object] = {
        "captioner": captioner.name,
        "fingerprint": captioner.fingerprint,
        "captions": done - failed,
        "there": max(0, len(set(wanted)) - total - before),
        "failed": failed,
        "failed_before": before,
        "elsewhere": max(0, total - done),
    }
    yield Step(STAGE, done, total, failed, summary)


class _Job:
    """One run of one captioner."""

    def __init__(
        self, workspace: Workspace, captioner: Captioner, wanted: Collection[UUID], *, retry_failed: bool
    ) -> None:
        self._workspace = workspace
        self._captioner = captioner
        self._waiting: dict[int, list[DetectedObject]] = {}
        fingerprint = captioner.fingerprint
        with workspace.transaction() as session:
            self._model = fingerprints.ensure(session, fingerprint, "captioner", captioner.name)
        self._now, self._ever = (
            captions.to_do(wanted, self._model, fingerprint, retry_failed=again)
            for again in (retry_failed, True)
        )
        self.work = PhotoWork(STAGE, self._model, fingerprint, self._now.photos)

    def outstanding(self) -> tuple[int, int]:
        """Objects to do, and those that failed before and are left alone."""
        with self._workspace.transaction() as session:
            now = self._now.count(session)
            return now, self._ever.count(session) - now

    def with_objects(self, pages: Iterable[list[PhotoRef]]) -> Iterator[PhotoRef]:
        """Photos, their objects looked up a page at a time: the threads that decode leave Postgres alone."""
        for page in pages:
            with self._workspace.transaction() as session:
                self._waiting.update(self._now.objects(session, [ref.id for ref in page]))
            yield from page

    def pictures(self, photo: PhotoRef, rgb: RGB) -> list[_Shown]:
        """What the captioner is shown of a photo."""
        found, prepare = self._waiting[photo.id], self._captioner.prepare
        if not self._captioner.crops:
            return [_Shown(prepare(rgb), found)]
        return [_Shown(prepare(cut(rgb, each.box)), [each]) for each in found]

    def describe(self, loaded: Loaded[list[_Shown]]) -> tuple[int, int]:
        """Describe the objects of a photo and commit that; how many went well, and how many did not."""
        waiting = self._waiting.pop(loaded.photo.id, [])
        if loaded.item is None:
            record_failures(self._workspace, self.work, [loaded])
            return 0, len(waiting)
        said: dict[UUID, str] = {}
        failed: dict[UUID, str] = {}
        for shown in loaded.item:
            ids = [each.public_id for each in shown.objects]
            try:
                said.update(dict.fromkeys(ids, self._captioner.caption(shown.picture)))
            except CaptionError as error:
                failed.update(dict.fromkeys(ids, str(error)))
        self._store(loaded.photo, said, failed)
        return len(said), len(failed)

    def _store(self, photo: PhotoRef, said: dict[UUID, str], failed: dict[UUID, str]) -> None:
        fingerprint = self._captioner.fingerprint
        with self._workspace.transaction() as session:
            if said:
                captions.record(session, self._model, said)
            failures.clear(session, STAGE, [photo.sha256, *map(str, said)], fingerprint)
            for object_id, reason in failed.items():
                failures.record(session, STAGE, str(object_id), reason, fingerprint)
