"""Photos that a mining run passes over, because detection or embedding has not come to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from curate.database import waiting_photos
from curate.database.tables import Model
from curate.plurals import count
from curate.vision.registry import is_detector


def waiting(session: Session, detecting: Model, embedding: Model) -> dict[str, dict[str, Any]]:
    """By stage, how many ``photos`` wait and the ``command`` for them; those that failed do not wait."""
    to_detect = waiting_photos.to_detect(detecting.id, detecting.fingerprint, retry_failed=False)
    to_embed = waiting_photos.to_embed(
        embedding.id, embedding.fingerprint, retry_failed=False, detector_id=detecting.id
    )
    # A file of boxes is a detector, too.
    detect = f"detect --model {detecting.name}" if is_detector(detecting.name) else "annotate import FILE"
    return {
        "detect": {"photos": waiting_photos.count(session, to_detect), "command": f"curate {detect}"},
        "embed": {
            "photos": waiting_photos.count(session, to_embed),
            "command": f"curate embed --model {embedding.name}",
        },
    }


def sentence(found: Mapping[str, Mapping[str, Any]]) -> str:
    """What ``waiting`` found in words; empty if nothing waits."""
    some = [
        f"{count(each['photos'], 'photo')} for `{each['command']}`"
        for each in found.values()
        if each["photos"]
    ]
    return f"Not mined, because they still wait: {', '.join(some)}." if some else ""
