"""Cells compared as widely as a recall asks for, which a random sample tells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from index.comparing.cell_by_cell import Found, compare_cells, place, place_asking
from index.comparing.cells import ALL, make_cells, suitable_count
from index.comparing.corpus import Corpus
from index.comparing.known import Known
from index.comparing.options import JoinOptions
from index.comparing.recall import PairSample, Recall, suitable_margin, suitable_sample
from index.comparing.report import Clock, Progress
from index.comparing.scratch import JoinScratch

WIDE, WIDE_OF_MANY, MANY = 0.15, 0.12, 2_000_000
"""The margin at which vectors are put into cells at first: most corpora need less, and among many it takes
room on the disk (of ten million synthetic ones .15 took 2.6 GB, and .11 was enough)."""
_WIDENED = 0.02
"""What the margin grows by where the pairs found show that it was too small after all."""


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """What was found, at which margin, and how much of all there is."""

    found: Found
    cells: int
    margin: float
    sample: PairSample | None
    """None where all was compared, or the margin was given."""
    recall: Recall | None


def compare_measured(
    corpus: Corpus, options: JoinOptions, scratch: JoinScratch, clock: Clock, on_progress: Progress
) -> Measured:
    """Compare cells at the margin that the sample asks for.

    And again at a wider one if pairs of the sample are missing: the margin is read off products of other
    blocks, which are rounded otherwise.
    """
    all_of_it = options.recall >= 1 or len(corpus) <= options.exact_below
    count = options.cells or (1 if all_of_it else suitable_count(len(corpus)))
    cells = make_cells(corpus.table, count, options.seed, corpus.arithmetic, corpus.device)
    margin = ALL if all_of_it else WIDE if len(corpus) < MANY else WIDE_OF_MANY
    if options.margin is not None:
        margin = options.margin
    with clock.phase("cells"):
        placement = place(cells, margin, scratch, on_progress)
    sample = None
    if options.margin is None and not all_of_it:
        with clock.phase("sample"):
            sample = suitable_sample(corpus, placement, options.recall, options.seed, scratch, on_progress)
        margin = suitable_margin(sample.needed, sample.design_effect, options.recall)
    while True:
        if margin > placement.margin:
            with clock.phase("cells"):
                placement = place(cells, min(ALL, margin + _WIDENED), scratch, on_progress)
        with clock.phase("compare"):
            found = compare_cells(corpus, placement, margin, scratch, on_progress)
        if sample is None:
            return Measured(found, len(cells), margin, None, None)
        recall = _recall(found, sample, len(corpus))
        if recall.interval()[0] >= options.recall or recall.missed == 0 or margin >= ALL:
            return Measured(found, len(cells), margin, sample, recall)
        margin += _WIDENED


def compare_asking(
    corpus: Corpus, known: Known, scratch: JoinScratch, clock: Clock, on_progress: Progress
) -> Measured:
    """Compare those that ask with all."""
    asking = corpus.distinct.values_of(known.asks())
    cells = make_cells(corpus.table, 1, 0, corpus.arithmetic, corpus.device)
    with clock.phase("compare"):
        found = compare_cells(corpus, place_asking(cells, asking), ALL, scratch, on_progress)
    return Measured(found, len(cells), ALL, None, None)


def _recall(found: Found, sample: PairSample, count: int) -> Recall:
    left, right = np.minimum(sample.chosen, sample.other), np.maximum(sample.chosen, sample.other)
    there = np.isin(left * count + right, found.left * count + found.right)
    return Recall(int(np.count_nonzero(there)), len(sample), sample.design_effect)
