"""Scenes: photos in a row that look alike and follow each other quickly, taken from one tripod position."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import timedelta
from itertools import pairwise

from curate.capture.camera_settings import compare
from curate.capture.found_frames import FoundFrame

ALIKE_BITS = 22
"""Of the 64 bits of the perceptual hash that two frames of one scene may differ by. Of 10 composed pairs with
objects of 2-40 % of the frame the two frames differed by 6-20 bits, 45 pairs of different scenes by 26-38."""
LONGEST_GAP = timedelta(minutes=5)
"""Between two frames of one scene: time to carry a chair out of the picture. ours"""
LONE_GAP = timedelta(minutes=1)
"""Between two frames that do not look alike and have nobody else: a large object makes the hash differ by
more than ``ALIKE_BITS``, and the checks tell whether they show one scene. ours"""


def scenes(frames: Sequence[FoundFrame], paired: Collection[str] = ()) -> Iterator[list[FoundFrame]]:
    """Frames that are in no pair yet, scene by scene; those that are part their neighbours.

    Args:
        frames: Each shot once, sorted by name.
        paired: sha256 of those that are in pairs already.
    """
    row: list[FoundFrame] = []
    for frame in _in_order(frames):
        if frame.sha256 not in paired:
            row.append(frame)
            continue
        yield from _with_lone_neighbours(list(_alike(row)))
        row = []
    yield from _with_lone_neighbours(list(_alike(row)))


def difference(frames: Sequence[FoundFrame]) -> str | None:
    """Why frames that were taken in a row cannot be grouped without a person, None if they can."""
    first = frames[0]
    if len(frames) == 1:
        return f"{first.name} has no partner: take its other frame, or pair it by hand."
    for other in frames[1:]:
        both = f"{first.name} and {other.name} look alike"
        if (other.width, other.height) != (first.width, first.height):
            return f"{both}, but differ in size: hand in the originals of both."
        for finding in compare(first.camera, other.camera):
            if finding.verdict != "pass":
                what = finding.sentence.partition(":")[0]
                return f"{both}, but {what[:1].lower()}{what[1:]}: pair them by hand if they belong together."
    return None


def _alike(frames: Sequence[FoundFrame]) -> Iterator[list[FoundFrame]]:
    scene: list[FoundFrame] = []
    for frame in frames:
        if scene and not _follows(scene[-1], frame):
            yield scene
            scene = []
        scene.append(frame)
    if scene:
        yield scene


def _follows(earlier: FoundFrame, later: FoundFrame) -> bool:
    if (earlier.perceptual_hash ^ later.perceptual_hash).bit_count() > ALIKE_BITS:
        return False
    gap = _gap(earlier, later)
    return gap is None or gap <= LONGEST_GAP


def _with_lone_neighbours(found: Sequence[list[FoundFrame]]) -> Iterator[list[FoundFrame]]:
    """Scenes, with two that have one frame each joined if either has no other such neighbour."""
    close = [False, *(_are_close(*two) for two in pairwise(found)), False]
    for place, scene in enumerate(found):
        before, after = close[place], close[place + 1]
        if before and not after and not close[place - 1]:
            continue  # went with the one before
        alone = after and not before and not close[place + 2]
        yield [*scene, *found[place + 1]] if alone else scene


def _are_close(one: Sequence[FoundFrame], other: Sequence[FoundFrame]) -> bool:
    if len(one) > 1 or len(other) > 1 or difference([*one, *other]):
        return False
    gap = _gap(one[0], other[0])
    return gap is not None and gap <= LONE_GAP


def _gap(earlier: FoundFrame, later: FoundFrame) -> timedelta | None:
    before, after = earlier.camera.taken_at, later.camera.taken_at
    return None if before is None or after is None else after - before


def _in_order(frames: Sequence[FoundFrame]) -> list[FoundFrame]:
    """By the camera's clock if all frames have its time, else as they come."""
    timed = [(frame.camera.taken_at, number) for number, frame in enumerate(frames) if frame.camera.taken_at]
    return [frames[number] for _, number in sorted(timed)] if len(timed) == len(frames) else list(frames)
