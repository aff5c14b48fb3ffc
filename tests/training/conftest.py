"""Small exported folders of every task, over pictures drawn by numpy."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from uuid import NAMESPACE_OID, uuid5

import numpy as np
import pytest
from PIL import Image

from curate.exporters.export_folder import write_folder
from curate.exporters.pixels import png
from curate.exporters.tasks.backgrounds import Background
from curate.exporters.tasks.bootstrap_records import BootstrapRecord, bootstrap_samples
from curate.exporters.tasks.bootstrap_rules import BootstrapNumbers, BootstrapRules, mask_shares
from curate.exporters.tasks.decision_records import RemovalPictures, Seen, VoteRecord, decision_samples
from curate.exporters.tasks.insertion_pairs import insertion_pair_samples
from curate.exporters.tasks.insertion_records import InsertionRecord, insertion_samples
from curate.exporters.tasks.removal import removal_samples
from curate.exporters.tasks.subject_records import sample_id
from curate.exporters.tasks.subject_samples import subject_samples
from curate.exporters.tasks.task import Sample
from curate.exporters.verify import verify
from curate.manifest_records import ManifestSpec, SubjectRecord, SubjectView
from curate.photos.reading import decode
from curate.records import Box
from drawn_pairs import LIMIT, DrawnPairs

WIDTH, HEIGHT = 60, 40
BOX = Box(8, 10, 12, 16)
PARAMETERS = {"insertion-bootstrap": {"rules": BootstrapRules(0, 1, 1, 0).parameters()}}


def draw(seed: int) -> np.ndarray:
    """Smooth colours, uint8 [HEIGHT, WIDTH, 3]."""
    corners = np.random.default_rng(seed).integers(0, 256, (3, 4, 3), dtype=np.uint8)
    return np.asarray(Image.fromarray(corners).resize((WIDTH, HEIGHT), Image.Resampling.BILINEAR))


@dataclass
class Drawn:
    """Records over drawn photos, and the files they name."""

    files: dict[str, bytes] = field(default_factory=dict)

    def store(self, data: bytes) -> str:
        sha256 = hashlib.sha256(data).hexdigest()
        self.files[sha256] = data
        return sha256

    def read(self, view: SubjectView) -> bytes:
        return self.files[view.photo_sha256]

    def view(self, number: int) -> SubjectView:
        file = io.BytesIO()
        Image.fromarray(draw(number)).save(file, "JPEG", quality=95)
        sha256 = self.store(file.getvalue())
        thing = uuid5(NAMESPACE_OID, sha256)
        return SubjectView(thing, sha256, f"file:///{number}", BOX, "jug", 0.5, None, "CC0-1.0", None)

    def views(self, number: int, references: int) -> SubjectRecord:
        target, *others = (self.view(10 * number + place) for place in range(references + 1))
        return SubjectRecord(
            sample_id=sample_id(str(target.object_id), [str(each.object_id) for each in others]),
            group_id=f"group {number}",
            target=target,
            references=tuple(others),
            similarities=(0.9,) * references,
            caption=f"jug {number} on a table",
            split="train",
            decision_ids=("d",),
        )

    def background(self, view: SubjectView) -> Background:
        """Black where the object and 2 pixels around it were."""
        mask, output = np.zeros((HEIGHT, WIDTH), np.uint8), decode(self.read(view)).copy()
        region = Box(6, 8, 16, 20)
        mask[10:26, 8:20] = 255
        output[8:28, 6:22] = 0
        stored = self.store(png(output).data), self.store(png(mask).data)
        removal = uuid5(view.object_id, "removal")
        return Background(removal, "drawn", "f" * 64, "drawn", 2, region, *stored)

    def bootstrap(self, number: int) -> BootstrapRecord:
        view = self.view(number)
        background = self.background(view)
        mask = np.asarray(Image.open(io.BytesIO(self.files[background.mask_sha256])))
        numbers = BootstrapNumbers(*mask_shares(mask), 0.5)
        return BootstrapRecord(view, background, numbers, "6" * 64, "train", ("d",))


def _vote(number: int, verdict: str, **said: object) -> VoteRecord:
    stated = {
        "decision_id": f"decision {number}",
        "item_id": f"item {number}",
        "kind": "removal",
        "verdict": verdict,
        "reason": None,
        "words": None,
        "marks": (),
        "reviewer": f"reviewer-{number:012}",
        "reviewer_kind": "person",
        "adjudicates": False,
        "standing": True,
        "undone": False,
        "seconds": None,
        "decided_at": datetime(2026, 1, 1, tzinfo=UTC),
        "seen": Seen(photo_sha256s=(f"{number:064}",), photo_licences=(None,), region=(0, 0, WIDTH, HEIGHT)),
        "split": "train",
    }
    return VoteRecord(**{**stated, **said})


def _votes(only: slice = slice(None)) -> list[Sample]:
    """Two to train with, and one each that is flagged, withdrawn, a policy's, and on a group."""
    group = Seen(photo_sha256s=(f"{9:064}",), photo_licences=(None,))
    records = [
        _vote(1, "accept"),
        _vote(2, "reject", reason="residual"),
        _vote(3, "flag"),
        _vote(4, "accept", standing=False, undone=True),
        _vote(5, "accept", reviewer_kind="automatic"),
        _vote(6, "accept", kind="group", seen=group),
    ]

    def pictures(record: VoteRecord) -> RemovalPictures:
        photo = draw(int(record.item_id.removeprefix("item ")))
        mask, widened = np.zeros((2, HEIGHT, WIDTH), np.uint8)
        mask[10:26, 8:20] = widened[8:28, 6:22] = 255
        return RemovalPictures(photo, np.where(widened[..., None] == 255, 0, photo), mask, widened)

    return list(decision_samples(records[only], pictures))


def _pairs() -> DrawnPairs:
    pairs = DrawnPairs()
    for number in range(6):
        pairs.add(number, "validation" if number == 5 else "train", width=WIDTH, height=HEIGHT)
    return pairs


def _samples(task: str) -> list[Sample]:
    drawn, pairs = Drawn(), _pairs()
    png_of = drawn.files.__getitem__
    # The last two records have one reference, and five.
    views = [drawn.views(number, count) for number, count in enumerate((3, 3, 3, 3, 1, 5))]
    if task == "subject":
        return list(subject_samples(views, drawn.read, decode))
    if task == "insertion":
        whole = [InsertionRecord(each, drawn.background(each.target)) for each in views]
        return list(insertion_samples(whole, drawn.read, png_of, decode))
    if task == "insertion-bootstrap":
        return list(
            bootstrap_samples([drawn.bootstrap(n) for n in range(5)], drawn.read, png_of, decode, LIMIT)
        )
    if task == "removal":
        return list(removal_samples(pairs.records, pairs.read))
    if task == "insertion-pairs":
        return list(insertion_pair_samples(pairs.records, pairs.read, LIMIT))
    return _votes()


@pytest.fixture(scope="session")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """The verified folder of a task in a format; not to be changed."""

    @cache
    def write(task: str, layout: str = "imagefolder") -> Path:
        samples = _samples(task)
        spec = ManifestSpec("jugs", "1", task, PARAMETERS.get(task, {}), layout)
        folder = tmp_path_factory.mktemp(task)
        written = write_folder(samples, spec, folder, records=len(samples)).directory
        verify(written)
        return written

    return write


@pytest.fixture
def votes_alone(tmp_path: Path) -> Path:
    """An export of four votes of which nobody can learn what is accepted."""
    samples = _votes(slice(2, None))
    spec = ManifestSpec("votes", "1", "decisions")
    return write_folder(samples, spec, tmp_path, records=len(samples)).directory
