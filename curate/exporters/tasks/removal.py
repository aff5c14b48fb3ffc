"""The ``removal`` task: input X with its mask M, target X_cf (ObjectDrop, section 4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import pyarrow as pa

from curate.exporters.pixels import MediaFile, png
from curate.exporters.tasks.pair_columns import COLUMNS, EFFECT, EFFECT_MEANING, MASK, MASK_MEANING, SAMPLE_ID
from curate.exporters.tasks.pair_records import PairFiles, PairRecord, ReadPair
from curate.exporters.tasks.pair_rules import holdings, mask_faults, row_faults
from curate.exporters.tasks.pair_samples import pair_samples
from curate.exporters.tasks.pair_words import (
    COUNTS,
    LIMITS,
    MAKING,
    NOTHING,
    RIGHTS,
    TWO_EXPOSURES,
    described,
    facts,
    pairs,
)
from curate.exporters.tasks.tally import Tally
from curate.exporters.tasks.task import CardWords, Column, PixelsOf, Row, Sample, SizeOf, Task

TASK = "removal"
_INPUT, _TARGET, _ALPHA = "input_file_name", "target_file_name", "alpha_file_name"
_PICTURES = (
    Column(_INPUT, pa.string(), "X: the photo with the object"),
    Column(MASK, pa.string(), "M: where the object is in the input"),
    Column(_TARGET, pa.string(), "X_cf: the photo of the same scene without the object"),
    Column(EFFECT, pa.string(), "E: where the object's shadow and reflections are in the input"),
    Column(_ALPHA, pa.string(), "how strong the effect is, pixel by pixel"),
)


def removal_samples(records: Iterable[PairRecord], read_pair: ReadPair) -> list[Sample]:
    """Samples of ``records`` for ``write_folder``."""
    return pair_samples(TASK, [each.name for each in _PICTURES], records, read_pair, _parts)


def _parts(files: PairFiles) -> Mapping[str, MediaFile]:
    return {
        _INPUT: files.factual,
        MASK: png(files.mask),
        _TARGET: files.counterfactual,
        EFFECT: png(files.effect),
        _ALPHA: png(files.alpha),
    }


def _row_faults(row: Row, size_of: SizeOf) -> Iterator[str]:
    return row_faults(TASK, row, size_of)


def _pixel_faults(row: Row, pixels: PixelsOf) -> Iterator[str]:
    yield from mask_faults(row, pixels)
    if pixels(row[_ALPHA]).ndim != 2:
        yield f"has more than grey values in {row[_ALPHA]}"


def _summary(tally: Tally) -> str:
    return (
        f"{pairs(tally)} for object removal: one scene photographed with an object (`input`) and, after the "
        "object was taken away, without it (`target`). `target` is a real photo, not a model's output. Each "
        f"pair was measured and accepted by a decision on record. {described(tally)}"
    )


REMOVAL = Task(
    name=TASK,
    columns=(SAMPLE_ID, *_PICTURES, *COLUMNS),
    holdings=holdings,
    row_faults=_row_faults,
    pixel_faults=_pixel_faults,
    masks={
        MASK: MASK_MEANING,
        EFFECT: EFFECT_MEANING,
        _ALPHA: "255 * |target - input| / the brighter of both, in linear light, on the effect; 0 elsewhere",
    },
    card=CardWords(
        category="image-to-image",
        tag="object-removal",
        facts=facts,
        summary=_summary,
        counts=COUNTS,
        loaded=(
            "`input`, `mask`, `target`, `effect_mask` and `alpha` come as pictures of one size, the photos "
            "in RGB and the masks in 8-bit grey; all other columns as they stand below. A removal model gets "
            "`input` as it is, not greyed out under the mask, and `mask`, and learns to make `target`, which "
            "lacks the object's shadow and reflections too. "
            f"{TWO_EXPOSURES}"
        ),
        rights=RIGHTS,
        making=MAKING,
        limits=LIMITS,
    ),
    nothing=NOTHING,
)
