"""Views of scanned things with all they do to the surface they stand on: shadow, ambient shade, mirror image.

The camera is far away (orthographic) and the surface is a plane, so what a thing does to the light on it
can be counted exactly: of the directions light comes from, which share does the thing block?
The unit is the thing's largest extent; x points right, y away from the camera, z up.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from scanned_things import Part, Thing, parts

Floats = NDArray[np.float32]

VERSION = 1
SCALE = 420
"""Pixels of a view per unit."""
OVERSAMPLING = 2
POINTS = 1.5
"""Surface points per oversampled pixel; closing by one pixel fills what they leave open."""
THICKNESS = 0.03
"""Units: what lies deeper than the nearest point of its pixel by more is hidden."""
REACH = 2.5
"""Units from the thing's foot to the border of the shade maps."""
CELLS = 640
"""Of a shade map, per side."""
SOFTNESS = {"sun": (1.0, 8), "lamp": (5.0, 24), "window": (18.0, 48)}
"""Half opening angle of the light in degrees, and how many directions stand for it."""
SKY = 96
"""Directions that stand for the light of the whole room."""


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """A thing from one side in one light."""

    colour: Floats
    """[h, w, 3] linear light, 1 = a white surface lying in this light; premultiplied by ``alpha``."""
    alpha: Floats
    """[h, w], 0..1."""
    mirror: Floats
    """[h, w, 4] its image in a mirror it stands on, premultiplied, faded with distance."""
    foot: tuple[float, float]
    """Where the thing's foot stands in ``colour`` and ``alpha``, x and y in pixels."""
    mirror_foot: tuple[float, float]
    """The same in ``mirror``."""
    shades: dict[str, Floats]
    """Share of a light that is blocked, 0..1, [CELLS, CELLS] seen from above, far row first; also ``sky``."""
    elevation: float
    """Degrees of the camera above the surface."""
    bounce: Floats
    """[3] mean colour of the thing, for light it throws onto the surface."""


def view(thing: Thing, number: int, elevation: float, cache: Path) -> View:
    """View ``number`` of a thing, rendered once and kept in a folder."""
    kept = cache / f"{VERSION}-{thing.name}-{number}-{elevation:.0f}.npz"
    if not kept.exists():
        cache.mkdir(parents=True, exist_ok=True)
        staged = kept.with_name(f".{os.getpid()}-{kept.name}")
        np.savez_compressed(staged, **_render(thing, number, elevation))
        staged.replace(kept)
    with np.load(kept) as stored:
        arrays = {name: stored[name].astype(np.float32) / 255 for name in ("colour", "alpha", "mirror")}
        shades = {name: stored[name].astype(np.float32) / 255 for name in (*SOFTNESS, "sky")}
        feet = {name: tuple(stored[name].tolist()) for name in ("foot", "mirror_foot")}
        return View(**arrays, **feet, shades=shades, elevation=elevation, bounce=stored["bounce"])


def _render(thing: Thing, number: int, elevation: float) -> dict[str, NDArray[np.generic]]:
    rng = np.random.default_rng(zlib.crc32(f"{thing.name}/{number}".encode()))
    meshes = _placed(parts(thing), rng.uniform(0, 360))
    light = _direction(rng.uniform(0, 360), rng.uniform(30, 65))
    eye = np.radians(elevation)
    points = [_points(vertices, part, eye, rng) for vertices, part in meshes]
    where, normal, albedo = (np.concatenate(arrays) for arrays in zip(*points, strict=True))
    colour = albedo * _irradiance(where, normal, light)[:, None]
    front, alpha, foot = _seen(where, colour, eye)
    fade = np.exp(-where[:, 2:] / 0.5)
    flipped = where * np.float32([1, 1, -1])
    mirror, _, mirror_foot = _seen(flipped, np.concatenate([colour * fade, fade], axis=1), eye)
    sparse = where[rng.integers(len(where), size=150_000)]
    shades = {name: _blocked(sparse, _cone(light, *spec)) for name, spec in SOFTNESS.items()}
    shades["sky"] = _blocked(sparse, _hemisphere(SKY))
    coded = {"colour": front, "alpha": alpha, "mirror": mirror, **shades}
    stored = {name: np.rint(np.clip(array, 0, 1) * 255).astype(np.uint8) for name, array in coded.items()}
    places = {"foot": np.array(foot), "mirror_foot": np.array(mirror_foot)}
    return stored | places | {"bounce": albedo.mean(axis=0)}


def _placed(meshes: Sequence[Part], yaw: float) -> list[tuple[Floats, Part]]:
    """Vertices of every part: standing on z = 0 around the origin, largest extent 1, turned by ``yaw``."""
    everything = np.concatenate([part.vertices for part in meshes])
    low, high = everything.min(axis=0), everything.max(axis=0)
    base = np.array([*(low + high)[:2] / 2, low[2]])
    angle = np.radians(yaw)
    turn = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
    return [
        (((part.vertices - base) / (high - low).max() @ turn.T).astype(np.float32), part) for part in meshes
    ]


def _points(
    vertices: Floats, part: Part, eye: float, rng: np.random.Generator
) -> tuple[Floats, Floats, Floats]:
    """Points on the surface with normals and colours, [n, 3] each, evenly dense as the camera sees them."""
    corners = vertices[part.faces]
    cross = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals = np.zeros_like(vertices)
    for corner in range(3):
        np.add.at(normals, part.faces[:, corner], cross)
    seen = np.abs(cross @ np.array([0, np.cos(eye), -np.sin(eye)], dtype=np.float32)) / 2
    # A face seen edge-on still needs points: it may face the mirror or the light.
    area = np.maximum(seen, 0.15 * np.linalg.norm(cross, axis=1) / 2) * (SCALE * OVERSAMPLING) ** 2
    face = np.repeat(np.arange(len(area)), rng.poisson(area * POINTS) + 1)
    first, second = rng.random((2, len(face)), dtype=np.float32)
    over = first + second > 1
    first[over], second[over] = 1 - first[over], 1 - second[over]
    weights = (1 - first - second, first, second)
    where, normal, coordinates = (
        sum(values[part.faces[face, corner]] * weights[corner][:, None] for corner in range(3))
        for values in (vertices, normals, part.texture_coordinates)
    )
    normal /= np.sqrt(np.einsum("ij,ij->i", normal, normal))[:, None] + 1e-9
    return where, normal, _albedo(part, coordinates)


def _albedo(part: Part, coordinates: Floats) -> Floats:
    if part.texture is None:
        return np.tile(np.power(part.colour, 2.2).astype(np.float32), (len(coordinates), 1))
    texture = cv2.imread(str(part.texture), cv2.IMREAD_COLOR_RGB)
    height, width = texture.shape[:2]
    column = (coordinates[:, 0] % 1 * (width - 1)).astype(np.intp)
    row = (coordinates[:, 1] % 1 * (height - 1)).astype(np.intp)
    return np.power(texture[row, column].astype(np.float32) / 255, 2.2)


def _irradiance(where: Floats, normal: Floats, light: Floats) -> Floats:
    """Light on the surface [n]; a plane lying on the table would get 1."""
    lamp = np.clip(normal @ light, 0, None) / light[2]
    room = 0.5 + 0.5 * normal[:, 2]
    near_table = 0.65 + 0.35 * np.clip(where[:, 2] / 0.15, 0, 1)
    return (0.45 * room * near_table + 0.45 * lamp + 0.1).astype(np.float32)


def _seen(where: Floats, values: Floats, eye: float) -> tuple[Floats, Floats, tuple[float, float]]:
    """What the camera sees: values [h, w, k] premultiplied, alpha [h, w], and the foot's place."""
    fine = SCALE * OVERSAMPLING
    across = where[:, 0] * fine
    down = -(where[:, 1] * np.sin(eye) + where[:, 2] * np.cos(eye)) * fine
    margin = 4 * OVERSAMPLING
    left, top = np.floor(across.min()) - margin, np.floor(down.min()) - margin
    shape = np.array([np.ceil(down.max()) - top, np.ceil(across.max()) - left]).astype(int) + margin
    height, width = -(-shape // OVERSAMPLING) * OVERSAMPLING
    down, across = (down - top).astype(np.intp), (across - left).astype(np.intp)
    covered = np.zeros((height, width), dtype=np.float32)
    covered[down, across] = 1
    covered = cv2.morphologyEx(covered, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    size = (width // OVERSAMPLING, height // OVERSAMPLING)
    alpha = cv2.resize(covered, size, interpolation=cv2.INTER_AREA)
    pixel = (down // OVERSAMPLING) * size[0] + across // OVERSAMPLING
    colour = _nearest(pixel, where[:, 1] * np.cos(eye) - where[:, 2] * np.sin(eye), values, size)
    return colour * alpha[..., None], alpha, (-left / OVERSAMPLING, -top / OVERSAMPLING)


def _nearest(pixel: NDArray[np.intp], depth: Floats, values: Floats, size: tuple[int, int]) -> Floats:
    """Mean of the values [n, k] that are not hidden, per pixel: [h, w, k]."""
    front = np.full(size[0] * size[1], np.inf, dtype=np.float32)
    np.minimum.at(front, pixel, depth)
    visible = depth < front[pixel] + THICKNESS
    pixel, values = pixel[visible], values[visible]
    count = np.bincount(pixel, minlength=len(front))
    sums = [np.bincount(pixel, weights=column, minlength=len(front)) for column in values.T]
    mean = np.stack(sums, axis=1) / np.maximum(count, 1)[:, None]
    mean = mean.reshape(size[1], size[0], -1).astype(np.float32)
    empty = (count == 0).reshape(size[1], size[0])
    filled = (count > 0).astype(np.float32).reshape(size[1], size[0])
    around = cv2.blur(mean, (3, 3)) / np.maximum(cv2.blur(filled, (3, 3)), 1e-6)[..., None]
    mean[empty] = around[empty]
    return mean


def _direction(azimuth: float, elevation: float) -> Floats:
    flat, up = np.radians(azimuth), np.radians(elevation)
    return np.array([np.cos(flat) * np.cos(up), np.sin(flat) * np.cos(up), np.sin(up)], dtype=np.float32)


def _cone(light: Floats, opening: float, count: int) -> Floats:
    """Directions [count, 3] spread evenly over a disc around the light."""
    turn, radius = np.arange(count) * 2.39996, np.sqrt((np.arange(count) + 0.5) / count)
    side = np.cross(light, [0, 0, 1])
    side /= np.linalg.norm(side)
    up = np.cross(side, light)
    offset = np.tan(np.radians(opening)) * radius
    spread = light + (offset * np.cos(turn))[:, None] * side + (offset * np.sin(turn))[:, None] * up
    spread[:, 2] = np.maximum(spread[:, 2], 0.1)
    return spread.astype(np.float32)


def _hemisphere(count: int) -> Floats:
    """Directions [count, 3], as dense as a lying surface weighs them."""
    turn, radius = np.arange(count) * 2.39996, np.sqrt((np.arange(count) + 0.5) / count)
    up = np.sqrt(1 - radius**2)
    return np.stack([radius * np.cos(turn), radius * np.sin(turn), up], axis=1).astype(np.float32)


def _blocked(points: Floats, directions: Floats) -> Floats:
    """Share of the directions that the points block, [CELLS, CELLS] of the plane, far row first."""
    total = np.zeros((CELLS, CELLS), dtype=np.float32)
    for direction in directions:
        hit = points[:, :2] - points[:, 2:] * (direction[:2] / direction[2])
        cell = ((hit * (1, -1) + REACH) * (CELLS / (2 * REACH))).astype(np.intp)
        inside = ((cell >= 0) & (cell < CELLS)).all(axis=1)
        shade = np.zeros((CELLS, CELLS), dtype=np.uint8)
        shade[cell[inside, 1], cell[inside, 0]] = 1
        total += cv2.morphologyEx(shade, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    return total / len(directions)
