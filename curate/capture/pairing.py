"""Which photos of a folder belong together: pairs, triplets and bursts of one tripod position.

Photos in a row belong to one *scene* while they look alike and follow each other quickly. What a photo shows
is not known here, so which one is the clean plate follows from the order: the last of its scene, or the first
if the photographer works that way. A pair in the wrong order is found by its checks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import PurePath
from typing import Literal

from curate.capture.camera_settings import camera_settings, compare
from curate.capture.records import CameraSettings
from curate.photos.raw_exif import RAW_FORMATS
from curate.records import PhotoFacts

ALIKE_BITS = 22
"""Of the 64 bits of the perceptual hash that two frames of one scene may differ by. Of 10 composed pairs with
objects of 2-40 % of the frame the two frames differed by 6-20 bits, 45 pairs of different scenes by 26-38."""
LONGEST_GAP = timedelta(minutes=5)
"""Between two frames of one scene: time to carry a chair out of the picture. ours"""

LongScene = Literal["ask", "burst", "pairs"]
"""What four or more frames of one scene are: in doubt, one clean plate for all, or pairs in a row."""


@dataclass(frozen=True, slots=True)
class FoundFrame:
    """A photo that may be a frame of a pair."""

    name: str
    """File name, with folders if there are several."""
    sha256: str
    format: str
    """Name by content, as in ``PhotoFacts``."""
    camera: CameraSettings
    width: int
    """Upright pixels."""
    height: int
    perceptual_hash: int
    """64 bits, unsigned, of the upright photo."""


@dataclass(frozen=True, slots=True)
class FoundGroup:
    """A clean plate and the frames that show an object in front of it."""

    counterfactual: FoundFrame
    factuals: tuple[FoundFrame, ...]
    """In the order they were taken; one for a pair, two for a triplet, three or more for a burst."""


@dataclass(frozen=True, slots=True)
class Doubtful:
    """Frames somebody has to pair by hand."""

    frames: tuple[FoundFrame, ...]
    sentence: str
    """Why, and what to do."""


@dataclass(slots=True)
class Pairing:
    """All frames of a folder, each in one place."""

    pairs: list[FoundGroup] = field(default_factory=list)
    triplets: list[FoundGroup] = field(default_factory=list)
    bursts: list[FoundGroup] = field(default_factory=list)
    doubtful: list[Doubtful] = field(default_factory=list)


def found_frame(name: str, facts: PhotoFacts) -> FoundFrame:
    """A frame from what ingest learned of a photo."""
    return FoundFrame(
        name=name,
        sha256=facts.sha256,
        format=facts.format,
        camera=camera_settings(facts.exif),
        width=facts.width,
        height=facts.height,
        perceptual_hash=facts.perceptual_hash,
    )


def pair_up(
    frames: Sequence[FoundFrame], *, clean_first: bool = False, long_scenes: LongScene = "ask"
) -> Pairing:
    """Group frames by the order they were taken in.

    Args:
        frames: In any order. Of files with the same bytes only the first by name counts, and of a shot that
            the camera stored twice only the RAW.
        clean_first: The first frame of each scene is the clean plate, not the last.
        long_scenes: What to make of four or more frames of one scene.
    """
    pairing = Pairing()
    by_name = sorted(frames, key=lambda frame: _natural(frame.name))
    for same in (_bytes, _shot):
        by_name, left_out = _first_of_each(by_name, same)
        pairing.doubtful.extend(left_out)
    for scene in _scenes(_in_order(by_name)):
        doubt = _doubt(scene)
        if doubt:
            pairing.doubtful.append(Doubtful(tuple(scene), doubt))
        elif len(scene) > 3 and long_scenes == "ask":
            pairing.doubtful.append(Doubtful(tuple(scene), _too_many(scene)))
        elif len(scene) > 3 and long_scenes == "pairs":
            _add_in_twos(pairing, scene, clean_first)
        else:
            _add(pairing, scene, clean_first)
    return pairing


def _add(pairing: Pairing, scene: Sequence[FoundFrame], clean_first: bool) -> None:
    clean, objects = (scene[0], scene[1:]) if clean_first else (scene[-1], scene[:-1])
    groups = {2: pairing.pairs, 3: pairing.triplets}.get(len(scene), pairing.bursts)
    groups.append(FoundGroup(clean, tuple(objects)))


def _add_in_twos(pairing: Pairing, scene: Sequence[FoundFrame], clean_first: bool) -> None:
    if len(scene) % 2:
        sentence = f"{_names(scene)} are an odd number of frames of one scene: pair them by hand."
        pairing.doubtful.append(Doubtful(tuple(scene), sentence))
        return
    for start in range(0, len(scene), 2):
        _add(pairing, scene[start : start + 2], clean_first)


def _scenes(frames: Sequence[FoundFrame]) -> Iterator[list[FoundFrame]]:
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
    before, after = earlier.camera.taken_at, later.camera.taken_at
    return before is None or after is None or after - before <= LONGEST_GAP


def _doubt(scene: Sequence[FoundFrame]) -> str | None:
    """Why a scene cannot be grouped without a person, None if it can."""
    first = scene[0]
    if len(scene) == 1:
        return f"{first.name} has no partner: take its other frame, or pair it by hand."
    for other in scene[1:]:
        both = f"{first.name} and {other.name} look alike"
        if (other.width, other.height) != (first.width, first.height):
            return f"{both}, but differ in size: hand in the originals of both."
        for finding in compare(first.camera, other.camera):
            if finding.verdict != "pass":
                what = finding.sentence.partition(":")[0]
                return f"{both}, but {what[:1].lower()}{what[1:]}: pair them by hand if they belong together."
    return None


def _too_many(scene: Sequence[FoundFrame]) -> str:
    return (
        f"{_names(scene)} are {len(scene)} frames of one scene: "
        "say whether they are a burst with one clean plate or pairs in a row."
    )


def _first_of_each(
    frames: Sequence[FoundFrame], same: Callable[[FoundFrame], tuple[object, str]]
) -> tuple[list[FoundFrame], list[Doubtful]]:
    """Frames without those that repeat an earlier one, and these; RAW counts as earlier than all others."""
    kept: dict[object, FoundFrame] = {}
    repeated = []
    for frame in sorted(frames, key=lambda frame: frame.format not in RAW_FORMATS):
        identity, what = same(frame)
        original = kept.setdefault(identity, frame)
        if original is not frame:
            sentence = f"{frame.name} {what} {original.name}: it is left out."
            repeated.append(Doubtful((frame,), sentence))
    return [frame for frame in frames if any(frame is each for each in kept.values())], repeated


def _bytes(frame: FoundFrame) -> tuple[object, str]:
    return frame.sha256, "holds the same bytes as"


def _shot(frame: FoundFrame) -> tuple[object, str]:
    """One name and one time: a camera that stores RAW and JPEG of each shot."""
    stem, time = PurePath(frame.name).with_suffix("").as_posix().lower(), frame.camera.taken_at
    return (stem, time) if time else frame.name, "is the same shot as"


def _in_order(frames: Sequence[FoundFrame]) -> list[FoundFrame]:
    """By the camera's clock if all frames have its time, else by name; ``frames`` come sorted by name."""
    timed = [(frame.camera.taken_at, number) for number, frame in enumerate(frames) if frame.camera.taken_at]
    return [frames[number] for _, number in sorted(timed)] if len(timed) == len(frames) else list(frames)


def _natural(name: str) -> list[tuple[int, str]]:
    """Sorts IMG_9 before IMG_10."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", name.lower())]


def _names(scene: Sequence[FoundFrame]) -> str:
    return f"{scene[0].name} to {scene[-1].name}"
