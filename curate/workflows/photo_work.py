"""What detect and embed share: choosing photos nobody else works on, and reading them ahead of the model."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from typing import Generic, TypeVar

from sqlalchemy import Select

from curate.database import failures, waiting_photos
from curate.database.claims import Claims, claim_key
from curate.database.tables import Photo
from curate.errors import PhotoError
from curate.photos.reading import decode
from curate.photos.sources import read_photo_bytes
from curate.records import PhotoRef
from curate.vision.interfaces import RGB
from curate.workspace import Workspace

# Photos claimed at once. The two round trips take some milliseconds, a photo some tens; and the fewer are
# claimed, the better two commands share what is left.
_PAGE = 8


Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class PhotoWork:
    """What one stage has to do with one model."""

    stage: str
    model_id: int
    fingerprint: str
    which: Select[Photo]
    """Photos that have no result yet."""

    def keys(self, refs: Iterable[PhotoRef]) -> list[int]:
        return [claim_key(self.stage, self.fingerprint, ref.sha256) for ref in refs]


@dataclass(frozen=True, slots=True)
class Loaded(Generic[Item]):
    """A photo and what was made of its pixels, or why nothing could be."""

    photo: PhotoRef
    item: Item | None
    problem: str | None


def outstanding(workspace: Workspace, work: PhotoWork) -> int:
    """How many photos the stage has still to do."""
    with workspace.transaction() as session:
        return waiting_photos.count(session, work.which)


def claimed(workspace: Workspace, claims: Claims, work: PhotoWork) -> Iterator[PhotoRef]:
    """The photos of ``claimed_pages`` one by one."""
    return chain.from_iterable(claimed_pages(workspace, claims, work))


def claimed_pages(workspace: Workspace, claims: Claims, work: PhotoWork) -> Iterator[list[PhotoRef]]:
    """Photos to do, a few at a time, each claimed for this process until the caller releases it.

    Photos another process works on are passed over. A photo that it finished between our look and our
    claim is not given out again.
    """
    after = 0
    while True:
        with workspace.transaction() as session:
            page = waiting_photos.page(session, work.which, after, _PAGE)
        if not page:
            return
        after = page[-1].id
        got = claims.take(work.keys(page))
        mine = [ref for ref, ours in zip(page, got, strict=True) if ours]
        with workspace.transaction() as session:
            left = waiting_photos.still_in(session, work.which, [ref.id for ref in mine])
        claims.release(work.keys(ref for ref in mine if ref.id not in left))
        yield [ref for ref in mine if ref.id in left]


def read_ahead(
    refs: Iterable[PhotoRef], make: Callable[[PhotoRef, RGB], Item], workspace: Workspace
) -> Iterator[Loaded[Item]]:
    """Decode photos in threads while the caller's model runs, in order and a bounded number ahead.

    ``make`` gets the upright pixels in the thread, so that a whole photo need not be kept when only
    crops of it are wanted.
    """
    threads, limit = workspace.settings.workers, workspace.settings.max_pixels

    def load(ref: PhotoRef) -> Loaded[Item]:
        try:
            return Loaded(ref, make(ref, decode(read_photo_bytes(ref), limit)), None)
        except PhotoError as error:
            return Loaded(ref, None, str(error))

    waiting: deque[Future[Loaded[Item]]] = deque()
    with ThreadPoolExecutor(threads, thread_name_prefix="decode") as pool:
        try:
            for ref in refs:
                waiting.append(pool.submit(load, ref))
                if len(waiting) > 2 * threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def record_failures(workspace: Workspace, work: PhotoWork, broken: Iterable[Loaded[Item]]) -> int:
    """Put photos that could not be read into ``failures``; how many there were."""
    count = 0
    with workspace.transaction() as session:
        for loaded in sorted(broken, key=lambda each: each.photo.sha256):  # the order ingest forgets them in
            failures.record(session, work.stage, loaded.photo.sha256, loaded.problem or "", work.fingerprint)
            count += 1
    return count
