"""Whatever a photo's format, size, turn and transparency: what is stored is the photo outside the region."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from chain import RIGHTS, last
from curate.database import fingerprints, objects, photos
from curate.exporters.pixels import decoded
from curate.photos.reading import decode
from curate.records import Box, Detection
from curate.vision.loading import load_segmenter
from curate.workflows import removals
from curate.workflows.ingest import ingest
from curate.workflows.removal_measuring import RemovalMeasures
from curate.workflows.remove import RemovalTools, remove
from drawn_removers import Repainter
from stored_photos import DETECTOR

FORMATS = {
    "JPEG": ("RGB", "L", "CMYK"),
    "PNG": ("RGB", "L", "RGBA", "LA", "P", "1", "I;16"),
    "WEBP": ("RGB", "RGBA"),
    "TIFF": ("RGB", "RGBA", "L", "I;16"),
    "AVIF": ("RGB", "RGBA"),
    "HEIF": ("RGB", "RGBA"),
}
TURNED = ("JPEG", "PNG", "WEBP", "TIFF", "AVIF")
"""Formats in which EXIF may say that the photo lies on its side."""


@dataclass(frozen=True)
class Drawn:
    """How a photo is made."""

    kind: str
    mode: str
    width: int
    height: int
    seed: int
    turn: int = 1

    def write(self, folder: Path) -> Path:
        path = folder / f"{self.seed}.{self.kind.lower()}"
        exif = Image.Exif()
        if self.kind in TURNED:
            exif[0x0112] = self.turn
        picture = _drawn(self.seed, self.width, self.height, self.mode)
        picture.save(path, self.kind, exif=exif.tobytes())
        return path


@st.composite
def drawn_photos(draw) -> Drawn:
    kind = draw(st.sampled_from(sorted(FORMATS)))
    mode = draw(st.sampled_from(FORMATS[kind]))
    side, seed = st.integers(64, 220), st.integers(0, 2**32 - 1)
    return Drawn(kind, mode, draw(side), draw(side), draw(seed), draw(st.integers(1, 8)))


def _drawn(seed: int, width: int, height: int, mode: str) -> Image.Image:
    noise = np.random.default_rng(seed).integers(0, 256, (height, width, 4), dtype=np.uint8)
    if mode == "I;16":
        return Image.fromarray(noise[..., :2].copy().view(np.uint16)[..., 0])
    picture = Image.fromarray(noise)
    return picture if mode == "RGBA" else picture.convert("RGB").convert(mode)


numbers = count()


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(drawn_photos(), min_size=1, max_size=4, unique_by=lambda each: each.seed), st.data())
def test_what_is_stored_is_the_photo_bit_for_bit_outside_of_the_region(
    empty_workspace, tmp_path, drawn, data
):
    folder = tmp_path / str(next(numbers))
    folder.mkdir()
    shown = _with_an_object(empty_workspace, [each.write(folder) for each in drawn], data)
    way = RemovalTools(
        Repainter(padding=0.2, seed=len(shown)), load_segmenter("box", empty_workspace.settings.models_dir)
    )
    assert last(remove(empty_workspace, way, shown, RemovalMeasures(None)))["failed"] == 0
    for object_id, path in shown.items():
        (made,) = removals.of_object(empty_workspace, str(object_id))
        before = decode(path.read_bytes())
        stored = decoded(empty_workspace.media.get(made.output_sha256, ".png"), 10**6)
        outside = np.ones(before.shape[:2], dtype=bool)
        region = made.region
        outside[int(region.y) : int(region.bottom), int(region.x) : int(region.right)] = False
        assert stored.shape == before.shape
        assert (stored[outside] == before[outside]).all()
        assert (stored != before)[~outside].any()


def _with_an_object(workspace, paths, data):
    """The file of each object: one somewhere in each photo."""
    last(ingest(workspace, [str(path) for path in paths], RIGHTS))
    found = {}
    with workspace.transaction() as session:
        detector = fingerprints.ensure(session, DETECTOR, "detector", "drawn")
        for path in paths:
            key = photos.keys_at(session, [path.as_uri()])[path.as_uri()]
            ref = photos.by_keys(session, [key])[key]
            left, top = (data.draw(st.integers(0, side - 21)) for side in (ref.width, ref.height))
            box = Box(left, top, data.draw(st.integers(12, 20)), data.draw(st.integers(12, 20)))
            objects.record_detections(session, ref, detector, DETECTOR, [Detection(box, 0.9, "jug")])
            found[objects.object_id(ref.sha256, DETECTOR, box)] = path
    return found
