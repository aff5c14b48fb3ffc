"""Small approved sets of all tasks that other layouts hold: two splits, photos that records share."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import uuid5

import numpy as np
from PIL import Image

from curate.exporters.pixels import png
from curate.exporters.tasks.backgrounds import Background
from curate.exporters.tasks.bootstrap_records import BootstrapRecord, bootstrap_samples
from curate.exporters.tasks.bootstrap_rules import BootstrapNumbers, BootstrapRules, mask_shares
from curate.exporters.tasks.decision_records import RemovalPictures, Seen, VoteRecord, decision_samples
from curate.exporters.tasks.insertion_pairs import insertion_pair_samples
from curate.exporters.tasks.insertion_records import InsertionRecord, insertion_samples
from curate.exporters.tasks.removal import removal_samples
from curate.exporters.tasks.subject_samples import subject_samples
from curate.exporters.tasks.task import Sample
from curate.manifest_records import SubjectRecord
from curate.photos.reading import decode
from curate.records import Box
from drawn_pairs import LIMIT, DrawnPairs

PARAMETERS = {
    "insertion-bootstrap": {"rules": BootstrapRules(0, 1, 1, 0).parameters()},
    "decisions": {"reviewers": "names"},
}
TASKS = ("subject", "insertion", "insertion-bootstrap", "removal", "insertion-pairs")
_REGION = Box(2, 3, 40, 40)


@dataclass
class FormatSets:
    """Records of groups, and of pairs drawn here."""

    views: list[SubjectRecord]
    files: dict[str, bytes]
    """Photos, outputs and masks by sha256."""
    pairs: DrawnPairs = field(default_factory=DrawnPairs)

    def __post_init__(self) -> None:
        self.pairs.add(0, "train")
        self.pairs.add(1, "train", kind="PNG", object_name=None)
        self.pairs.add(2, "test", held_out=True, width=30, height=50)

    def samples(self, task: str) -> list[Sample]:
        made: dict[str, Callable[[], Iterable[Sample]]] = {
            "subject": lambda: subject_samples(self.views, self._photo, decode),
            "insertion": lambda: insertion_samples(
                [InsertionRecord(each, self._background(each)) for each in self.views],
                self._photo,
                self.files.__getitem__,
                decode,
            ),
            "insertion-bootstrap": lambda: bootstrap_samples(
                map(self._bootstrap, self.views), self._photo, self.files.__getitem__, decode, LIMIT
            ),
            "removal": lambda: removal_samples(self.pairs.records, self.pairs.read),
            "insertion-pairs": lambda: insertion_pair_samples(self.pairs.records, self.pairs.read, LIMIT),
            "decisions": lambda: decision_samples([_vote("pair"), _vote("removal")], _votes_pictures),
        }
        return list(made[task]())

    def _photo(self, view) -> bytes:
        return self.files[view.photo_sha256]

    def _mask(self, record: SubjectRecord) -> np.ndarray:
        """An ellipse in the box of the target: it has many runs."""
        height, width = decode(self._photo(record.target)).shape[:2]
        y, x = np.mgrid[:height, :width]
        return (((x - 20) / 14) ** 2 + ((y - 22) / 12) ** 2 < 1).astype(np.uint8) * 255

    def _background(self, record: SubjectRecord) -> Background:
        output = decode(self._photo(record.target)).copy()
        output[3:43, 2:42] = output[3:43, 2:42][::-1]
        stored = self._store(png(output).data), self._store(png(self._mask(record)).data)
        removal = uuid5(record.target.object_id, "removal")
        return Background(removal, "drawn", "f" * 64, "drawn", 3, _REGION, *stored)

    def _bootstrap(self, record: SubjectRecord) -> BootstrapRecord:
        numbers = BootstrapNumbers(*mask_shares(self._mask(record)), 0.5)
        background = self._background(record)
        return BootstrapRecord(record.target, background, numbers, "6" * 64, record.split, ("d",))

    def _store(self, data: bytes) -> str:
        sha256 = hashlib.sha256(data).hexdigest()
        self.files[sha256] = data
        return sha256


def _vote(kind: str) -> VoteRecord:
    """On something that no other vote is about."""
    region = {"region": (1, 2, 6, 5), "remover": "drawn"} if kind == "removal" else {}
    return VoteRecord(
        decision_id=f"decision on a {kind}",
        item_id=kind,
        kind=kind,
        verdict="accept",
        reason=None,
        words="fine",
        marks=(),
        reviewer="ada",
        reviewer_kind="person",
        adjudicates=False,
        standing=True,
        undone=False,
        seconds=1.5,
        decided_at=datetime(2026, 11, 22, 21, 30, tzinfo=UTC),
        seen=Seen(photo_sha256s=(kind,), photo_licences=("CC0-1.0",), numbers='{"a": 1}', **region),
        split="train",
    )


def _votes_pictures(vote: VoteRecord) -> RemovalPictures:
    mask = np.zeros((5, 6), np.uint8)
    mask[1:3, 2:4] = 255
    return RemovalPictures(np.full((5, 6, 3), 9, np.uint8), np.full((5, 6, 3), 7, np.uint8), mask, mask)


def turned(pixels: np.ndarray) -> bytes:
    """A JPEG that is stored lying on its side."""
    exif = Image.Exif()
    exif[0x0112] = 6
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", exif=exif)
    return file.getvalue()
