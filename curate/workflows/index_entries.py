"""What the search index holds for an object: one place, so that embed, rebuild and doctor agree."""

from __future__ import annotations

from curate.records import DetectedObject
from index.interfaces import Payload, collection_name


def collection_of(embedder_name: str, fingerprint: str) -> str:
    """Name of the collection of one embedder fingerprint."""
    return collection_name(embedder_name, fingerprint)


def payload_of(found: DetectedObject) -> Payload:
    """What a search can filter on."""
    return Payload(photo=found.photo_sha256, label=found.label, score=found.score)
