"""Records of counterfactual pairs on their way to disk: their rows, and how their pictures are made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from curate.exporters.pixels import MediaFile
from curate.exporters.tasks.pair_records import (
    PairFiles,
    PairRecord,
    ReadPair,
    check_files,
    sample_id,
)
from curate.exporters.tasks.task import Made, Picture, Row, Sample

Parts = Callable[[PairFiles], Mapping[str, MediaFile]]
"""The pictures of a record by column."""


def pair_samples(
    task: str, columns: Sequence[str], records: Iterable[PairRecord], read_pair: ReadPair, parts: Parts
) -> list[Sample]:
    """Samples of ``records``, for ``write_folder``; no photo is read yet.

    Args:
        task: Its name.
        columns: Those that name pictures.
        records: In any order, each pair once.
        read_pair: Gives the pixels of a pair.
        parts: Makes the pictures of ``columns`` from them.
    """
    samples = []
    for record in records:
        make = partial(_made, record, read_pair, parts)
        pictures = {column: Picture(str(record.pair_id), column, make) for column in columns}
        samples.append(Sample(record.split, _values(task, record), pictures))
    return samples


def _made(record: PairRecord, read_pair: ReadPair, parts: Parts) -> Made:
    files = read_pair(record)
    check_files(record, files)
    height, width = files.mask.shape
    crop = files.crop
    box = [int(crop.x), int(crop.y), width, height] if crop else [0, 0, width, height]
    values = {"width": width, "height": height, "aligned": crop is not None, "crop": box}
    return Made(parts(files), values)


def _values(task: str, record: PairRecord) -> Row:
    photos = record.factual_sha256, record.counterfactual_sha256
    return {
        "sample_id": sample_id(task, *photos, record.mask_sha256),
        "object_name": record.object_name,
        "object_key": record.object_key,
        "pair_id": str(record.pair_id),
        "kind": record.kind,
        "scene_id": record.scene_id,
        "shoot_id": str(record.shoot_id),
        "held_out": record.held_out,
        "factual_sha256": record.factual_sha256,
        "counterfactual_sha256": record.counterfactual_sha256,
        "mask_sha256": record.mask_sha256,
        "credit": record.credit,
        "licence": record.licence,
        "consent": record.consent,
        "qc_verdict": record.verdict,
        "qc_shift": record.shift,
        "qc_ev": record.ev,
        "decision_ids": list(record.decision_ids),
    }
