"""Things standing on a canvas in linear light: painted with their shadow, mirror image and thrown colour."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from cast_views import CELLS, REACH, SCALE, View

Floats = NDArray[np.float32]

DARK = 0.02
"""Linear light added to what a change is held against: in black nothing is seen of any share."""


@dataclass(slots=True, eq=False)
class Placed:
    """A thing somewhere on the canvas, with what it does to the light there."""

    view: View
    scale: float
    """Canvas pixels per unit."""
    foot: tuple[float, float]
    """Canvas pixels, x and y."""
    level: Floats
    """[3] light on the thing against light on a white surface."""
    light: str
    """Which of ``cast_views.SOFTNESS``."""
    direct: float
    """Share of the surface's light that comes from there, 0..1."""
    room: float
    """Share that comes from everywhere, 0..1."""
    gloss: float
    """How much of a mirror the surface is, 0..1."""
    camouflage: float = 0.0
    """0: its own colours; 1: those of the surface."""
    gone: float = 0.0
    """Share of its height that was taken away, from the top."""


def painted(background: Floats, standing: list[Placed], watched: Placed | None) -> tuple[Floats, Floats]:
    """Linear light with all things, and the watched one's effect and alpha as two planes [h, w, 2]."""
    canvas = background.copy()
    effect, alpha = (np.zeros(canvas.shape[:2], np.float32) for _ in range(2))
    for thing in sorted(standing, key=lambda thing: thing.foot[1]):
        before = canvas.copy() if thing is watched else None
        _cast(canvas, thing)
        if before is not None:
            changes = cv2.absdiff(canvas, before) / (before + DARK)
            effect = np.maximum.reduce(cv2.split(changes))
    for thing in sorted(standing, key=lambda thing: thing.foot[1]):
        covered = _stand(canvas, thing)
        if thing is watched:
            alpha = covered
    return canvas, cv2.merge([effect, alpha])


def _cast(canvas: Floats, thing: Placed) -> None:
    """Multiply the light that the thing leaves, then add what the surface mirrors."""
    shades = thing.view.shades
    blocked = thing.direct * shades[thing.light] + thing.room * shades["sky"]
    tint = thing.view.bounce.astype(np.float32) * np.float32(0.4 * thing.room)
    fade = np.linspace(-1, 1, CELLS, dtype=np.float32) ** 2
    window = np.clip(4 * (1 - np.maximum(fade, fade[:, None])), 0, 1)
    left = 1 - (blocked[..., None] - shades["sky"][..., None] * tint) * window[..., None]
    across, down = thing.scale * 2 * REACH / CELLS, np.sin(np.radians(thing.view.elevation))
    matrix = np.array([[across, 0, 0], [0, across * down, 0]])
    matrix[:, 2] = np.array(thing.foot) - (matrix[:, 0] + matrix[:, 1]) * (CELLS - 1) / 2
    size = canvas.shape[1::-1]
    canvas *= cv2.warpAffine(left, matrix, size, flags=cv2.INTER_LINEAR, borderValue=(1, 1, 1))
    if thing.gloss:
        _mirror(canvas, thing)


def _mirror(canvas: Floats, thing: Placed) -> None:
    layer, where = _sized(thing.view.mirror, thing, thing.view.mirror_foot, canvas.shape)
    layer = cv2.GaussianBlur(layer, (0, 0), max(0.012 * thing.scale, 0.6))
    part = canvas[where]
    part *= 1 - thing.gloss * layer[..., 3:]
    part += thing.gloss * layer[..., :3] * thing.level


def _stand(canvas: Floats, thing: Placed) -> Floats:
    """Put the thing itself there; its alpha [h, w]."""
    layer = np.concatenate([thing.view.colour, thing.view.alpha[..., None]], axis=2)
    layer, where = _sized(layer, thing, thing.view.foot, canvas.shape)
    part, opaque = canvas[where], layer[..., 3:]
    lit = layer[..., :3] * thing.level
    hidden = part.reshape(-1, 3).mean(axis=0)
    shading = lit.mean(axis=2, keepdims=True) / max(float(lit.sum() / max(3 * opaque.sum(), 1)), 1e-3)
    lit = (1 - thing.camouflage) * lit + thing.camouflage * hidden * shading
    if thing.gone:
        _, top, _, bottom = box(thing)
        taken = max(round(top + thing.gone * (bottom - top)) - where[0].start, 0)
        lit[:taken], opaque[:taken] = 0, 0
    part *= 1 - opaque
    part += lit
    covered = np.zeros(canvas.shape[:2], np.float32)
    covered[where] = opaque[..., 0]
    return covered


def _sized(
    layer: Floats, thing: Placed, foot: tuple[float, float], shape: tuple[int, ...]
) -> tuple[Floats, tuple[slice, slice]]:
    """A layer of a view at its size on the canvas, cut to it, and where it lies."""
    factor = thing.scale / SCALE
    way = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    grown = np.clip(cv2.resize(layer, None, fx=factor, fy=factor, interpolation=way), 0, None)
    grown[..., 3] = np.minimum(grown[..., 3], 1)
    left, top = (round(place - inside * factor) for place, inside in zip(thing.foot, foot, strict=True))
    first, last = np.maximum([top, left], 0), np.minimum(np.array([top, left]) + grown.shape[:2], shape[:2])
    cut = tuple(slice(a - o, b - o) for a, b, o in zip(first, last, (top, left), strict=True))
    return grown[cut], (slice(first[0], last[0]), slice(first[1], last[1]))


def box(thing: Placed) -> NDArray[np.float64]:
    """Left, top, right, bottom on the canvas."""
    height, width = thing.view.alpha.shape
    corner = np.array(thing.foot) - np.array(thing.view.foot) / SCALE * thing.scale
    return np.concatenate([corner, corner + np.array([width, height]) / SCALE * thing.scale])


def apart(first: Placed, second: Placed, gap: float) -> bool:
    ours, theirs = box(first), box(second)
    return bool((ours[:2] > theirs[2:] + gap).any() or (theirs[:2] > ours[2:] + gap).any())
