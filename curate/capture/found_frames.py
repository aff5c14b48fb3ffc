"""Photos of a folder that may be frames of pairs, and how they were grouped."""

from __future__ import annotations

from dataclasses import dataclass, field

from curate.capture.camera_settings import camera_settings
from curate.capture.records import CameraSettings
from curate.records import PhotoFacts


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
    """Frames that became no pair."""

    frames: tuple[FoundFrame, ...]
    sentence: str
    """Why, and what to do."""
    left_out: bool = False
    """True if nobody has to pair them: their shot went wrong, or is there in another file."""
    long_scene: bool = False
    """True if saying what long scenes are would settle it; see ``pair_up``."""


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
