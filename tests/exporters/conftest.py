"""Photos drawn by numpy, and records over them."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import NAMESPACE_OID, uuid5

import numpy as np
import pytest
from PIL import Image

from curate.exporters.tasks.subject_records import AcceptedView, subject_records
from curate.manifest_records import ManifestSpec, SubjectRecord, SubjectView, WrittenManifest
from curate.photos.reading import decode
from curate.records import Box
from subject_manifest import write_subject

SPEC = ManifestSpec("jugs", "1.0", "subject", {"seed": 7, "band": [0.4, 0.9], "embedder": "ab" * 32})


def draw(seed: int, width: int = 64, height: int = 48) -> np.ndarray:
    """Smooth colours, so that JPEG keeps them well: uint8 [height, width, 3]."""
    corners = np.random.default_rng(seed).integers(0, 256, (3, 4, 3), dtype=np.uint8)
    return np.asarray(Image.fromarray(corners).resize((width, height), Image.Resampling.BILINEAR))


def encode(array: np.ndarray, kind: str = "JPEG", **options: object) -> bytes:
    file = io.BytesIO()
    Image.fromarray(array).save(file, kind, **options)
    return file.getvalue()


@dataclass
class Approved:
    """An approved set and the files it came from."""

    records: list[SubjectRecord]
    photos: dict[str, bytes]
    spec: ManifestSpec = SPEC
    decode = staticmethod(decode)

    def read(self, view: SubjectView) -> bytes:
        return self.photos[view.photo_sha256]

    def write(self, directory: Path, **options: object) -> WrittenManifest:
        return write_subject(self.records, self.spec, directory, self.read, decode, **options)


def view_of(photo: bytes, number: int = 0, licence: str | None = "CC0-1.0") -> SubjectView:
    sha256 = hashlib.sha256(photo).hexdigest()
    return SubjectView(
        object_id=uuid5(NAMESPACE_OID, f"{sha256} {number}"),
        photo_sha256=sha256,
        uri=f"file:///photos/{number}.jpg",
        box=Box(4.5, 6.25, 30.5, 31.0),
        label="vase",
        score=0.875,
        source="our kitchen",
        licence=licence,
        consent=None,
    )


def group_records(photos: list[bytes], split: str = "train") -> list[SubjectRecord]:
    """One group with a view on every photo."""
    vectors = np.random.default_rng(len(photos)).normal(size=(len(photos), 8)) + 2
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    views = [
        AcceptedView(view_of(photo, n), hashlib.sha256(photo).hexdigest()) for n, photo in enumerate(photos)
    ]
    decisions = [str(uuid5(NAMESPACE_OID, f"decision {split}"))]
    return list(subject_records(views, vectors, split=split, decision_ids=decisions).records)


@pytest.fixture(scope="session")
def pixels() -> Callable[..., np.ndarray]:
    return draw


@pytest.fixture(scope="session")
def encoded() -> Callable[..., bytes]:
    return encode


@pytest.fixture(scope="session")
def view() -> Callable[..., SubjectView]:
    return view_of


@pytest.fixture(scope="session")
def records_of() -> Callable[..., list[SubjectRecord]]:
    return group_records


@pytest.fixture(scope="session")
def approved_set() -> type[Approved]:
    return Approved


@pytest.fixture(scope="session")
def approved() -> Approved:
    """Three groups, one per split; photos that stay as they are and one that has to be turned."""
    turned = Image.Exif()
    turned[0x0112] = 6
    files = [encode(draw(n), quality=95) for n in range(10)]
    files += [
        encode(draw(10), "PNG"),
        encode(draw(11, 60, 50), exif=turned.tobytes()),
        encode(draw(12), "PNG"),
    ]
    groups = {"train": files[:5], "validation": files[5:9], "test": files[9:]}
    records = [record for split, group in groups.items() for record in group_records(group, split)]
    return Approved(records, {hashlib.sha256(data).hexdigest(): data for data in files})


@pytest.fixture
def manifest(approved: Approved, tmp_path: Path) -> Path:
    return approved.write(tmp_path).directory


@pytest.fixture(scope="session")
def tree_of() -> Callable[[Path], dict[str, tuple[int, bytes]]]:
    """Mode and content of everything below a folder."""

    def read(folder: Path) -> dict[str, tuple[int, bytes]]:
        return {
            path.relative_to(folder).as_posix(): (
                path.stat().st_mode,
                path.read_bytes() if path.is_file() else b"",
            )
            for path in sorted(folder.rglob("*"))
        }

    return read
