"""What workflows tell about counterfactual pairs, as frozen records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

FRAME_SUFFIX = ".frame"
"""Of a frame's original bytes in the media store, whatever their format."""
IMAGE_SUFFIX = ".png"
"""Of masks, change maps and reports in the media store."""


@dataclass(frozen=True, slots=True)
class StoredFrame:
    """A photo whose bytes are in the media store, ready to be one of a pair."""

    sha256: str
    new: bool
    """False if the same bytes were handed in before."""
    width: int
    """Pixels of the upright photo."""
    height: int
    format: str
    """Name by content, such as JPEG, TIFF or a RAW format's."""


@dataclass(frozen=True, slots=True)
class HandedIn:
    """What became of two frames that were handed in as a pair."""

    pair: UUID
    """UUIDv5 over both sha256: the same two frames in the same order are the same pair everywhere."""
    new: bool
    """False if the pair was here before; its shoot is then as it was, and so is the name of its object, if it
    had one."""


@dataclass(frozen=True, slots=True)
class PairReport:
    """One measured verdict on a pair."""

    check: UUID
    """Content-derived id of what was measured, which decisions name; see ``review.decide``."""
    pair: UUID
    verdict: str
    """``pass``, ``warn`` or ``fail``."""
    sentence: str
    """For the photographer, the worst finding first."""
    findings: tuple[Mapping[str, Any], ...]
    """Worst first, with the fields of ``curate.capture.records.Finding``."""
    numbers: Mapping[str, Any]
    """Everything measured, JSON values; see ``PairCheck.numbers``."""
    swapped: bool
    """True if the frame called counterfactual seems to hold the object."""
    models: str
    """Detector and embedder that were asked as ``name and name``, or ``not asked``."""
    alignment: Mapping[str, Any] | None
    """How the counterfactual has to be moved before use, JSON values; None: the pair is used as it is."""
    mask_sha256: str
    """Object mask in the media store, suffix ``.png``: 8 bit, 255 on the object, as large as the factual."""
    effect_sha256: str
    """Shadow and reflection, like the object mask."""
    alpha_sha256: str
    """Strength of the effect, 0..255 for 0..1."""
    change_sha256: str
    """Change map as a picture for people, ``.png``."""
    report_sha256: str
    """Both frames, change map, masks and numbers on one picture, ``.png``."""
    given_mask_sha256: str | None
    """The corrected mask it rests on; None if the object was found by the program."""
    fingerprint: str
    """Hash of the checks, their thresholds and the models that were asked."""
    checked_at: datetime


@dataclass(frozen=True, slots=True)
class PairSummary:
    """One line of a list of pairs."""

    pair: UUID
    shoot: UUID
    shoot_name: str
    photographer: str
    kind: str
    """``pair``, ``triplet`` or ``burst``."""
    object_name: str | None
    factual_sha256: str
    counterfactual_sha256: str
    factual_name: str
    """File name the frame was handed in by first."""
    counterfactual_name: str
    verdict: str | None
    """``pass``, ``warn`` or ``fail``; None while the pair is not checked (with its newest mask)."""
    sentence: str | None
    swapped: bool
    state: str
    """``open``, ``accepted``, ``rejected``, ``disputed``, ``flagged`` or ``superseded``; see ``verdicts``."""
    superseded_by: UUID | None
    handed_in_by: str
    handed_in_at: datetime


@dataclass(frozen=True, slots=True)
class MaskCorrection:
    """An object mask that somebody corrected. All of them are kept; the newest one counts."""

    sha256: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Renaming:
    """That the object of a pair got another name."""

    old: str | None
    new: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PairDecision:
    """One decision or undo on a pair."""

    public_id: UUID
    reviewer: str
    verdict: str
    """``accept``, ``reject``, ``flag`` or ``undo``."""
    reason: str | None
    adjudicates: bool
    undone: bool
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class PairDetail:
    """Everything known about one pair."""

    summary: PairSummary
    report: PairReport | None
    """The current one; None while the pair is not checked (with its newest mask)."""
    earlier_reports: tuple[PairReport, ...]
    """Newest first."""
    masks: tuple[MaskCorrection, ...]
    """Newest first."""
    decisions: tuple[PairDecision, ...]
    """Newest first."""
    supersedes: tuple[UUID, ...]
    """Pairs it took the place of, newest first."""
    renamings: tuple[Renaming, ...] = ()
    """Newest first."""
