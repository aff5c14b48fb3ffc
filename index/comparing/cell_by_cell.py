"""All cells, each compared with the vectors that ask at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.comparing.blocks import Comparison
from index.comparing.cells import ALL, GAPS, Cells, assignment
from index.comparing.corpus import Corpus
from index.comparing.deciding import decide_all, named_pairs, pair_names
from index.comparing.kernels import by_cell
from index.comparing.options import BYTES_PER_PAIR
from index.comparing.ranks import sorted_once
from index.comparing.report import Progress
from index.comparing.scratch import Arrays, JoinScratch
from index.comparing.threads import in_threads
from index.edges import Floats, Indices

_ASSIGNED_AT_ONCE = 1 << 17, 1 << 18
"""Vectors assigned at once, fewest and most: a cell is asked by each part, and each thread holds all that one
part asks, some hundred MB."""
_PARTS = 32
"""Vectors are assigned in so many parts unless these would be larger; a kill costs one for each thread."""
_PIECES = 128
"""Cells are compared in so many pieces at most; a kill costs one for each thread."""
_LEAST = 1 << 26
"""Products worth a piece: some tens of milliseconds."""
_COPIES = 3
"""Of the names of all proposed pairs, about, while they are merged."""


@dataclass(frozen=True, slots=True, eq=False)
class Placement:
    """Which vectors lie in each cell, and which ask at it."""

    cells: Cells
    margin: float
    """The widest at which it is known who asks."""
    home: NDArray[np.int32]
    """[vectors]: the cell each lies in."""
    best: NDArray[np.float32]
    """[vectors]: similarity to its pivot."""
    data: NDArray[np.uint32]
    """[vectors], sorted by cell."""
    starts: Indices
    """int64 [cells + 1] into ``data``."""
    asking: list[Arrays]
    """``asking``, ``gap`` and ``offsets`` of each part of the vectors."""

    def lying_in(self, cell: int) -> Indices:
        return self.data[self.starts[cell] : self.starts[cell + 1]].astype(np.int64)

    def asking_at(self, cell: int, margin: float) -> Indices:
        """Names of those whose closest pivot is at most ``margin`` more similar."""
        widest = (margin + self.cells.arithmetic.step) / ALL * GAPS
        parts = []
        for part in self.asking:
            here = slice(part["offsets"][cell], part["offsets"][cell + 1])
            parts.append(part["asking"][here][part["gap"][here] <= widest])
        return np.concatenate(parts, dtype=np.int64)

    def asking_counts(self) -> Indices:
        """How many ask at each cell at the widest margin. int64 [cells]."""
        counts = np.zeros(len(self.cells), np.int64)
        for part in self.asking:
            counts += np.diff(part["offsets"])
        return counts


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Pairs of distinct vectors in the band."""

    left: Indices
    right: Indices
    similarity: Floats
    above: Indices
    """Vectors with something of another photo above the band."""
    above_left: Indices
    above_right: Indices
    """Pairs above the band of which one stands for several photos."""
    compared: int
    """Products of two vectors."""
    cut: int
    """Pairs in the band that were let go for ``top_k`` nearer ones, about: most are met from both sides."""


def place(cells: Cells, margin: float, scratch: JoinScratch, on_progress: Progress) -> Placement:
    """Find the cell of every vector and those it asks at."""
    count = len(cells.table)
    fewest, most = _ASSIGNED_AT_ONCE
    size = max(fewest, min(most, -(-count // _PARTS)))
    ranges = [range(start, min(start + size, count)) for start in range(0, count, size)]
    assign = assignment(cells, margin)

    def worker() -> Callable[[int], tuple[int, Arrays]]:
        of_range = assign()
        return lambda n: (n, scratch.part(f"cells-{margin:.6f}-{n:04d}", lambda: of_range(ranges[n])))

    parts: dict[int, Arrays] = {}
    for number, part in in_threads(range(len(ranges)), worker):
        parts[number] = part
        on_progress("cells", len(parts), len(ranges))
    in_order = [parts[n] for n in range(len(ranges))]
    home = np.concatenate([np.empty(0, np.int32), *(part["home"] for part in in_order)])
    best = np.concatenate([np.empty(0, np.float32), *(part["best"] for part in in_order)])
    starts, data = np.zeros(len(cells) + 1, np.int64), np.empty(count, np.uint32)
    by_cell(home, np.arange(count, dtype=np.uint32), starts, data)
    return Placement(cells, margin, home, best, data, starts, in_order)


def place_asking(cells: Cells, asking: Indices) -> Placement:
    """All in one cell, at which only some ask.

    Args:
        cells: one.
        asking: int64, names of vectors.
    """
    count = len(cells.table)
    part: Arrays = {
        "asking": asking.astype(np.uint32),
        "gap": np.zeros(len(asking), np.uint16),
        "offsets": np.array([0, len(asking)]),
    }
    home, best = np.zeros(count, np.int32), np.zeros(count, np.float32)
    data, starts = np.arange(count, dtype=np.uint32), np.array([0, count])
    return Placement(cells, ALL, home, best, data, starts, [part])


def compare_cells(
    corpus: Corpus, placement: Placement, margin: float, scratch: JoinScratch, on_progress: Progress
) -> Found:
    """Compare all that lie in each cell with all that ask at it at this margin."""
    products = np.diff(placement.starts) * placement.asking_counts()  # a piece may turn out smaller
    pieces = list(_pieces(products, np.diff(placement.starts)))

    def worker() -> Callable[[int], Arrays]:
        comparison = Comparison(corpus)
        return lambda n: scratch.part(
            f"proposed-{margin:.6f}-{n:05d}", lambda: _compared(comparison, placement, margin, pieces[n])
        )

    parts, held = [], 0
    for part in in_threads(range(len(pieces)), worker):
        parts.append(part)
        held += part["pairs"].nbytes
        corpus.check_room(held * _COPIES // BYTES_PER_PAIR)
        on_progress("compare", len(parts), len(pieces))
    if not parts:
        return _nothing_found()
    scratch.read_in_order("vectors")
    pairs = sorted_once(np.concatenate([part["pairs"] for part in parts]))
    decided = decide_all(corpus, pairs, f"decided-{margin:.6f}", scratch, on_progress)
    return _found([*parts, decided], decided, len(corpus))


Piece = list[tuple[int, int, int]]
"""Cells, and from which to which of the vectors that ask at each."""


def _pieces(products: Indices, lying: Indices) -> Iterator[Piece]:
    """Cells in turn until they are enough for a piece; a cell that is too much is cut."""
    enough = max(_LEAST, int(products.sum()) // _PIECES)
    piece: Piece = []
    held = 0
    for cell in np.flatnonzero(products).tolist():
        each = int(lying[cell])
        asking, start = int(products[cell]) // each, 0
        while start < asking:
            stop = min(asking, start + max(1, -(-(enough - held) // each)))
            piece.append((cell, start, stop))
            held += (stop - start) * each
            start = stop
            if held >= enough:
                yield piece
                piece, held = [], 0
    if piece:
        yield piece


def _compared(comparison: Comparison, placement: Placement, margin: float, piece: Piece) -> Arrays:
    compared = 0
    for cell, start, stop in piece:
        asking, data = placement.asking_at(cell, margin)[start:stop], placement.lying_in(cell)
        comparison.compare(asking, data)
        compared += len(asking) * len(data)
    return {**comparison.proposed(), "compared": np.array([compared])}


def _found(parts: list[Arrays], decided: Arrays, count: int) -> Found:
    """What lies in the band is in ``decided``, what lies above it in any of the parts."""

    def of_all(name: str) -> Indices:
        return np.concatenate([part[name] for part in parts if name in part])

    above_left, above_right = named_pairs(
        pair_names(of_all("above_left"), of_all("above_right"), count), count
    )
    return Found(
        decided["left"],
        decided["right"],
        decided["similarity"],
        np.unique(of_all("above")),
        above_left,
        above_right,
        int(of_all("compared").sum()),
        -(-int(of_all("cut").sum()) // 2),
    )


def _nothing_found() -> Found:
    nothing = np.empty(0, np.int64)
    return Found(nothing, nothing, np.empty(0, np.float32), nothing, nothing, nothing, 0, 0)
