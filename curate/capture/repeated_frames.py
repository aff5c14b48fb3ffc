"""Files of a folder that hold one shot twice: the same bytes again, or RAW and JPEG of one camera."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from pathlib import PurePath

from curate.capture.found_frames import Doubtful, FoundFrame
from curate.photos.raw_exif import RAW_FORMATS

_Same = Callable[[FoundFrame], tuple[object, str]]


def by_name(frames: Sequence[FoundFrame]) -> list[FoundFrame]:
    """Sorted as people count: IMG_9 before IMG_10."""
    return sorted(frames, key=lambda frame: _natural(frame.name))


def without_repeats(
    frames: Sequence[FoundFrame], paired: Collection[str]
) -> tuple[list[FoundFrame], list[Doubtful]]:
    """One file of each shot, and those that are left out.

    Args:
        frames: In the order in which the first of a shot counts, after those in pairs and then RAW.
        paired: sha256 of those that are in pairs already.
    """
    kept, left_out = list(frames), list[Doubtful]()
    for same in (_bytes, _shot):
        kept, repeated = _first_of_each(kept, same, paired)
        left_out += repeated
    return kept, left_out


def _first_of_each(
    frames: Sequence[FoundFrame], same: _Same, paired: Collection[str]
) -> tuple[list[FoundFrame], list[Doubtful]]:
    kept: dict[object, FoundFrame] = {}
    repeated = []
    for frame in sorted(frames, key=lambda each: (each.sha256 not in paired, each.format not in RAW_FORMATS)):
        identity, what = same(frame)
        original = kept.setdefault(identity, frame)
        if original is not frame:
            sentence = f"{frame.name} {what} {original.name}: it is left out."
            repeated.append(Doubtful((frame,), sentence, left_out=True))
    return [frame for frame in frames if any(frame is each for each in kept.values())], repeated


def _bytes(frame: FoundFrame) -> tuple[object, str]:
    return frame.sha256, "holds the same bytes as"


def _shot(frame: FoundFrame) -> tuple[object, str]:
    """One name and one time: a camera that stores RAW and JPEG of each shot."""
    stem, time = PurePath(frame.name).with_suffix("").as_posix().lower(), frame.camera.taken_at
    return (stem, time) if time else frame.name, "is the same shot as"


def _natural(name: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", name.lower())]
