"""Removal outputs of which all is known: clean ones, and ones that were spoilt in one way.

Scene, thing, light and camera are those of ``composed_pairs``; the frame without the thing is the truth.
How a remover fills the mask and what it does around it is drawn alike for clean and for spoilt outputs, so
that neither tells a defect.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from cast_views import view
from composed_pairs import Draft, Recipe, drafted, placed
from composed_scenes import FURNITURE, Part, kept_views, part_things
from composed_things import Placed, painted
from curate.records import Box

Pixels = NDArray[np.uint8]
Mask = NDArray[np.bool_]
Floats = NDArray[np.float32]

SMALLEST_OBJECT, LARGEST_SIDE = 0.02, 1024
"""Share of the frame; pixels: larger frames take longer and show the same."""
SEEN_EFFECT, SEEN_SHARE = 0.2, 0.06
"""A case of *effect left*: share of the light that changed, over which share of the mask's area beyond it."""
WITHOUT_EFFECT = 3
"""Every so many scenes give a clean output of an object that has no effect at all: nothing had to go."""
DEFECTS = ("residual object", "new object", "background changed", "effect left")
SMALLEST_THING = 0.06
"""Of the mask, for a new object."""
FILLS = ("true", "soft", "speckled", "telea")
"""How the mask is filled: with the truth, blurred as by a decoder, re-encoded, or by OpenCV's inpainting."""


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One output of a remover."""

    name: str
    scene: int
    """Number of the composed pair; its outputs share it."""
    defect: str | None
    """One of ``DEFECTS``; None: a clean output."""
    how: str
    """Kind of defect, or of clean output."""
    fill: str
    x: Pixels
    z: Pixels
    mask: Mask
    """The dilated mask."""
    region: Box


@dataclass(frozen=True, slots=True, eq=False)
class Shots:
    """A thing on a photo: what the camera sees with and without it, and what the thing does."""

    x: Pixels
    y: Pixels
    bare: Pixels
    """With the thing and without its effects."""
    other: Pixels
    """With another thing in its place."""
    object_mask: Mask
    other_mask: Mask
    effect: Floats
    """[h, w] share of the light."""


def cases(part: Part, scenes: int) -> Iterator[Case]:
    """All outputs of a part, scene by scene."""
    for number in range(scenes):
        yield from scene_cases(part, number)


def scene_cases(part: Part, number: int) -> list[Case]:
    """Two clean outputs of a scene, and one with each defect that can be shown in it."""
    recipe = Recipe(part, "removal", None, number)
    rng = np.random.default_rng((recipe.seed, 7))
    draft = drafted(recipe, SMALLEST_OBJECT)
    if max(draft.camera.height, draft.camera.width) > LARGEST_SIDE:
        return []
    shots = _shots(draft, rng)
    if not shots.object_mask.any():
        return []
    mask, region = _mask_and_region(shots.object_mask, rng)
    made = [
        _clean(shots, mask, region, rng, bare=False),
        *([_clean(shots, mask, region, rng, bare=True)] if number % WITHOUT_EFFECT == 0 else []),
        _residual(shots, mask, region, rng),
        _background(shots, mask, region, rng),
        *_new_object(shots, mask, region, rng),
        *_effect_left(shots, mask, region, rng),
    ]
    return [
        Case(f"{number}/{defect or 'clean'}/{how}", number, defect, how, fill, x, z, mask, region)
        for defect, how, fill, x, z in made
    ]


Made = tuple[str | None, str, str, Pixels, Pixels]


def _shots(draft: Draft, rng: np.random.Generator) -> Shots:
    bare = replace(draft.object, direct=0.0, room=0.0, gloss=0.0)
    other = _another(draft, rng)
    lists = ([*draft.others, draft.object], draft.others, [*draft.others, bare], [*draft.others, other])
    watched = (draft.object, None, None, other)
    canvases, known = zip(
        *(painted(draft.background, list(things), seen) for things, seen in zip(lists, watched, strict=True)),
        strict=True,
    )
    camera, still = draft.camera, draft.factual
    frames = [_decoded(camera.taken(canvas, still, rng)) for canvas in canvases]
    effect, alpha = cv2.split(camera.seen(known[0], still))
    other_alpha = cv2.split(camera.seen(known[3], still))[1]
    return Shots(*frames, alpha > 0.5, other_alpha > 0.5, effect)


def _another(draft: Draft, rng: np.random.Generator) -> Placed:
    """A different thing where the object stands, of a tenth to two thirds of its area."""
    things = [t for t in part_things(draft.part) if draft.surface.floor or t.name not in FURNITURE]
    cast = draft.object.view
    while cast.alpha.shape == draft.object.view.alpha.shape:
        cast = view(things[rng.integers(len(things))], 0, draft.surface.elevation, kept_views())
    share = draft.object.scale**2 * draft.object.view.alpha.sum() * rng.uniform(0.1, 0.65)
    foot = np.array(draft.object.foot)
    other = placed(cast, draft.background, foot, 0.1, rng)
    tall = draft.object.view.alpha.shape[0] * draft.object.scale
    scale = min(float(np.sqrt(share / cast.alpha.sum())), 0.95 * tall / cast.alpha.shape[0])
    up = rng.uniform(0, 0.9) * (tall - cast.alpha.shape[0] * scale) / 420
    light = {name: getattr(draft.object, name) for name in ("light", "direct", "room", "gloss")}
    return replace(other, scale=scale, foot=(float(foot[0]), float(foot[1] - up)), camouflage=0.0, **light)


def _mask_and_region(object_mask: Mask, rng: np.random.Generator) -> tuple[Mask, Box]:
    height, width = object_mask.shape
    _, _, wide, tall = cv2.boundingRect(object_mask.astype(np.uint8))
    radius = max(2, round(rng.uniform(0.01, 0.05) * max(wide, tall)))
    mask = cv2.dilate(object_mask.astype(np.uint8), _disc(radius)) > 0
    left, top, wide, tall = cv2.boundingRect(mask.astype(np.uint8))
    room = round(rng.uniform(0.35, 1.0) * max(wide, tall))
    box = Box(left - room, top - room, wide + 2 * room, tall + 2 * room).clipped(width, height)
    assert box is not None
    return mask, box


def _clean(shots: Shots, mask: Mask, region: Box, rng: np.random.Generator, *, bare: bool) -> Made:
    x = shots.bare if bare else shots.x
    fill, z = _removed(x, shots, mask, region, rng, keep_effect=bare)
    return None, "no effect" if bare else "effect removed", fill, x, z


def _removed(
    x: Pixels, shots: Shots, mask: Mask, region: Box, rng: np.random.Generator, *, keep_effect: bool
) -> tuple[str, Pixels]:
    """What a remover gives back: around the mask with or without the effect, within it one of the fills."""
    around = x.astype(np.float32)
    if not keep_effect:
        gone = cv2.dilate((shots.effect > 0.02).astype(np.uint8), _disc(3)).astype(np.float32)
        soft = cv2.GaussianBlur(gone, (0, 0), 3)[..., None]
        around += soft * (shots.y.astype(np.float32) - around)
    fill = str(rng.choice(FILLS))
    inside = _filled(fill, around, shots.y, mask, rng)
    soft = np.maximum(cv2.GaussianBlur(mask.astype(np.float32), (0, 0), rng.uniform(0.3, 1.5)), mask)[
        ..., None
    ]
    z = around + soft * (inside - around)
    if rng.random() < 0.5:
        z = _decoded_again(z, rng)
    return fill, _pasted(x, z, region)


def _filled(fill: str, around: Floats, y: Pixels, mask: Mask, rng: np.random.Generator) -> Floats:
    if fill == "telea":
        half = cv2.resize(_whole(around), None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        small = cv2.resize(mask.astype(np.uint8), half.shape[1::-1], interpolation=cv2.INTER_NEAREST)
        known = cv2.inpaint(half, cv2.dilate(small, _disc(1)), 4, cv2.INPAINT_TELEA)
        return cv2.resize(known, mask.shape[::-1], interpolation=cv2.INTER_LINEAR).astype(np.float32)
    truth = y.astype(np.float32)
    if fill == "soft":
        return cv2.GaussianBlur(truth, (0, 0), rng.uniform(0.6, 2.0))
    if fill == "speckled":
        blots = rng.normal(0, 1, (*y.shape[:2], 3)).astype(np.float32)
        blots = cv2.GaussianBlur(blots, (0, 0), 6)
        return _jpeg(truth + blots / blots.std() * rng.uniform(0.5, 2.0), rng.integers(80, 95))
    return truth


def _decoded_again(z: Floats, rng: np.random.Generator) -> Floats:
    """What a faithful decoder does to the whole of its working region."""
    if rng.random() < 0.5:
        return _jpeg(z, rng.integers(93, 98))
    return z + rng.normal(0, rng.uniform(0.3, 1.2), z.shape).astype(np.float32)


def _residual(shots: Shots, mask: Mask, region: Box, rng: np.random.Generator) -> Made:
    """The object as a ghost, a part of it, or smeared."""
    bare = rng.random() < 0.3
    x = shots.bare if bare else shots.x
    fill, z = _removed(x, shots, mask, region, rng, keep_effect=bare)
    how = str(rng.choice(["ghost", "part", "smear"]))
    left, weight = x.astype(np.float32), shots.object_mask.astype(np.float32)
    if how == "ghost":
        weight *= rng.uniform(0.15, 0.7)
    elif how == "part":
        weight *= _half(shots.object_mask, rng)
    else:
        size = np.sqrt(shots.object_mask.sum())
        left = cv2.GaussianBlur(left, (0, 0), rng.uniform(0.02, 0.06) * size)
        weight *= rng.uniform(0.6, 1.0)
    weight = cv2.GaussianBlur(weight, (0, 0), 1.5)[..., None] * mask[..., None]
    return "residual object", how, fill, x, _whole(z + weight * (left - z))


def _half(mask: Mask, rng: np.random.Generator) -> Floats:
    """A tenth to two thirds of a mask's pixels, on one side of a line."""
    rows, columns = np.nonzero(mask)
    angle = rng.uniform(0, 2 * np.pi)
    limit = np.quantile(rows * np.sin(angle) + columns * np.cos(angle), rng.uniform(0.1, 0.66))
    down, across = np.indices(mask.shape)
    return (down * np.sin(angle) + across * np.cos(angle) < limit).astype(np.float32)


def _new_object(shots: Shots, mask: Mask, region: Box, rng: np.random.Generator) -> list[Made]:
    """Another thing in the mask with its own shadow there, or the object once more, mirrored and smaller."""
    how = str(rng.choice(["another thing", "another thing", "object redrawn"]))
    seen, other = (shots.other_mask, shots.other) if how == "another thing" else _redrawn(shots, rng)
    seen = seen & mask
    if seen.sum() < SMALLEST_THING * mask.sum():
        return []
    fill, z = _removed(shots.x, shots, mask, region, rng, keep_effect=False)
    soft = cv2.GaussianBlur(other.astype(np.float32), (0, 0), rng.uniform(0.3, 1.2))
    weight = cv2.GaussianBlur(seen.astype(np.float32), (0, 0), 1.0)[..., None] * mask[..., None]
    return [("new object", how, fill, shots.x, _whole(z + weight * (soft - z)))]


def _redrawn(shots: Shots, rng: np.random.Generator) -> tuple[Mask, Pixels]:
    left, top, width, height = cv2.boundingRect(shots.object_mask.astype(np.uint8))
    scale, centre = rng.uniform(0.4, 0.9), left + width / 2
    # Mirrored about the object's middle, shrunk towards its foot.
    matrix = np.array([[-scale, 0, centre * (1 + scale)], [0, scale, (top + height) * (1 - scale)]])
    size = shots.object_mask.shape[::-1]
    turned = cv2.warpAffine(shots.x, matrix, size, flags=cv2.INTER_AREA)
    return cv2.warpAffine(shots.object_mask.astype(np.uint8), matrix, size) > 0, turned


def _background(shots: Shots, mask: Mask, region: Box, rng: np.random.Generator) -> Made:
    """The photo around the mask repainted, in the region or everywhere."""
    bare = rng.random() < 0.3
    x = shots.bare if bare else shots.x
    fill, z = _removed(x, shots, mask, region, rng, keep_effect=bare)
    how = str(rng.choice(["cast", "blur", "shift", "encoded", "repainted"]))
    spoilt = _spoilt(how, z.astype(np.float32), rng)
    if rng.random() < 0.5:
        return "background changed", f"{how} everywhere", fill, x, _whole(spoilt)
    return "background changed", f"{how} in the region", fill, x, _pasted(x, spoilt, region)


def _spoilt(how: str, z: Floats, rng: np.random.Generator) -> Floats:
    if how == "cast":
        return z * (2 ** (rng.uniform(0.05, 0.25) * rng.choice([-1, 1], 3))).astype(np.float32)
    if how == "blur":
        return cv2.GaussianBlur(z, (0, 0), rng.uniform(1.0, 3.0))
    if how == "shift":
        angle, length = rng.uniform(0, 2 * np.pi), rng.uniform(0.7, 3.0)
        matrix = np.array([[1, 0, length * np.cos(angle)], [0, 1, length * np.sin(angle)]])
        return cv2.warpAffine(z, matrix, z.shape[1::-1], borderMode=cv2.BORDER_REFLECT_101)
    if how == "encoded":
        return _jpeg(z, rng.integers(25, 65))
    grid = rng.normal(0, 1, (*[max(side // 24, 2) for side in z.shape[:2]], 3)).astype(np.float32)
    blots = cv2.resize(grid, z.shape[1::-1], interpolation=cv2.INTER_CUBIC)
    return z + blots * rng.uniform(5, 15)


def _effect_left(shots: Shots, mask: Mask, region: Box, rng: np.random.Generator) -> list[Made]:
    """The mask filled and nothing else done."""
    seen = (shots.effect > SEEN_EFFECT) & ~mask
    if seen.sum() < SEEN_SHARE * mask.sum():
        return []
    fill, z = _removed(shots.x, shots, mask, region, rng, keep_effect=True)
    return [("effect left", "shadow", fill, shots.x, z)]


def _pasted(x: Pixels, z: Floats, region: Box) -> Pixels:
    """``z`` in the region, ``x`` bit for bit outside of it."""
    rows, columns = slice(int(region.y), int(region.bottom)), slice(int(region.x), int(region.right))
    pasted = x.copy()
    pasted[rows, columns] = _whole(z[rows, columns])
    return pasted


def _jpeg(z: Floats, quality: int) -> Floats:
    return _decoded(
        cv2.imencode(".jpg", _whole(z)[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, int(quality)])[1]
    ).astype(np.float32)


def _decoded(data: bytes | Pixels) -> Pixels:
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB)


def _whole(z: Floats) -> Pixels:
    return np.rint(np.clip(z, 0, 255)).astype(np.uint8)


def _disc(radius: int) -> Pixels:
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
