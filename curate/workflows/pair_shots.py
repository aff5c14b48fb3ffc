"""Which files of a tether folder are one shot: rewritten ones, copies, and RAW with JPEG of the same."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import PurePath

from curate.capture.pairing import FoundFrame
from curate.photos.raw_exif import RAW_FORMATS


class Shots:
    """What the folder has held so far, by shot.

    Args:
        stored: Frames of pairs that are there already. A file that was rewritten while nobody watched is
            known by them, if the camera's times are equal; names alone begin anew with every card.
    """

    def __init__(self, stored: Iterable[FoundFrame] = ()) -> None:
        self._stored: dict[tuple[str, datetime | None], FoundFrame] = {
            (_stem(each), each.camera.taken_at): each for each in stored if each.camera.taken_at
        }
        self._latest: dict[str, FoundFrame] = {}
        self._both = False

    def earlier(self, frame: FoundFrame) -> FoundFrame | None:
        """The other file that counts for this shot; None if there is none.

        One shot are files with one name but for its ending, unless the camera's times tell them apart.
        """
        stored = self._stored.get((_stem(frame), frame.camera.taken_at))
        known = self._latest.get(_stem(frame), stored)
        if known is None or known.sha256 == frame.sha256:
            return None
        times = {each.camera.taken_at for each in (known, frame)} - {None}
        return known if len(times) < 2 else None

    def counts(self, frame: FoundFrame) -> None:
        """Let this file stand for its shot."""
        self._latest[_stem(frame)] = frame

    def is_better(self, frame: FoundFrame, earlier: FoundFrame) -> bool:
        """Whether a file takes the place of the one that counted so far: RAW does, and the file rewritten."""
        self._both |= is_raw(frame) != is_raw(earlier)
        return frame.name == earlier.name or (is_raw(frame) and not is_raw(earlier))

    def waits_for_raw(self, frame: FoundFrame) -> bool:
        """Whether the camera stores each shot twice and this is not the RAW, whichever comes first."""
        return self._both and not is_raw(frame)


def is_raw(frame: FoundFrame) -> bool:
    """Whether the file holds the sensor's own pixels."""
    return frame.format in RAW_FORMATS


def _stem(frame: FoundFrame) -> str:
    return PurePath(frame.name).with_suffix("").as_posix().lower()
