"""Follow the folder a tethered camera writes into, and tell each verdict while the tripod still stands."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from curate.capture.pairing import FoundFrame
from curate.database.pair_votes import FAIL
from curate.errors import DecisionError, PhotoError
from curate.photos.sources import SourceFile, find_sources, local_path
from curate.workflows.pair_checking import measuring
from curate.workflows.pair_checks import check, looked_at
from curate.workflows.pair_frames import known
from curate.workflows.pair_intake import Intake, found_frames, name_in, store_file
from curate.workflows.pair_records import PairReport
from curate.workflows.pair_shots import Shots
from curate.workflows.pairs import hand_in, hand_in_all
from curate.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Seen:
    """Something that happened in the folder."""

    name: str
    """The file it is about; of a pair the one that came last."""
    problem: str | None = None
    """Why the file, or the pair it completes, cannot be used."""
    waiting: int = 0
    """Frames of the scene so far, if it is not complete."""
    report: PairReport | None = None
    supersedes: UUID | None = None
    """The failed pair that a re-shot frame took the place of."""


def watch(
    workspace: Workspace,
    folder: Path,
    intake: Intake,
    *,
    frames: int = 2,
    models: bool = True,
    once: bool = False,
    interval: float = 1.0,
) -> Iterator[Seen]:
    """Store each photo once its file rests, and check each scene once its last frame is there.

    A scene is ``frames`` photos in a row: the clean plate is the last of them, or the first if
    ``intake.clean_first``. After a pair that fails, a photo that makes a good pair with the frame that
    was taken first is its re-shot partner, and that pair takes the failed one's place.

    Args:
        once: Stop when nothing new has come for one interval.
        interval: Seconds a file's size and time must stay the same.

    Raises:
        SettingsError: the folder does not exist, or goes away.
    """
    scene = _Scene(workspace, intake, frames, models)
    for file in _resting(folder, interval, once=once):
        name = name_in(folder, file)
        try:
            stored = store_file(workspace, file, name, intake.by)
            (frame,) = found_frames(workspace, {stored.sha256: name})
            yield from scene.add(frame, paired=bool(known(workspace, [stored.sha256])))
        except (PhotoError, DecisionError) as error:
            yield Seen(name, problem=str(error))


class _Scene:
    """The frames that wait for the rest of their scene, and the pair that failed last."""

    def __init__(self, workspace: Workspace, intake: Intake, frames: int, models: bool) -> None:
        self._workspace, self._intake, self._frames, self._models = workspace, intake, frames, models
        self._shots = Shots()
        self._waiting: list[FoundFrame] = []
        self._failed: tuple[UUID, str] | None = None

    def add(self, frame: FoundFrame, *, paired: bool) -> Iterator[Seen]:
        """Take in a stored photo; ``paired`` if it is in a pair already."""
        earlier = self._shots.earlier(frame)
        if paired:
            self._shots.counts(frame)
            self._waiting = [each for each in self._waiting if each not in (earlier, frame)]
        elif earlier:
            yield self._again(frame, earlier)
        elif self._shots.waits_for_raw(frame):
            yield Seen(frame.name, problem="It is left out: this camera stores RAW too, which is waited for.")
        elif frame.sha256 not in (each.sha256 for each in self._waiting):  # else touched, or a copy
            self._shots.counts(frame)
            yield from self._new(frame)

    def _again(self, frame: FoundFrame, earlier: FoundFrame) -> Seen:
        if not self._shots.is_better(frame, earlier) or earlier not in self._waiting:
            return Seen(frame.name, problem=f"This is the same shot as {earlier.name}: it is left out.")
        self._shots.counts(frame)
        self._waiting[self._waiting.index(earlier)] = frame
        return Seen(frame.name, waiting=len(self._waiting))

    def _new(self, frame: FoundFrame) -> Iterator[Seen]:
        if self._failed and not self._waiting and (mended := self._reshot(frame, *self._failed)):
            yield mended
            return
        self._waiting.append(frame)
        if len(self._waiting) < self._frames:
            yield Seen(frame.name, waiting=len(self._waiting))
            return
        scene, self._waiting = self._waiting, []
        clean, shown = (scene[0], scene[1:]) if self._intake.clean_first else (scene[-1], scene[:-1])
        made = hand_in_all(
            self._workspace,
            [each.sha256 for each in shown],
            clean.sha256,
            shoot=self._intake.shoot,
            by=self._intake.by,
            object_name=self._intake.object_name,
        )
        for each in made:
            seen = self._checked(frame.name, each.pair)
            failed = self._frames == 2 and (seen.report is None or seen.report.verdict == FAIL)
            self._failed = (each.pair, scene[0].sha256) if failed else None
            yield seen

    def _checked(self, name: str, pair: UUID, supersedes: UUID | None = None) -> Seen:
        try:
            with measuring(pair):
                report = check(self._workspace, pair, models=self._models)
        except PhotoError as error:
            return Seen(name, problem=str(error), supersedes=supersedes)
        return Seen(name, report=report, supersedes=supersedes)

    def _reshot(self, frame: FoundFrame, failed: UUID, kept: str) -> Seen | None:
        """The pair of the frame that was kept and its new partner, if that one does not fail."""
        pair = (kept, frame.sha256)
        factual, counterfactual = reversed(pair) if self._intake.clean_first else pair
        try:
            with measuring(failed):
                if looked_at(self._workspace, factual, counterfactual).verdict == FAIL:
                    return None
            made = hand_in(
                self._workspace,
                factual,
                counterfactual,
                shoot=self._intake.shoot,
                by=self._intake.by,
                object_name=self._intake.object_name,
                supersedes=failed,
            )
        except PhotoError:  # no partner of it; what is wrong with the photo is told with its own scene
            return None
        except DecisionError:  # somebody mended the failed pair meanwhile, in the app
            self._failed = None
            return None
        self._failed = None
        return self._checked(frame.name, made.pair, failed)


def _resting(folder: Path, interval: float, *, once: bool) -> Iterator[SourceFile]:
    """Each file once, in the order they were written, when it is as it was one interval ago."""
    before: dict[str, str] = {}
    given: dict[str, str] = {}
    while True:
        files = [found for found in find_sources([str(folder)]) if isinstance(found, SourceFile)]
        fresh = [file for file in files if given.get(file.uri) != file.state_token]
        rested = [file for file in fresh if before.get(file.uri) == file.state_token and file.byte_count]
        for file in sorted(rested, key=_written):
            given[file.uri] = file.state_token
            yield file
        if once and not rested and before == {file.uri: file.state_token for file in files}:
            return
        before = {file.uri: file.state_token for file in files}
        time.sleep(interval)


def _written(file: SourceFile) -> tuple[int, str]:
    path = local_path(file.uri)
    return (path.stat().st_mtime_ns if path.exists() else 0), file.uri
