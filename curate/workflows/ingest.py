"""Take photos in: read each file once, in several processes, and remember what it is and where it lies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from curate.database import failures, photo_intake, photos
from curate.photos.facts import Examined, PhotoProblem
from curate.photos.sources import Found, SkippedFile, SourceFile, SourceProblem, find_sources, read_bytes
from curate.records import PhotoRights, Step
from curate.workflows.batches import batched
from curate.workflows.reading import Read, examine_all
from curate.workflows.tombstones import Tombstones
from curate.workspace import Workspace

# Files looked up in one statement, and photos recorded in one transaction.
_LOOK_UP = 256
_COMMIT_EVERY = 16

STAGE = "ingest"
THUMBNAIL_SUFFIX = ".webp"


@dataclass
class _Tally:
    new: int = 0
    known: int = 0
    same_bytes: int = 0
    failed: int = 0
    failed_before: int = 0
    not_photos: int = 0
    taken_down: int = 0
    like_taken_down: int = 0
    rights_recorded: int = 0
    done: int = 0

    def summary(self) -> dict[str, object]:
        return {
            "new": self.new,
            "already_here": self.known,
            "same_bytes_elsewhere": self.same_bytes,
            "failed": self.failed,
            "failed_before": self.failed_before,
            "not_photos": self.not_photos,
            "taken_down": self.taken_down,
            "like_taken_down": self.like_taken_down,
            "rights_recorded": self.rights_recorded,
        }


def ingest(
    workspace: Workspace, inputs: Sequence[str], rights: PhotoRights, *, retry_failed: bool = False
) -> Iterator[Step]:
    """Ingest folders, globs, files and fsspec URLs; progress after each committed batch.

    A file whose name, size and time are known is not read again. The total is not known while the
    folders are still being walked.
    """
    tally = _Tally()
    yield Step(STAGE, 0, None)
    settings = workspace.settings
    with workspace.claims() as claims:
        claims.share_writing()
        fresh = _fresh(workspace, find_sources(inputs), rights, tally, retry_failed=retry_failed)
        with workspace.transaction() as session:
            stones = Tombstones(session, settings.max_pixels)
        read = examine_all(fresh, settings.workers, settings.max_pixels)
        for batch in batched(read, _COMMIT_EVERY):
            _record(workspace, [_admitted(each, stones, tally) for each in batch], stones, rights, tally)
            yield Step(STAGE, tally.done, None, tally.failed)
    yield Step(STAGE, tally.done, tally.done, tally.failed, tally.summary())


def _fresh(
    workspace: Workspace,
    sources: Iterable[Found],
    rights: PhotoRights,
    tally: _Tally,
    *,
    retry_failed: bool,
) -> Iterator[SourceFile]:
    """The files that have to be read."""
    for chunk in batched(sources, _LOOK_UP):
        files = [source for source in chunk if isinstance(source, SourceFile)]
        uris = [file.uri for file in files]
        tally.not_photos += sum(isinstance(source, SkippedFile) for source in chunk)
        problems = [source for source in chunk if isinstance(source, SourceProblem)]
        tally.failed += len(problems)
        tally.done += len(problems)
        with workspace.transaction() as session:
            known = photo_intake.known_tokens(session, uris)
            broken = set() if retry_failed else failures.attempted(session, STAGE, uris)
            here = [file.uri for file in files if known.get(file.uri) == file.state_token]
            tally.rights_recorded += photo_intake.fill_rights_of_files(session, here, rights)
            for problem in sorted(problems, key=lambda each: each.uri):
                failures.supersede(session, STAGE, problem.uri, problem.reason)
        for file in files:
            if known.get(file.uri) == file.state_token:
                tally.known += 1
                tally.done += 1
            elif (file.uri, file.state_token) in broken:
                tally.failed_before += 1
                tally.done += 1
            else:
                yield file


def _admitted(each: Read, stones: Tombstones, tally: _Tally) -> Read:
    """The same, or a problem if it is a photo that was taken down."""
    file, result = each
    if not isinstance(result, Examined):
        return each
    if why := stones.refusal_of(result.facts, lambda: read_bytes(file.uri)):
        tally.taken_down += 1
        return file, PhotoProblem(file.uri, why)
    return each


def _record(
    workspace: Workspace,
    batch: Sequence[Read],
    stones: Tombstones,
    rights: PhotoRights,
    tally: _Tally,
) -> None:
    """Thumbnails first, then one transaction for all rows of the batch.

    Rows are written table by table and sorted, here as in ``_fresh``: two commands that meet the same
    photos in another order then wait for one another in turn, never in a circle.
    """
    thumbnails = {
        file.uri: workspace.media.put(result.thumbnail, THUMBNAIL_SUFFIX)
        for file, result in batch
        if isinstance(result, Examined)
    }
    read = [(file, result.facts) for file, result in batch if isinstance(result, Examined)]
    with workspace.transaction() as session:
        recorded = {
            file.uri: photo_intake.record_photo(session, facts, thumbnails[file.uri], rights)
            for file, facts in sorted(read, key=lambda each: (each[1].sha256, each[0].uri))
        }
        before = photos.keys_at(session, recorded)
        by_uri = sorted(batch, key=lambda each: each[0].uri)
        for file, _ in by_uri:
            if file.uri in recorded:
                photo_intake.record_file(session, file.uri, recorded[file.uri].key, file.state_token)
        for file, result in by_uri:
            if isinstance(result, PhotoProblem):
                failures.supersede(session, STAGE, file.uri, result.reason, file.state_token)
            else:
                failures.forget(session, STAGE, file.uri)
        for sha256 in sorted({facts.sha256 for file, facts in read if not recorded[file.uri].new}):
            # It has just been read: what failed because it was gone deserves another attempt.
            failures.forget(session, "detect", sha256)
            failures.forget(session, "embed", sha256)
        new = [(file.uri, facts) for file, facts in read if recorded[file.uri].new]
        tally.like_taken_down += stones.warn(session, new)
    for uri, (key, fresh, filled) in recorded.items():
        tally.new += fresh
        tally.known += not fresh and before.get(uri) == key
        tally.same_bytes += not fresh and before.get(uri) != key
        tally.rights_recorded += filled
    tally.failed += len(batch) - len(read)
    tally.done += len(batch)
