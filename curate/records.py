"""What the product talks about, as frozen records. No I/O here and no third-party imports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Box:
    """An axis-aligned rectangle in pixels of the upright photo."""

    x: float
    """Left edge, pixels; 0 is the left border of the photo."""
    y: float
    """Top edge, pixels; 0 is the top border of the photo."""
    width: float
    """Pixels, > 0."""
    height: float
    """Pixels, > 0."""

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    @property
    def area(self) -> float:
        """Square pixels."""
        return self.width * self.height

    def clipped(self, width: int, height: int) -> Box | None:
        """The part inside a photo of ``width`` x ``height`` pixels, None if nothing is left."""
        left, top = max(self.x, 0.0), max(self.y, 0.0)
        right, bottom = min(self.right, float(width)), min(self.bottom, float(height))
        if right <= left or bottom <= top:
            return None
        return Box(left, top, right - left, bottom - top)

    def overlap(self, other: Box) -> float:
        """Intersection over union, 0..1."""
        width = min(self.right, other.right) - max(self.x, other.x)
        height = min(self.bottom, other.bottom) - max(self.y, other.y)
        if width <= 0 or height <= 0:
            return 0.0
        shared = width * height
        return shared / (self.area + other.area - shared)


@dataclass(frozen=True, slots=True)
class Detection:
    """One box a detector or a person drew, before it has an identity."""

    box: Box
    score: float
    """Confidence 0..1; 1 for boxes drawn by people."""
    label: str


@dataclass(frozen=True, slots=True)
class PhotoFacts:
    """What ingest learns from the bytes of one photo."""

    sha256: str
    """Hex digest of the file's bytes: the photo's identity."""
    byte_count: int
    format: str
    """Name by content, never by file name: JPEG, PNG, WEBP, TIFF, GIF, BMP, HEIF, AVIF, or one of
    ``photos.raw_exif.RAW_FORMATS``."""
    width: int
    """Pixels after the EXIF orientation is applied."""
    height: int
    """Pixels after the EXIF orientation is applied."""
    orientation: int
    """EXIF orientation 1..8 as stored in the file; 1 if absent or broken."""
    mode: str
    """Pillow mode of the stored pixels, such as RGB, CMYK or I;16."""
    exif: Mapping[str, object]
    """EXIF by tag name, JSON values; {} if absent or broken."""
    has_location: bool
    """True if EXIF holds GPS data."""
    perceptual_hash: int
    """64-bit pHash of the upright photo as an unsigned integer."""


@dataclass(frozen=True, slots=True)
class PhotoRights:
    """Where a photo comes from and what may be done with it; None means nobody said."""

    source: str | None = None
    licence: str | None = None
    consent: str | None = None


@dataclass(frozen=True, slots=True)
class PhotoRef:
    """Enough to find and check the original bytes of an ingested photo."""

    id: int
    """Key inside Postgres; never leaves the program."""
    sha256: str
    uris: tuple[str, ...]
    """Where its bytes were seen, latest first: ``file:`` URIs with percent-escapes, or any fsspec URLs."""
    width: int
    height: int
    taken_down: str | None = None
    """A sentence if nobody may see it any more; it lies nowhere then."""

    @property
    def uri(self) -> str:
        """The name to show: the latest place, or the sha256 of a photo that other bytes took the place of."""
        return self.uris[0] if self.uris else self.sha256


@dataclass(frozen=True, slots=True)
class DetectedObject:
    """One detected thing in one photo."""

    public_id: UUID
    """UUIDv5 over photo sha256, detector fingerprint and box."""
    photo_id: int
    photo_sha256: str
    box: Box
    score: float
    label: str


@dataclass(frozen=True, slots=True)
class Band:
    """Lowest and highest cosine similarity kept as an edge, both included."""

    low: float
    high: float
    provenance: str
    """``objectmate``, ``measured on ...``, ``ours``, ``given`` or ``not measured``."""

    def holds(self, similarity: float) -> bool:
        return self.low <= similarity <= self.high


@dataclass(frozen=True, slots=True)
class MiningFilter:
    """Which detected objects take part in mining. Recorded with every mining run."""

    min_confidence: float
    """Detector score 0..1."""
    min_share: float
    """Box area as a share of the photo, 0..1."""
    max_share: float
    min_side: float
    """Smallest side of the box, pixels of the upright photo."""
    exclude_labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class View:
    """An object as a member of a recurrence group."""

    object_: DetectedObject
    rank: int
    """0 is the anchor."""
    similarity: float
    """Cosine to the anchor, -1..1; 1 for the anchor itself."""


@dataclass(frozen=True, slots=True)
class Group:
    """A recurrence group: views of what should be one physical thing."""

    public_id: UUID
    """UUIDv5 over the members' public ids: the same members are the same group in every run."""
    rule: str
    """``compact`` or ``star``."""
    views: tuple[View, ...]
    weakest: float
    """Lowest cosine between any two members for ``compact``, to the anchor for ``star``."""
    state: str
    """``open``, ``accepted``, ``rejected``, ``partial``, ``disputed`` or ``flagged``, from decisions."""
    kept: frozenset[UUID]
    """Members known to be one thing; empty unless something was accepted."""


@dataclass(frozen=True, slots=True)
class Step:
    """One line of progress from a workflow."""

    stage: str
    done: int
    """Units finished so far in this call, failed ones included."""
    total: int | None
    """Units to do in this call; None while it is not known."""
    failed: int = 0
    summary: Mapping[str, object] | None = None
    """Set on the last step only: what happened, with JSON values."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One input that could not be processed."""

    stage: str
    subject: str
    """URI of the photo, or an object's public id."""
    reason: str
    attempts: int
    last_at: datetime
