"""Follow the folder a tethered camera writes into, and tell each verdict while the tripod still stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from curate.errors import DecisionError, PhotoError
from curate.workflows.pair_frames import known
from curate.workflows.pair_intake import Intake, found_frames, name_in, store_file
from curate.workflows.pair_scene import Scene, Seen
from curate.workflows.pair_tether import resting_files
from curate.workspace import Workspace

__all__ = ["Seen", "watch"]


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
    ``intake.clean_first``. After a pair that fails, a photo that makes a good pair with either of its frames
    is the re-shot other one, and that pair takes the failed one's place; see ``pair_mending``. One that does
    in more than one way, or holds a thing in the last one's place, begins a scene.

    Ended and begun again it goes on as if it had not been: what is in pairs, and how they stand, is asked of
    the database, and the files of the folder pass in the order in which they were written.

    Args:
        once: Stop when nothing new has come for one interval.
        interval: Seconds a file's size and time must stay the same.

    Raises:
        SettingsError: the folder does not exist, or goes away.
    """
    scene = Scene(workspace, intake, frames, models)
    for file in resting_files(folder, interval, once=once):
        name = name_in(folder, file)
        try:
            stored = store_file(workspace, file, name, intake.by)
            (frame,) = found_frames(workspace, {stored.sha256: name})
            for seen in scene.add(frame, paired=bool(known(workspace, [stored.sha256]))):
                yield replace(seen, waiting=scene.waiting)
        except (PhotoError, DecisionError) as error:
            yield Seen(name, problem=str(error), waiting=scene.waiting)
