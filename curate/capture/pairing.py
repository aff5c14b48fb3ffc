"""Which photos of a folder belong together: pairs, triplets and bursts of one tripod position.

What a photo shows is not known here, so which one is the clean plate follows from the order: the last of its
scene, or the first if the photographer works that way. A pair in the wrong order is found by its checks.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal

from curate.capture.found_frames import Doubtful, FoundFrame, FoundGroup, Pairing, found_frame
from curate.capture.repeated_frames import by_name, without_repeats
from curate.capture.scenes import difference, scenes

__all__ = ["Doubtful", "FoundFrame", "FoundGroup", "LongScene", "Pairing", "found_frame", "pair_up"]

LongScene = Literal["ask", "burst", "pairs"]
"""What four or more frames of one scene are: in doubt, one clean plate for all, or pairs in a row."""


def pair_up(
    frames: Sequence[FoundFrame],
    *,
    clean_first: bool = False,
    long_scenes: LongScene = "ask",
    paired: Collection[str] = (),
) -> Pairing:
    """Group frames by the order they were taken in.

    Args:
        frames: In any order. Of files with the same bytes only the first by name counts, and of a shot that
            the camera stored twice only the RAW.
        clean_first: The first frame of each scene is the clean plate, not the last.
        long_scenes: What to make of four or more frames of one scene.
        paired: sha256 of frames that are in pairs already. They are in no place of the answer, and frames on
            either side of them do not belong together.
    """
    kept, repeated = without_repeats(by_name(frames), paired)
    pairing = Pairing(doubtful=repeated)
    for scene in scenes(kept, paired):
        doubt = difference(scene)
        if doubt:
            pairing.doubtful.append(Doubtful(tuple(scene), doubt))
        elif len(scene) > 3 and long_scenes == "ask":
            pairing.doubtful.append(Doubtful(tuple(scene), _too_many(scene), long_scene=True))
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


def _too_many(scene: Sequence[FoundFrame]) -> str:
    return (
        f"{_names(scene)} are {len(scene)} frames of one scene: "
        "say whether they are a burst with one clean plate or pairs in a row."
    )


def _names(scene: Sequence[FoundFrame]) -> str:
    return f"{scene[0].name} to {scene[-1].name}"
