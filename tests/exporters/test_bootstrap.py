"""y = M*x + (1-M)*z on the pixels that a consumer reads back, whatever photo, mask and output are."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import NAMESPACE_OID, uuid5

import cv2
import datasets
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from curate.errors import ExportError
from curate.exporters.export_folder import write_folder
from curate.exporters.pixels import png
from curate.exporters.tasks.backgrounds import Background
from curate.exporters.tasks.bootstrap_records import BootstrapRecord, bootstrap_samples
from curate.exporters.tasks.bootstrap_rules import BootstrapNumbers, BootstrapRules, mask_shares
from curate.exporters.verify import verify
from curate.manifest_records import ManifestSpec, SubjectView
from curate.photos.reading import decode
from curate.records import Box

LIMIT = 10_000_000
SPEC = ManifestSpec("jugs", "1", "insertion-bootstrap", {"rules": BootstrapRules(0, 1, 1, 0).parameters()})


@dataclass
class Drawn:
    """Records, and the files they name."""

    records: list[BootstrapRecord]
    files: dict[str, bytes]

    def write(self, folder: Path) -> Path:
        read = self.files.__getitem__
        samples = bootstrap_samples(self.records, lambda view: read(view.photo_sha256), read, decode, LIMIT)
        return write_folder(samples, SPEC, folder, records=len(self.records)).directory

    def store(self, data: bytes) -> str:
        sha256 = hashlib.sha256(data).hexdigest()
        self.files[sha256] = data
        return sha256

    def add(self, photo: bytes, output: np.ndarray, mask: np.ndarray, region: Box) -> None:
        plane = mask * np.uint8(255)
        sha256 = self.store(photo)
        number = str(len(self.records))
        view = SubjectView(
            object_id=uuid5(NAMESPACE_OID, number),
            photo_sha256=sha256,
            uri=f"file:///photos/{number}",
            box=region,
            label="jug",
            score=0.5,
            source=None,
            licence="CC0-1.0",
            consent=None,
        )
        removal = uuid5(view.object_id, "removal")
        stored = self.store(png(output).data), self.store(png(plane).data)
        background = Background(removal, "drawn", "f" * 64, "drawn", 3, region, *stored)
        numbers = BootstrapNumbers(*mask_shares(plane), 0.5)
        self.records.append(BootstrapRecord(view, background, numbers, "6" * 64, "train", ("d",)))


def _saved(pixels: np.ndarray, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind, **options)
    return file.getvalue()


def _turned(pixels: np.ndarray) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    return _saved(pixels, "JPEG", exif=exif)


ENCODERS = (
    lambda pixels: _saved(pixels, "JPEG", quality=75),
    lambda pixels: _saved(pixels, "PNG"),
    lambda pixels: _saved(np.dstack([pixels, pixels[..., 0]]), "PNG"),
    lambda pixels: _saved(pixels[..., 0], "JPEG"),
    lambda pixels: _saved(pixels, "TIFF"),
    lambda pixels: _saved(pixels, "WEBP"),
    lambda pixels: cv2.imencode(".png", pixels.astype(np.uint16) * 257)[1].tobytes(),
    _turned,
)


@st.composite
def drawn(draw: st.DrawFn) -> Drawn:
    """One record per way of encoding a photo."""
    made = Drawn([], {})
    for encode in ENCODERS:
        rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
        height, width = draw(st.integers(1, 40)), draw(st.integers(1, 40))
        photo = encode(rng.integers(0, 256, (height, width, 3), dtype=np.uint8))
        x = decode(photo)
        tall, wide = x.shape[:2]
        left, top = draw(st.integers(0, wide - 1)), draw(st.integers(0, tall - 1))
        right, bottom = draw(st.integers(left + 1, wide)), draw(st.integers(top + 1, tall))
        region = slice(top, bottom), slice(left, right)
        mask = np.zeros((tall, wide), bool)
        mask[region] = rng.random((bottom - top, right - left)) < draw(st.floats(0, 1))
        mask[top, left] = True
        z = x.copy()
        z[region] = rng.integers(0, 256, (bottom - top, right - left, 3), dtype=np.uint8)
        made.add(photo, z, mask, Box(left, top, right - left, bottom - top))
    return made


@pytest.fixture(autouse=True, scope="module")
def offline():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
        datasets.disable_progress_bars()
        yield


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(drawn())
def test_input_is_target_inside_the_mask_and_background_outside_it_bit_for_bit(made):
    with TemporaryDirectory() as folder:
        exported = made.write(Path(folder))
        loaded = datasets.load_dataset(
            "imagefolder", data_dir=str(exported), cache_dir=f"{folder}/cache", split="train"
        )
        by_photo = {each.target.photo_sha256: each for each in made.records}
        assert len(loaded) == len(ENCODERS)
        for row in loaded:
            y, m, x, z = (np.asarray(row[name]) for name in ("input", "mask", "target", "background"))
            assert m.ndim == 2
            assert set(np.unique(m)) <= {0, 255}
            assert np.array_equal(y, np.where(m[..., None] == 255, x, z))
            record = by_photo[row["source_sha256"]]
            assert np.array_equal(x, decode(made.files[record.target.photo_sha256]))
            assert np.array_equal(z, decode(made.files[record.background.output_sha256]))
        assert verify(exported).counts["train"] == len(ENCODERS)


def test_an_output_of_another_size_than_its_photo_is_refused(tmp_path):
    made = Drawn([], {})
    pixels = np.zeros((20, 30, 3), np.uint8)
    made.add(_saved(pixels, "PNG"), pixels[:, :29], np.ones((20, 30), bool), Box(0, 0, 30, 20))
    with pytest.raises(ExportError, match="is not of its photo's size: run `curate doctor`"):
        made.write(tmp_path)
    assert list(tmp_path.iterdir()) == []
