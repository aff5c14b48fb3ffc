"""What is known and measured about a counterfactual pair, as frozen records.

A *working* array lies on the working copy of a frame: long side at most ``thresholds.WORKING_SIDE`` pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from curate.pair_verdicts import Reason
from curate.records import Box, Detection

Verdict = Literal["pass", "warn", "fail"]
RegionKind = Literal["object", "shadow", "reflection", "other"]

Mask = NDArray[np.bool_]
Plane = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class CameraSettings:
    """What EXIF says about how a frame was taken; None where it says nothing."""

    make: str | None = None
    model: str | None = None
    lens: str | None = None
    focal_length: float | None = None
    """Millimetres, as engraved (not the 35 mm equivalent)."""
    aperture: float | None = None
    """f-number."""
    shutter: float | None = None
    """Exposure time in seconds."""
    iso: int | None = None
    white_balance: str | None = None
    flash: bool | None = None
    """True if it fired."""
    taken_at: datetime | None = None
    """Camera's local time, without a zone."""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One decoded photo of a pair."""

    sha256: str
    """Hex digest of the file's bytes."""
    format: str
    """Name by content: JPEG, PNG, TIFF, HEIF, AVIF or the RAW format's name."""
    bits: int
    """8 or 16 per channel, as stored."""
    pixels: NDArray[np.uint8] | NDArray[np.uint16]
    """[H, W, 3] RGB, sRGB-coded, upright, full size."""
    working: NDArray[np.float32]
    """[h, w, 3] RGB, sRGB-coded 0..1, area-averaged from ``pixels``, never enlarged."""
    camera: CameraSettings = CameraSettings()

    @property
    def width(self) -> int:
        """Full-size pixels."""
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        """Full-size pixels."""
        return int(self.pixels.shape[0])

    @property
    def reduction(self) -> float:
        """Full-size pixels per working pixel, >= 1."""
        return max(self.width, self.height) / float(max(self.working.shape[:2]))


@dataclass(frozen=True, slots=True, eq=False)
class Alignment:
    """How the counterfactual's camera stands against the factual's."""

    dx: float
    """Working pixels the scene's centre moved to the right, from factual to counterfactual."""
    dy: float
    """Working pixels the scene's centre moved down."""
    rotation: float
    """Degrees, clockwise on the screen."""
    scale: float
    """1 is unchanged."""
    corner: float
    """Largest displacement of a corner of the photo, full-size pixels."""
    certain: bool
    """False if the background has too little structure, or nothing of it was found again."""
    matrix: NDArray[np.float32]
    """[2, 3]: a factual working coordinate (x, y, 1) to its counterfactual working coordinate."""
    overlap: float
    """Share 0..1 of the structured blocks found again once aligned; low for two different scenes."""


@dataclass(frozen=True, slots=True)
class Light:
    """Brightness and colour of the unchanged background, counterfactual against factual."""

    ev: float
    """Stops; positive if the counterfactual is brighter."""
    white_balance: tuple[float, float]
    """Stops of red and of blue relative to green."""
    gradient: float
    """Stops between the places of the frame that changed least and most, of a smooth fit."""
    gain: tuple[float, float, float]
    """Linear-light factor counterfactual / factual of R, G and B."""
    clipped: float
    """Share 0..1 of the factual in which a channel is at its end."""
    certain: bool
    """False if too little unchanged, well exposed background was there to measure on."""


@dataclass(frozen=True, slots=True)
class Noise:
    """Noise of the difference of two frames: variance = floor + slope * signal, sRGB-coded 0..1."""

    floor: float
    slope: float
    sigma: float
    """Noise of one frame at mid grey, 8-bit steps."""


@dataclass(frozen=True, slots=True)
class Focus:
    """Sharpness and clipping of the unchanged background."""

    sharpness: float
    """Amplitude of the counterfactual's fine structure over the factual's, noise taken off; 1 is alike."""
    clipped_factual: float
    """Share 0..1 of the pixels at the lowest or highest value."""
    clipped_counterfactual: float


@dataclass(frozen=True, slots=True)
class Region:
    """One connected piece of change."""

    kind: RegionKind
    box: Box
    """Working pixels."""
    share: float
    """Of the frame's area, 0..1."""
    peak: float
    """Highest z inside."""
    darkening: float
    """Median stops by which the factual is darker; negative where it is brighter."""
    roughness: float
    """Stops by which the light ratio varies close by, as a median: low in a shadow, high on an object."""
    attached: bool
    """True if it is, or touches, the object's region."""


@dataclass(frozen=True, slots=True)
class Order:
    """Which of the frames holds the object, as far as pixels tell."""

    seam: float
    """How much better the counterfactual continues across the outline, -1..1; negative speaks for a swap."""
    shadow: float
    """Signed share of the effect's area that is darker in the factual, -1..1."""
    score: float
    """Log-odds that the order is right; negative if the frames are swapped."""
    against: float
    """Share 0..1 of the object's outline along which the counterfactual, not the factual, has the edge."""


@dataclass(frozen=True, slots=True)
class Framing:
    """How the object sits in the frame."""

    share: float
    """Object's area over the frame's, 0..1."""
    border: float
    """Share of the frame's border that the object covers, 0..1."""
    lower_border: float
    """Share of the lower border that object and effect cover, 0..1."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One check's outcome."""

    check: str
    """Machine name, such as ``shift`` or ``exposure``."""
    verdict: Verdict
    number: float | None
    threshold: float | None
    """The limit that ``number`` was held against."""
    unit: str
    sentence: str
    """For the photographer: what is seen and what to do."""
    reason: Reason | None = None
    """Reject reason this speaks for; None if it passes or is advice."""


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """Everything that pixels and EXIF tell about a pair, before any judgement.

    All masks and planes are working arrays [h, w] in the factual's coordinates.
    """

    factual_sha256: str
    counterfactual_sha256: str
    width: int
    """Full-size pixels of the factual."""
    height: int
    obstacle: Finding | None
    """Why nothing else could be measured; then the records below are neutral, the arrays without change."""
    cameras: tuple[CameraSettings, CameraSettings]
    """Factual's, counterfactual's."""
    alignment: Alignment
    light: Light
    noise: Noise
    focus: Focus
    change: Plane
    """z: how many standard deviations of noise the frames differ by; >= 0."""
    regions: tuple[Region, ...]
    """Largest first."""
    order: Order
    framing: Framing
    object_mask: Mask
    effect_mask: Mask
    shadow_mask: Mask
    reflection_mask: Mask
    other_mask: Mask
    """Change that belongs neither to the object nor to its effect."""
    alpha: Plane
    """0..1: (Y - X) / (Y + eps) on the effect, 0 elsewhere."""
    mask_given: bool
    """True if the object mask is the photographer's own."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What models found, handed in by the caller. None: was not asked."""

    boxes_factual: Sequence[Detection] | None = None
    """Full-size pixels of the upright factual."""
    boxes_counterfactual: Sequence[Detection] | None = None
    cosine: float | None = None
    """Of the embeddings of crop(X, M) and crop(Y, M), -1..1."""


@dataclass(frozen=True, slots=True, eq=False)
class PairCheck:
    """The verdict on a pair and what it rests on. Masks are working arrays [h, w] on the factual."""

    verdict: Verdict
    sentence: str
    """The worst finding first, for the photographer."""
    findings: tuple[Finding, ...]
    """Worst first."""
    measured: Measured
    object_mask: Mask
    effect_mask: Mask
    shadow_mask: Mask
    reflection_mask: Mask
    alpha: Plane
    swapped: bool
    """True if the frames look exchanged: the one called counterfactual holds the object."""

    def numbers(self) -> dict[str, object]:
        """Everything measured, as JSON values."""
        measured = self.measured
        plain = {"alignment": measured.alignment, "light": measured.light, "noise": measured.noise}
        plain |= {"focus": measured.focus, "order": measured.order, "framing": measured.framing}
        return {
            "verdict": self.verdict,
            "sentence": self.sentence,
            "swapped": self.swapped,
            "size": [measured.width, measured.height],
            "mask_given": measured.mask_given,
            "areas": {
                "object": float(self.object_mask.mean()),
                "shadow": float(self.shadow_mask.mean()),
                "reflection": float(self.reflection_mask.mean()),
                "other": float(measured.other_mask.mean()),
            },
            **{name: _json(record) for name, record in plain.items()},
            "regions": [_json(region) for region in measured.regions],
            "findings": [_json(finding) for finding in self.findings],
        }


def _json(value: Any) -> Any:
    """A record as JSON values."""
    if is_dataclass(value):
        return {field.name: _json(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, tuple):
        return [_json(part) for part in value]
    return value
