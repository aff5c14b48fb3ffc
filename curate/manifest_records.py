"""What goes into an exported manifest and what comes of it, as frozen records without I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from uuid import UUID

from curate.records import Box


@dataclass(frozen=True, slots=True)
class SubjectView:
    """One accepted view of a subject, with everything an exporter needs to write it."""

    object_id: UUID
    photo_sha256: str
    uri: str
    box: Box
    label: str
    score: float
    source: str | None
    licence: str | None
    consent: str | None


@dataclass(frozen=True, slots=True)
class SubjectRecord:
    """One training sample of the ``subject`` task: a target and its references.

    ``target`` and ``references`` are views of one thing, each from a different photo
    (ObjectMate, section 3: three references and one target).
    """

    sample_id: str
    """Content-derived; hex."""
    group_id: str
    """Content-derived id of the accepted set the views belong to."""
    target: SubjectView
    references: tuple[SubjectView, ...]
    """Most similar first."""
    similarities: tuple[float, ...]
    """Cosine of the target to each reference, in the same order."""
    caption: str
    split: str
    """``train``, ``validation`` or ``test``."""
    decision_ids: tuple[str, ...]
    """Public ids of the decisions that accept these views, sorted."""
    caption_source: str = "template"
    """``person``, ``template`` or the captioner's fingerprint; see ``curate.captions``."""


@dataclass(frozen=True, slots=True, order=True)
class UsedModel:
    """A model that had a part in what was decided on."""

    role: str
    """``detector``, ``embedder``, ``segmenter``, ``remover`` or ``captioner``."""
    name: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Provenance:
    """How an approved set came to be, in numbers that name nobody."""

    decisions: int = 0
    """That the set rests on."""
    automatic: int = 0
    """How many of them a policy made, which looks at nothing but numbers."""
    reviewers: int = 0
    """People behind the others."""
    items: Mapping[str, int] = field(default_factory=dict)
    """What they decided on, by kind: ``group``, ``pair``, ``removal``."""
    agreed: int = 0
    """Of the items in ``asked`` those on which all said exactly the same."""
    asked: int = 0
    """Items of these on which at least two people gave their own word; adjudicators know that of others."""
    models: tuple[UsedModel, ...] = ()
    """By role and name."""
    mining: tuple[Mapping[str, object], ...] = ()
    """Parameters of the mining runs that found the groups first: band, filters, rule."""

    def to_json(self) -> dict[str, object]:
        return {**asdict(self), "mining": [dict(each) for each in self.mining], "models": self._models()}

    def _models(self) -> list[dict[str, str]]:
        return [asdict(each) for each in self.models]


@dataclass(frozen=True, slots=True)
class ManifestSpec:
    """What an export was asked for: written into manifest.json and part of its identity."""

    name: str
    version: str
    task: str
    parameters: Mapping[str, object] = field(default_factory=dict)
    """JSON values: filters, band, seed, references per target, model fingerprints."""
    format: str = "imagefolder"
    """Layout of the folder; one of ``exporters.formats.FORMATS``."""
    provenance: Provenance = Provenance()


@dataclass(frozen=True, slots=True)
class WrittenManifest:
    """An exported manifest as it lies on disk."""

    directory: Path
    content_hash: str
    """sha256 over the canonical form of all else in manifest.json; hex. The manifest's identity."""
    counts: Mapping[str, int]
    """Records per split, ``groups``, ``photos`` and ``files``."""
    already_there: bool = False
    """True if an equal, undamaged manifest was in the place and nothing was written."""
