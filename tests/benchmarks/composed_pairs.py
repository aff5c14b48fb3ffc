"""Composed counterfactual pairs of which all is known: where the object is, what it does, what went wrong.

A scanned thing is put on a real photo in linear light with its shadow, its mirror image and the colour it
throws; then a camera takes both frames: sub-pixel sampling from a larger picture, noise, vignetting, JPEG.
Each pair is a function of its ``Recipe`` alone.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from cast_views import SCALE, SOFTNESS, View, view
from composed_camera import MARGIN, Camera, Exposure, from_srgb
from composed_scenes import FURNITURE, Part, Surface, kept_views, part_things, photo, surfaces
from composed_things import Placed, apart, painted

Floats = NDArray[np.float32]

WORKING_SIDE = 1024
"""Pixels of the long side in which shifts are stated."""
EFFECT_SHARE = 0.05
"""Change of linear light from which a pixel belongs to the true effect: about where a soft edge gets seen."""
SIDES, SIDE_ODDS = (640, 800, 1024, 1280, 1500, 2048, 3000), (8, 18, 44, 18, 7, 3, 2)
"""Pixels of the long side, and how often in 100."""
SIGMAS, QUALITIES = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0), (80, 85, 90, 95, 98, None)
"""Noise at mid grey in 8-bit steps; JPEG quality, None for PNG."""
OBJECT_SHARES = (0.02, 0.45)
"""Of the frame."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What names a pair."""

    part: Part
    kind: str
    """``good`` or a name of ``pair_defects.DEFECTS``."""
    magnitude: float | str | None
    index: int

    @property
    def name(self) -> str:
        return f"{self.part}/{self.kind}/{self.magnitude}/{self.index}"

    @property
    def seed(self) -> int:
        return zlib.crc32(self.name.encode())


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """What is so, on the full-size factual."""

    object_mask: NDArray[np.bool_]
    """[H, W]: alpha above one half."""
    effect: Floats
    """[H, W]: largest change of linear light over the channels, over the light there plus a little."""
    matrix: NDArray[np.float64]
    """[2, 3]: factual (x, y, 1) to counterfactual coordinates, in pixels of a 1024-px copy."""
    ev: float
    """Stops; positive if the counterfactual is brighter."""
    traits: dict[str, float | str | None]
    """sigma, quality, side, object_share, shadow (its strength), gloss, ..."""

    @property
    def shift(self) -> tuple[float, float]:
        """What the scene's centre moved by, right and down, in 1024-px pixels."""
        height, width = self.object_mask.shape
        centre = np.array([width, height, 0]) / 2 * WORKING_SIDE / max(width, height) + (-0.5, -0.5, 1.5)
        moved = self.matrix @ (centre * (1, 1, 0) + (0, 0, 1)) - centre[:2]
        return float(moved[0]), float(moved[1])

    def effect_mask(self, share: float = EFFECT_SHARE) -> NDArray[np.bool_]:
        return (self.effect > share) & ~self.object_mask


@dataclass(frozen=True, slots=True, eq=False)
class ComposedPair:
    recipe: Recipe
    factual: bytes
    counterfactual: bytes
    truth: Truth


@dataclass(slots=True, eq=False)
class Draft:
    """A pair before the camera: one background, two lists of things, two exposures. Defects change it."""

    rng: np.random.Generator
    part: Part
    surface: Surface
    background: Floats
    """[h, w, 3] linear light on the canvas."""
    camera: Camera
    object: Placed
    others: list[Placed]
    """Things in both frames."""
    factual: Exposure = field(default_factory=Exposure)
    counterfactual: Exposure = field(default_factory=Exposure)
    factual_things: list[Placed] = field(default_factory=list)
    counterfactual_things: list[Placed] = field(default_factory=list)
    counterfactual_background: Floats | None = None
    """Of another scene."""
    swapped: bool = False

    def make_room(self) -> None:
        """Fewer other things, or a smaller object."""
        if self.others:
            gone = self.others.pop()
            self.factual_things.remove(gone)
            self.counterfactual_things.remove(gone)
        else:
            self.object.scale *= 0.85


Defect = Callable[[Draft, float | str | None], None]


def compose(recipe: Recipe, defect: Defect | None = None, smallest: float = OBJECT_SHARES[0]) -> ComposedPair:
    """The pair of a recipe; ``defect`` spoils the draft (``pair_defects.compose_pair`` finds it by the kind).

    Args:
        recipe: names the pair.
        defect: changes the draft in place.
        smallest: share of the frame that the object is to have at least.
    """
    draft = drafted(recipe, smallest)
    if defect is not None:
        defect(draft, recipe.magnitude)
    rng = np.random.default_rng((recipe.seed, 1))
    first, known = painted(draft.background, draft.factual_things, draft.object)
    behind = draft.background if draft.counterfactual_background is None else draft.counterfactual_background
    second, _ = painted(behind, draft.counterfactual_things, None)
    camera = draft.camera
    shots = [
        camera.taken(first, draft.factual, rng),
        camera.taken(second, draft.counterfactual, rng),
    ]
    effect, alpha = cv2.split(camera.seen(known, draft.factual))
    truth = Truth(
        object_mask=alpha > 0.5,
        effect=effect,
        matrix=camera.motion(draft.factual, draft.counterfactual, WORKING_SIDE),
        ev=float(np.log2(np.mean(draft.counterfactual.gain) / np.mean(draft.factual.gain))),
        traits=_traits(draft),
    )
    factual, counterfactual = reversed(shots) if draft.swapped else shots
    return ComposedPair(recipe, factual, counterfactual, truth)


def drafted(recipe: Recipe, smallest: float) -> Draft:
    """A good pair's draft."""
    rng = np.random.default_rng(recipe.seed)
    surface = surfaces(recipe.part)[rng.integers(len(surfaces(recipe.part)))]
    side = int(rng.choice(SIDES, p=np.array(SIDE_ODDS) / 100))
    camera = Camera.drawn(rng, side, SIGMAS, QUALITIES)
    background, spot = canvas_of(surface, camera, rng)
    share = float(np.exp(rng.uniform(*np.log((smallest, OBJECT_SHARES[1])))))
    thing = placed(drawn_view(recipe.part, surface, rng), background, spot, share, rng)
    draft = Draft(rng, recipe.part, surface, background, camera, thing, [])
    _steady(draft.counterfactual, camera, rng)
    for _ in range(rng.integers(0, 3)):
        bystander = beside(draft, recipe.part, float(np.exp(rng.uniform(*np.log((0.003, 0.03))))))
        if bystander is not None:
            draft.others.append(bystander)
    draft.factual_things = [*draft.others, thing]
    draft.counterfactual_things = [*draft.others]
    return draft


def _steady(exposure: Exposure, camera: Camera, rng: np.random.Generator) -> None:
    """A good tripod and a good lamp are not perfect either."""
    exposure.shift = tuple((rng.normal(0, 0.03, 2) * camera.working).tolist())
    exposure.gain = np.float32(2 ** rng.normal(0, 0.008)) * np.ones(3, np.float32)


def canvas_of(
    surface: Surface, camera: Camera, rng: np.random.Generator
) -> tuple[Floats, NDArray[np.float64]]:
    """A piece of a photo as canvas, in linear light, and a place on its surface in canvas pixels."""
    pixels = photo(surface.photo)
    height, width = pixels.shape[:2]
    canvas_height, canvas_width = camera.canvas
    crop = min(width, height * canvas_width / canvas_height) * rng.uniform(0.85, 1.0)
    size = np.array([crop, crop * canvas_height / canvas_width])
    foot = np.array([rng.uniform(surface.left, surface.right), rng.uniform(surface.far, surface.near)])
    foot *= (width, height)
    corner = foot - size * (rng.uniform(0.3, 0.7), rng.uniform(0.8, 0.95))
    corner = corner.clip(0, np.array([width, height]) - size)
    left, top = corner.astype(int)
    piece = pixels[top : top + int(size[1]), left : left + int(size[0])]
    shrinks = piece.shape[1] > canvas_width
    scaled = cv2.resize(
        piece, (canvas_width, canvas_height), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    )
    return from_srgb(scaled) * np.float32(rng.uniform(0.80, 0.95)), (foot - corner) * canvas_width / size[0]


def drawn_view(part: Part, surface: Surface, rng: np.random.Generator) -> View:
    """A random thing of the part that may stand there."""
    fitting = [thing for thing in part_things(part) if surface.floor or thing.name not in FURNITURE]
    return view(fitting[rng.integers(len(fitting))], 0, surface.elevation, kept_views())


def placed(
    cast: View, background: Floats, foot: NDArray[np.float64], share: float, rng: np.random.Generator
) -> Placed:
    """A thing at ``foot`` with about ``share`` of the frame, moved and shrunk until it is inside."""
    height, width = (size * (1 - 2 * MARGIN) for size in background.shape[:2])
    tall, wide = (size / SCALE for size in cast.alpha.shape)
    scale = np.sqrt(share * height * width / (cast.alpha.sum() / SCALE**2))
    scale = min(scale, 0.85 * height / tall, 0.85 * width / wide)
    left, top = (np.array(cast.foot) / SCALE * scale).tolist()
    border = MARGIN * max(background.shape)
    inside = np.array([width, height]) + border - (wide * scale - left, tall * scale - top)
    x, y = np.minimum(np.maximum(foot, (left + border, top + border)), inside)
    around = background[int(y) - 20 : int(y) + 20, int(x) - 20 : int(x) + 20].reshape(-1, 3).mean(axis=0)
    # A black table says nothing about the light that falls on it, so the whole photo has a say.
    brightness = float(np.clip(max(around.mean(), 0.7 * background.mean()) / 0.5, 0.06, 1.0)) ** 0.8
    tint = np.clip(around / around.mean(), 0.7, 1.3) ** 0.5
    light = tuple(SOFTNESS)[rng.integers(len(SOFTNESS))]
    return Placed(
        view=cast,
        scale=float(scale),
        foot=(float(x), float(y)),
        level=(brightness * rng.uniform(0.75, 1.0) * tint).astype(np.float32),
        light=light,
        direct=float(rng.uniform(0.05, 0.6)),
        room=float(rng.uniform(0.1, 0.38)),
        gloss=float(rng.uniform(0.05, 0.35)) if rng.random() < 0.25 else 0.0,
        camouflage=float(rng.uniform(0.4, 0.8)) if rng.random() < 0.12 else 0.0,
    )


def beside(draft: Draft, part: Part, share: float, gap: float = 0.04) -> Placed | None:
    """Another thing of ``share`` of the frame, lit like the object, clear of all others; None: no room."""
    height, width = draft.background.shape[:2]
    rng = draft.rng
    cast = drawn_view(part, draft.surface, rng)
    for _ in range(30):
        foot = np.array(
            [rng.uniform(0.08, 0.92) * width, draft.object.foot[1] + rng.uniform(-0.08, 0.06) * height]
        )
        other = placed(cast, draft.background, foot, share, rng)
        other.light, other.direct, other.room = draft.object.light, draft.object.direct, draft.object.room
        other.gloss, other.camouflage = draft.object.gloss, 0.0
        if all(apart(other, thing, gap * max(height, width)) for thing in [draft.object, *draft.others]):
            return other
    return None


def _traits(draft: Draft) -> dict[str, float | str | None]:
    thing, camera = draft.object, draft.camera
    share = (
        thing.view.alpha.sum()
        / SCALE**2
        * thing.scale**2
        / (camera.height * camera.width * camera.oversampling**2)
    )
    return {
        "photo": draft.surface.photo,
        "side": max(camera.height, camera.width),
        "sigma": camera.sigma,
        "quality": camera.quality,
        "object_share": round(float(share), 4),
        "light": thing.light,
        "shadow": round(thing.direct + thing.room, 3),
        "gloss": round(thing.gloss, 3),
        "camouflage": round(thing.camouflage, 3),
        "others": len(draft.others),
    }
