"""Which of the files that somebody sent are pairs. What is paired already parts what is not."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from curate.capture.pairing import FoundFrame, LongScene, Pairing, pair_up
from curate.capture.scenes import ALIKE_BITS
from curate.workflows.pair_frames import known
from curate.workflows.pair_intake import found_frames
from curate.workflows.pair_readings import read_left_out, read_triplets
from curate.workspace import Workspace


def proposed(
    workspace: Workspace,
    sha256s: Collection[str],
    sent: Mapping[str, str],
    *,
    long_scenes: LongScene = "ask",
    viewer: str | None = None,
) -> Pairing:
    """Which of these stored frames belong together; nothing is stored or measured.

    Args:
        sha256s: Of the frames that are to be paired; those in pairs that the viewer may see, and those that
            were not sent, are in no place of the answer.
        sent: Names of all frames of the sender by sha256; they tell the order where the camera's clock does
            not. Those in pairs part the others.

    Raises:
        NotFoundError: one of those to be paired was not stored, or is nothing the viewer sent or may see.
    """
    found = found_frames(workspace, {each: sent[each] for each in sha256s if each in sent}, viewer)
    paired = known(workspace, sent, viewer)
    others = {each: sent[each] for each in paired if each not in sha256s}
    found += _between(found, found_frames(workspace, others, viewer), paired)
    pairing = pair_up(found, long_scenes=long_scenes, paired=paired.keys())
    pairing.doubtful = [each for each in pairing.doubtful if each.frames[0].sha256 not in paired]
    read_left_out(pairing, found, paired, growing=True)
    return pairing


def measured_scene(
    workspace: Workspace, sha256s: Collection[str], sent: Mapping[str, str], viewer: str | None = None
) -> Pairing:
    """What three stored frames of a scene are by what is measured; nothing is stored.

    Args:
        sha256s: As for ``proposed``.
        sent: Likewise.

    Raises:
        NotFoundError: as for ``proposed``.
    """
    pairing = proposed(workspace, sha256s, sent, viewer=viewer)
    read_triplets(workspace, pairing, clean_first=False)
    return pairing


def _between(
    found: Sequence[FoundFrame], others: Sequence[FoundFrame], paired: Mapping[str, Collection[UUID]]
) -> list[FoundFrame]:
    """Those of the paired frames that may stand between the frames to be paired.

    Both of a pair, if either looks like a frame to be paired: a second camera takes other scenes at the same
    time. What has the same place in the order is another file of the same shot, which may be sent again.
    """
    timed = all(each.camera.taken_at for each in found)

    def place(frame: FoundFrame) -> object:
        return frame.camera.taken_at if timed else frame.name

    taken = {None, *map(place, found)}
    placed = [each for each in others if place(each) not in taken]
    near = {pair for each in placed if _looks_like_any(each, found) for pair in paired[each.sha256]}
    return [each for each in placed if not near.isdisjoint(paired[each.sha256])]


def _looks_like_any(frame: FoundFrame, others: Sequence[FoundFrame]) -> bool:
    return any((frame.perceptual_hash ^ each.perceptual_hash).bit_count() <= ALIKE_BITS for each in others)
