"""Records of the ``decisions`` task on their way to disk: a vote, and what lay before its reviewer."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from functools import partial

import numpy as np
from numpy.typing import NDArray

from curate.exporters.pixels import MediaFile, png
from curate.exporters.tasks.task import Made, Picture, Sample

TASK = "decisions"
INPUT, OUTPUT, MASK, WIDENED = PICTURES = (
    "input_file_name",
    "output_file_name",
    "mask_file_name",
    "widened_mask_file_name",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a vote is about; fields are columns, empty or None where an item of its kind has no such thing."""

    photo_sha256s: tuple[str, ...]
    """Of a group by member, of a pair factual first, of a removal its photo."""
    photo_licences: tuple[str | None, ...]
    object_ids: tuple[str, ...] = ()
    boxes: tuple[tuple[float, float, float, float], ...] = ()
    """x, y, width, height of each object, pixels of its upright photo."""
    labels: tuple[str, ...] = ()
    similarities: tuple[float, ...] = ()
    weakest: float | None = None
    band: tuple[float, float] | None = None
    mining_run: str | None = None
    embedder_fingerprint: str | None = None
    check_id: str | None = None
    check_verdict: str | None = None
    check_sentence: str | None = None
    numbers: str | None = None
    """JSON."""
    suggested_reasons: tuple[str, ...] = ()
    measured_by: str | None = None
    output_sha256: str | None = None
    mask_sha256: str | None = None
    widened_mask_sha256: str | None = None
    effect_mask_sha256: str | None = None
    alpha_sha256: str | None = None
    remover: str | None = None
    remover_fingerprint: str | None = None
    segmenter: str | None = None
    dilation: int | None = None
    region: tuple[int, int, int, int] | None = None


@dataclass(frozen=True, slots=True)
class VoteRecord:
    """One vote with all an exporter says about it."""

    decision_id: str
    """As it leaves: the decision's public id, or a pseudonym of it."""
    item_id: str
    kind: str
    """``group``, ``pair`` or ``removal``."""
    verdict: str
    reason: str | None
    """One of ``pair_verdicts.REJECT_REASONS``."""
    words: str | None
    """The reviewer's own."""
    marks: tuple[str | None, ...]
    """Of each object of a group; None for one that was not set apart."""
    reviewer: str
    """As it leaves."""
    reviewer_kind: str
    adjudicates: bool
    standing: bool
    undone: bool
    seconds: float | None
    decided_at: datetime
    seen: Seen
    split: str


@dataclass(frozen=True, slots=True, eq=False)
class RemovalPictures:
    """What the remover was shown and gave, cut to its working region: elsewhere both are equal."""

    input: NDArray[np.uint8]
    """[height, width, 3], like ``output``."""
    output: NDArray[np.uint8]
    mask: NDArray[np.uint8]
    """[height, width]: 255 on the object; like ``widened``."""
    widened: NDArray[np.uint8]


ReadPictures = Callable[[VoteRecord], RemovalPictures]
"""Called from several threads."""


def sample_id(decision_id: str) -> str:
    """Hex sha256 over the task and the decision's id as it leaves."""
    return hashlib.sha256(f"{TASK}\n{decision_id}".encode()).hexdigest()


def decision_samples(records: Iterable[VoteRecord], read_pictures: ReadPictures | None) -> Iterator[Sample]:
    """Samples of ``records`` in their order, for ``write_folder``; no picture is read yet.

    Args:
        records: Each vote once.
        read_pictures: Gives those of a removal; None exports no pictures.
    """
    return (_sample(record, read_pictures) for record in records)


def _sample(record: VoteRecord, read_pictures: ReadPictures | None) -> Sample:
    own = {each.name: getattr(record, each.name) for each in fields(record)}
    seen, split, decision_id = own.pop("seen"), own.pop("split"), own.pop("decision_id")
    values = {
        "sample_id": sample_id(decision_id),
        "decision_ids": [decision_id],
        **{name: _plain(value) for name, value in {**own, **asdict(seen)}.items()},
    }
    pictures: Mapping[str, Picture] = {}
    if record.kind == "removal" and read_pictures is not None:
        make = partial(_made, record, read_pictures)
        pictures = {column: Picture(record.item_id, column, make) for column in PICTURES}
    return Sample(split, values, pictures)


def _plain(value: object) -> object:
    """Lists for tuples, as a table that is read back has them."""
    return [_plain(each) for each in value] if isinstance(value, tuple) else value


def _made(record: VoteRecord, read_pictures: ReadPictures) -> Made:
    shown = read_pictures(record)
    planes = (shown.input, shown.output, shown.mask, shown.widened)
    files: dict[str, MediaFile] = dict(zip(PICTURES, map(png, planes), strict=True))
    return Made(files)
