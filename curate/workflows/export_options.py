"""What every export is asked for, and what it tells."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from curate.errors import ExportError, SettingsError
from curate.exporters.formats.image_folder import IMAGE_FOLDER
from curate.exporters.splits import SHARES
from curate.manifest_records import ManifestSpec, Provenance, WrittenManifest

LeftOut = Mapping[str, Collection[UUID]]
"""What gave no record, by reason; a reason may have nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitOptions:
    """What decides which split a new photo goes to."""

    shares: tuple[int, int, int] = SHARES
    seed: int = 0
    near_duplicate_distance: int = 6

    def __post_init__(self) -> None:
        if min(self.shares) < 0 or sum(self.shares) != 100:
            raise SettingsError(
                "The shares of train, validation and test are percent: give three that add up to 100."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportOptions(SplitOptions):
    """Options of all tasks; written into the manifest."""

    name: str = field(kw_only=False)
    version: str = field(kw_only=False)
    include_automatic: bool = False
    allow_unknown_rights: bool = False
    format: str = IMAGE_FOLDER.name

    def spec(self, task: str, parameters: Mapping[str, object], provenance: Provenance) -> ManifestSpec:
        """What is written into the manifest of this export."""
        return ManifestSpec(self.name, self.version, task, parameters, self.format, provenance)

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


def refuse_unlicensed(photos: Collection[str], options: ExportOptions) -> None:
    """Raise ``ExportError`` if there are photos (sha256) without a licence, unless that is allowed."""
    if photos and not options.allow_unknown_rights:
        raise ExportError(
            f"{len(photos)} photos have no licence on record: ingest them again with --licence, "
            "or export with --allow-unknown-rights."
        )


def reasons(left_out: LeftOut) -> str:
    """How many were left out and why, in one phrase; empty if none were."""
    return "; ".join(f"{len(gone)} {why}" for why, gone in left_out.items() if gone)


def told(left_out: LeftOut) -> dict[str, tuple[str, ...]]:
    """What ``Exported`` says of it."""
    return {why: tuple(sorted(map(str, gone))) for why, gone in left_out.items() if gone}
