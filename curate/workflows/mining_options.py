"""What a mining run is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from curate.errors import SettingsError
from curate.records import Band, MiningFilter

RULES = ("compact", "star")
DEFAULT_FILTER = MiningFilter(min_confidence=0.3, min_share=0.01, max_share=0.9, min_side=64)
_HASH_BITS = 64


@dataclass(frozen=True, slots=True)
class MiningOptions:
    """What `curate mine` was asked for. All of it is recorded with the run."""

    band: Band | None
    """None is the embedder's own."""
    filter: MiningFilter
    rule: str = "compact"
    min_views: int = 3
    """Other views besides the object itself (ObjectMate keeps objects with at least three)."""
    max_size: int = 12
    """Most members of a group; one screen of the review app."""
    near_duplicate_distance: int = 6
    """Photos whose 64-bit hashes differ in at most this many bits are one photo."""
    recall: float = 0.999
    """Share of the pairs in the band to be found at least; 1 compares every two objects."""
    top_k: int = 100
    """Nearest objects of each whose edges stay, from either side."""
    max_degree: int = 1000
    """Most edges of one object, its nearest."""

    def __post_init__(self) -> None:
        _check_filter(self.filter)
        if not 0 <= self.near_duplicate_distance <= _HASH_BITS:
            raise SettingsError(
                f"--near-duplicate-distance {self.near_duplicate_distance} is no number of bits of a hash of "
                f"{_HASH_BITS}: type one from 0 to {_HASH_BITS}; 6 is the default."
            )
        if self.rule not in RULES:
            raise SettingsError(f"There is no grouping rule {self.rule!r}: choose from {', '.join(RULES)}.")
        if self.band and not -1 <= self.band.low <= self.band.high <= 1:
            raise SettingsError("The band must hold -1 <= low <= high <= 1: type it as in --band 0.4 0.8.")
        if self.min_views < 1:
            raise SettingsError(
                f"--min-views {self.min_views} is too few: a group is two views at least, so type "
                "--min-views 1 or more."
            )
        if self.max_size <= self.min_views:
            raise SettingsError(
                f"--max-size {self.max_size} is too small for --min-views {self.min_views}: a view and so "
                f"many others are a group, so type --max-size {self.min_views + 1} or more."
            )
        if not 0 < self.recall <= 1:
            raise SettingsError("--recall is a share above 0, and 1 at most: 0.999 misses one pair in 1,000.")
        if self.top_k < self.max_size:
            raise SettingsError(
                f"--top-k {self.top_k} is below --max-size {self.max_size}: a group needs its edges, so "
                f"type --top-k {self.max_size} or more."
            )
        if self.max_degree < self.top_k:
            raise SettingsError(
                f"--max-degree {self.max_degree} is below --top-k {self.top_k}: an object needs its edges, "
                f"so type --max-degree {self.top_k} or more."
            )


def _check_filter(kept: MiningFilter) -> None:
    for name in ("min_confidence", "min_share", "max_share"):
        value = getattr(kept, name)
        if not 0 <= value <= 1:  # as this, so that nan is refused
            option = f"--{name.replace('_', '-')}"
            raise SettingsError(f"{option} {value:g} is no share: type {option} with a number from 0 to 1.")
    if kept.min_share > kept.max_share:
        raise SettingsError(
            f"--min-share {kept.min_share:g} is above --max-share {kept.max_share:g}: no box passes both, so "
            "type a smaller --min-share."
        )
    if not kept.min_side >= 0:
        raise SettingsError(f"--min-side {kept.min_side:g} is no length: type --min-side with 0 or more.")


def from_parameters(recorded: Mapping[str, Any]) -> tuple[MiningOptions, str, str]:
    """Options, and fingerprints of detector and embedder, as they were recorded with a run."""
    asked = dict(recorded)
    detector, embedder = asked.pop("detector"), asked.pop("embedder")
    kept = asked.pop("filter")
    passing = MiningFilter(**{**kept, "exclude_labels": tuple(kept["exclude_labels"])})
    return MiningOptions(Band(**asked.pop("band")), passing, **asked), detector, embedder
