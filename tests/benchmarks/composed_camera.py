"""The camera of composed pairs: from linear light on a canvas to the bytes of a photo file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

MARGIN = 0.03
"""Of the canvas's long side, on every side: a moved camera must not see the canvas end."""
LOBES = 4
"""Of the Lanczos kernel that samples the canvas."""
MID_GREY = 0.18
"""Linear light at which ``sigma`` is stated."""
READ_SHARE = 0.1
"""Of the noise's variance at mid grey that does not grow with the light."""
_DECODE = np.where(
    np.arange(256) <= 10.31, np.arange(256) / 255 / 12.92, ((np.arange(256) / 255 + 0.055) / 1.055) ** 2.4
).astype(np.float32)


def from_srgb(pixels: NDArray[np.uint8]) -> Floats:
    """Linear light 0..1."""
    return _DECODE[pixels]


def to_srgb(linear: Floats) -> Floats:
    """sRGB-coded 0..1, clipped."""
    light = np.clip(linear, 0, 1)
    return np.where(light <= 0.0031308, 12.92 * light, 1.055 * np.power(light, 1 / 2.4) - 0.055)


@dataclass(slots=True, eq=False)
class Exposure:
    """What differs between the two frames at the camera."""

    shift: tuple[float, float] = (0.0, 0.0)
    """Frame pixels the scene moves right and down."""
    rotation: float = 0.0
    """Degrees, clockwise on the screen, about the frame's centre."""
    zoom: float = 1.0
    viewpoint: NDArray[np.float64] | None = None
    """[3, 3] on frame pixels, on top of the motion above."""
    gain: Floats = field(default_factory=lambda: np.ones(3, np.float32))
    """Linear-light factor of R, G and B."""
    light: Floats | None = None
    """[h, w] linear-light factor over the frame."""
    kernel: Floats | None = None
    """Blur at the frame's resolution."""


@dataclass(slots=True)
class Camera:
    """What both frames share."""

    height: int
    width: int
    """Pixels of the frames."""
    oversampling: float
    """Canvas pixels per frame pixel."""
    phase: tuple[float, float]
    """Canvas pixels by which the pixel grid is off: the factual is resampled too."""
    sigma: float
    quality: int | None
    grain: float
    """Blur of the noise in frame pixels, as a converter's denoising leaves it; 0 is none."""
    vignette: float
    """Light lost in the corners, 0..1."""

    @classmethod
    def drawn(
        cls, rng: np.random.Generator, side: int, sigmas: Sequence[float], qualities: Sequence[int | None]
    ) -> Camera:
        aspect = rng.choice([1, 4 / 5, 3 / 4, 2 / 3, 2 / 3])
        short = round(side * aspect)
        height, width = (side, short) if rng.random() < 0.5 else (short, side)
        return cls(
            height=height,
            width=width,
            oversampling=2.0 if side <= 1500 else 1.0,
            phase=tuple(rng.uniform(-1, 1, 2).tolist()),
            sigma=float(sigmas[rng.integers(len(sigmas))]),
            quality=qualities[rng.integers(len(qualities))],
            grain=float(rng.choice([0.0, 0.5])),
            vignette=float(rng.uniform(0, 0.3)),
        )

    @property
    def working(self) -> float:
        """Frame pixels per pixel of a 1024-px copy."""
        return max(self.height, self.width) / 1024

    @property
    def border(self) -> int:
        """Canvas pixels around the frame."""
        return round(MARGIN * self.oversampling * max(self.height, self.width))

    @property
    def canvas(self) -> tuple[int, int]:
        """Height and width."""
        height, width = (
            round(size * self.oversampling) + 2 * self.border for size in (self.height, self.width)
        )
        return height, width

    def seen(self, canvas: Floats, exposure: Exposure) -> Floats:
        """Linear light [height, width, k] that falls on the frame's pixels."""
        fine = self._fine(exposure)
        size = (round(self.width * self.oversampling), round(self.height * self.oversampling))
        if np.allclose(fine[:, :2], np.eye(3)[:, :2]):
            moved = _slid(canvas, -fine[:2, 2], size)
        else:
            moved = cv2.warpPerspective(
                canvas, fine, size, flags=cv2.INTER_LANCZOS4, borderMode=cv2.BORDER_REFLECT_101
            )
        return cv2.resize(moved, (self.width, self.height), interpolation=cv2.INTER_AREA)

    def taken(self, canvas: Floats, exposure: Exposure, rng: np.random.Generator) -> bytes:
        """A photo file."""
        light = self.seen(canvas, exposure)
        if exposure.kernel is not None:
            light = cv2.filter2D(light, -1, exposure.kernel, borderType=cv2.BORDER_REFLECT_101)
        light *= exposure.gain * self._falloff()[..., None]
        if exposure.light is not None:
            light *= exposure.light[..., None]
        coded = to_srgb(self._noisy(light, rng)) * 255
        pixels = np.rint(coded).astype(np.uint8)[..., ::-1]
        if self.quality is None:
            return cv2.imencode(".png", pixels, [cv2.IMWRITE_PNG_COMPRESSION, 1])[1].tobytes()
        return cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, self.quality])[1].tobytes()

    def motion(self, factual: Exposure, counterfactual: Exposure, side: int) -> NDArray[np.float64]:
        """[2, 3]: factual to counterfactual coordinates on a copy with that long side."""
        factor = side / max(self.height, self.width)
        # Pixel centres lie at whole numbers on both copies.
        copy = np.array([[factor, 0, (factor - 1) / 2], [0, factor, (factor - 1) / 2], [0, 0, 1]])
        between = self._motion(counterfactual) @ np.linalg.inv(self._motion(factual))
        return (copy @ between @ np.linalg.inv(copy))[:2]

    def _fine(self, exposure: Exposure) -> NDArray[np.float64]:
        """Canvas coordinates to those of the frame before area-averaging."""
        over = self.oversampling
        frame = np.array([[over, 0, (over - 1) / 2], [0, over, (over - 1) / 2], [0, 0, 1]])
        place = np.eye(3)
        place[:2, 2] = -self.border + np.array(self.phase)
        return frame @ self._motion(exposure) @ np.linalg.inv(frame) @ place

    def _motion(self, exposure: Exposure) -> NDArray[np.float64]:
        """Frame coordinates without any motion to those of this exposure."""
        angle = np.radians(exposure.rotation)
        cos, sin = exposure.zoom * np.cos(angle), exposure.zoom * np.sin(angle)
        centre = np.array([(self.width - 1) / 2, (self.height - 1) / 2])
        turn = np.array([[cos, -sin], [sin, cos]])
        motion = np.eye(3)
        motion[:2, :2] = turn
        motion[:2, 2] = centre - turn @ centre + exposure.shift
        return motion if exposure.viewpoint is None else exposure.viewpoint @ motion

    def _falloff(self) -> Floats:
        rows, columns = (
            np.linspace(-1, 1, size, dtype=np.float32) ** 2 for size in (self.height, self.width)
        )
        return 1 - self.vignette * (rows[:, None] + columns) / 2

    def _noisy(self, light: Floats, rng: np.random.Generator) -> Floats:
        """Poisson-Gaussian noise; ``sigma`` counts 8-bit steps at mid grey, where sRGB's slope is 1.2."""
        if not self.sigma:
            return light
        variance = (self.sigma / 255 / 1.2) ** 2
        noise = rng.standard_normal(light.shape, dtype=np.float32)
        if self.grain:
            noise = cv2.GaussianBlur(noise, (0, 0), self.grain)
            noise /= noise.std()
        spread = np.sqrt(variance * (READ_SHARE + (1 - READ_SHARE) * np.maximum(light, 0) / MID_GREY))
        return light + spread * noise


def _slid(canvas: Floats, corner: NDArray[np.float64], size: tuple[int, int]) -> Floats:
    """The window [h, w, k] whose left upper pixel lies at ``corner``, x and y, anywhere between pixels.

    OpenCV's own cubic and Lanczos sampling rounds places to 1/32 pixel: measured, .02 px of the frame.
    """
    whole = np.floor(corner).astype(int)
    taps = [_lanczos(part) for part in corner - whole]
    filtered = cv2.sepFilter2D(canvas, cv2.CV_32F, *taps, anchor=(LOBES - 1, LOBES - 1))
    (left, top), (width, height) = whole, size
    return filtered[top : top + height, left : left + width]


def _lanczos(part: float) -> Floats:
    """Weights [2 * LOBES] of the pixels around a place ``part`` of a pixel behind one."""
    away = np.arange(1 - LOBES, LOBES + 1) - part
    weights = np.sinc(away) * np.sinc(away / LOBES)
    return (weights / weights.sum()).astype(np.float32)
