"""Follow the folder a tethered camera writes into, and tell each verdict while the tripod still stands."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from curate.database.pair_votes import FAIL
from curate.errors import PhotoError
from curate.photos.sources import SourceFile, find_sources, local_path
from curate.workflows.pair_checks import check, looked_at
from curate.workflows.pair_frames import known
from curate.workflows.pair_intake import Intake, name_in, store_file
from curate.workflows.pair_records import PairReport
from curate.workflows.pairs import hand_in, hand_in_all
from curate.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Seen:
    """Something that happened in the folder."""

    name: str
    """The file it is about; of a pair the one that came last."""
    problem: str | None = None
    """Why the file cannot be used."""
    waiting: int = 0
    """Frames of the scene so far, if it is not complete."""
    report: PairReport | None = None
    supersedes: UUID | None = None
    """The failed pair that a re-shot frame took the place of."""


@dataclass(frozen=True, slots=True)
class _Arrived:
    sha256: str
    name: str


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
            if not known(workspace, [stored.sha256]):
                yield from scene.add(_Arrived(stored.sha256, name))
        except PhotoError as error:
            yield Seen(name, problem=str(error))


class _Scene:
    """The frames that wait for the rest of their scene, and the pair that failed last."""

    def __init__(self, workspace: Workspace, intake: Intake, frames: int, models: bool) -> None:
        self._workspace, self._intake, self._frames, self._models = workspace, intake, frames, models
        self._waiting: list[_Arrived] = []
        self._failed: tuple[UUID, str] | None = None

    def add(self, frame: _Arrived) -> Iterator[Seen]:
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
            report = check(self._workspace, each.pair, models=self._models)
            failed = report.verdict == FAIL and self._frames == 2
            self._failed = (each.pair, scene[0].sha256) if failed else None
            yield Seen(frame.name, report=report)

    def _reshot(self, frame: _Arrived, failed: UUID, kept: str) -> Seen | None:
        """The pair of the frame that was kept and its new partner, if that one does not fail."""
        pair = (kept, frame.sha256)
        factual, counterfactual = reversed(pair) if self._intake.clean_first else pair
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
        report = check(self._workspace, made.pair, models=self._models)
        self._failed = None
        return Seen(frame.name, report=report, supersedes=failed)


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
