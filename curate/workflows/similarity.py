"""The edges of the latest run by similarity, and how often people found them right."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from curate.database import mining, rules
from curate.database import similarity as statistics
from curate.database.tables import MiningRun
from curate.records import Band
from curate.shares import Share
from curate.workspace import Workspace

ENOUGH_DRAWS = 30
"""Decided random draws from which on they alone are taken for precision, unless told otherwise."""

_HISTOGRAM_BINS = 40
_PRECISION_BINS = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """A stretch of similarity, ``low`` included."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class EdgeBin(Bin):
    """The edges in it."""

    edges: int


@dataclass(frozen=True, slots=True)
class PrecisionBin(Bin):
    """Of the edges in it that people settled, those that are the same thing."""

    same: Share


@dataclass(frozen=True, slots=True)
class Similarities:
    """The edges of the latest run."""

    band: Band
    bins: tuple[EdgeBin, ...]
    """Equal bins over the band: mining stores nothing outside of it."""


@dataclass(frozen=True, slots=True)
class Precision:
    """What people say about the edges of the latest run, by similarity."""

    random_only: bool
    """Only random draws were taken, which gives an unbiased picture of all groups."""
    bins: tuple[PrecisionBin, ...]


def similarities(workspace: Workspace) -> Similarities:
    """The edges of the latest run, binned.

    Raises:
        NotFoundError: nothing has been mined.
    """
    with workspace.transaction() as session:
        run = mining.latest_run(session)
        band = _band(run)
        counts = statistics.similarities(session, run, _span(band), _HISTOGRAM_BINS)
    spans = _cut(_span(band), _HISTOGRAM_BINS)
    return Similarities(band, tuple(EdgeBin(*each, n) for each, n in zip(spans, counts, strict=True)))


def precision(workspace: Workspace, *, random_only: bool) -> Precision:
    """How often the edges of the latest run are right, by similarity.

    Raises:
        NotFoundError: nothing has been mined.
    """
    with workspace.transaction() as session:
        run = mining.latest_run(session)
        span = _span(_band(run))
        needed = rules.consensus(session).needed
        counts = statistics.judged(
            session, run, span, _PRECISION_BINS, votes_needed=needed, random_only=random_only
        )
    spans = _cut(span, _PRECISION_BINS)
    bins = (PrecisionBin(*each, Share(*n)) for each, n in zip(spans, counts, strict=True))
    return Precision(random_only, tuple(bins))


def _band(run: MiningRun) -> Band:
    return Band(**run.parameters["band"])


def _span(band: Band) -> tuple[float, float]:
    """What is cut into bins; a band may be a single value, bins may not."""
    return band.low, max(band.high, band.low + 1e-6)


def _cut(span: tuple[float, float], bins: int) -> list[tuple[float, float]]:
    low, high = span
    edges = [low + (high - low) * n / bins for n in range(bins + 1)]
    return list(pairwise(edges))
