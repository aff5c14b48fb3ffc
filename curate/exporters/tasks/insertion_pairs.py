"""The ``insertion-pairs`` task: input y = M*X + (1-M)*X_cf, target X (ObjectDrop's second stage, section 5).

y is computed from the pixels that a reader of the exported photos gets, so it is exact whatever became of
the originals, and verification computes it again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import numpy as np
import pyarrow as pa

from curate.exporters.pixels import QUICK, MediaFile, decoded, pasted, png
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

TASK = "insertion-pairs"
_INPUT, _TARGET, _BACKGROUND = "input_file_name", "target_file_name", "background_file_name"
_PICTURES = (
    Column(_INPUT, pa.string(), "y = M*X + (1-M)*X_cf: the object pasted into the photo without it; PNG"),
    Column(MASK, pa.string(), "M: where the object is in input and target"),
    Column(_TARGET, pa.string(), "X: the photo with the object, its shadow and reflections"),
    Column(_BACKGROUND, pa.string(), "X_cf: the photo of the same scene without the object"),
    Column(EFFECT, pa.string(), "E: where the object's shadow and reflections are in the target"),
)


def insertion_pair_samples(
    records: Iterable[PairRecord], read_pair: ReadPair, max_pixels: int
) -> list[Sample]:
    """Samples of ``records`` for ``write_folder``; exported photos of up to ``max_pixels`` are decoded."""

    def parts(files: PairFiles) -> Mapping[str, MediaFile]:
        factual, counterfactual = (
            decoded(each.data, max_pixels) for each in (files.factual, files.counterfactual)
        )
        return {
            _INPUT: png(pasted(factual, counterfactual, files.mask), QUICK),
            MASK: png(files.mask),
            _TARGET: files.factual,
            _BACKGROUND: files.counterfactual,
            EFFECT: png(files.effect),
        }

    return pair_samples(TASK, [each.name for each in _PICTURES], records, read_pair, parts)


def _row_faults(row: Row, size_of: SizeOf) -> Iterator[str]:
    yield from row_faults(TASK, row, size_of)
    if not row[_INPUT].endswith(".png"):
        yield f"has the lossy input {row[_INPUT]}"


def _pixel_faults(row: Row, pixels: PixelsOf) -> Iterator[str]:
    faults = list(mask_faults(row, pixels))
    yield from faults
    photos = pixels(row[_TARGET]), pixels(row[_BACKGROUND])
    if not faults and not np.array_equal(pixels(row[_INPUT]), pasted(*photos, pixels(row[MASK]))):
        yield f"has an input {row[_INPUT]} that is not target inside the mask and background outside it"


def _summary(tally: Tally) -> str:
    return (
        f"{pairs(tally)} for object insertion: one scene photographed with an object (`target`) and, after "
        "the object was taken away, without it (`background`). `input` is the object cut out of `target` by "
        "the mask and pasted into `background`: it lacks the shadow and reflections that the model is to "
        f"add. Each pair was measured and accepted by a decision on record. {described(tally)}"
    )


INSERTION_PAIRS = Task(
    name=TASK,
    columns=(SAMPLE_ID, *_PICTURES, *COLUMNS),
    holdings=holdings,
    row_faults=_row_faults,
    pixel_faults=_pixel_faults,
    masks={MASK: MASK_MEANING, EFFECT: EFFECT_MEANING},
    card=CardWords(
        category="image-to-image",
        tag="object-insertion",
        facts=facts,
        summary=_summary,
        counts=COUNTS,
        loaded=(
            "`input`, `mask`, `target`, `background` and `effect_mask` come as pictures of one size, the "
            "photos in RGB and the masks in 8-bit grey; all other columns as they stand below. An insertion "
            "model gets `input` and `mask` and learns to make `target`. On the pixels that Pillow decodes "
            "`input == numpy.where(mask[..., None] == 255, target, background)` holds exactly. "
            f"{TWO_EXPOSURES}"
        ),
        rights=RIGHTS,
        making=MAKING,
        limits=LIMITS,
    ),
    nothing=NOTHING,
)
