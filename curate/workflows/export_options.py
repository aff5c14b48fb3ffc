"""What every export is asked for, and what it tells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from curate.errors import SettingsError
from curate.exporters.splits import SHARES
from curate.records import WrittenManifest


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportOptions:
    """Options of all tasks; written into the manifest."""

    include_automatic: bool = False
    allow_unknown_rights: bool = False
    shares: tuple[int, int, int] = SHARES
    seed: int = 0
    near_duplicate_distance: int = 6

    def __post_init__(self) -> None:
        if min(self.shares) < 0 or sum(self.shares) != 100:
            raise SettingsError(
                "The shares of train, validation and test are percent: give three that add up to 100."
            )

    def parameters(self) -> dict[str, object]:
        """What of it decides the content of a manifest, as JSON values."""
        return {
            "include_automatic": self.include_automatic,
            "shares": list(self.shares),
            "seed": self.seed,
            "near_duplicate_distance": self.near_duplicate_distance,
        }


@dataclass(frozen=True, slots=True)
class Exported:
    """A manifest and what was left out of it, with reasons."""

    manifest: WrittenManifest
    records: int
    left_out: Mapping[str, Sequence[str]]
    """Ids of the objects or pairs that gave no record, sorted, by reason."""
    warnings: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Ids of those that gave one and that a trainer should know of, sorted, by what is odd about them."""
