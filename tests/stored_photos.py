"""Rows for tests that need photos and objects in Postgres but no pixels."""

from __future__ import annotations

import hashlib
from uuid import UUID

from sqlalchemy.orm import Session

from curate.database import fingerprints, objects, photo_intake
from curate.records import Box, Detection, PhotoFacts, PhotoRef, PhotoRights

DETECTOR = "d" * 64


def store_photo(
    session: Session,
    number: int,
    rights: PhotoRights = PhotoRights(),  # noqa: B008
    perceptual_hash: int | None = None,
) -> PhotoRef:
    """One photo of 640 x 480 pixels; unless its hash is given, it is no near-duplicate of the others."""
    sha256 = hashlib.sha256(str(number).encode()).hexdigest()
    seen = hash_of(number) if perceptual_hash is None else perceptual_hash
    facts = PhotoFacts(sha256, 1000, "JPEG", 640, 480, 1, "RGB", {}, False, seen)
    key = photo_intake.record_photo(session, facts, sha256, rights).key
    uri = f"file:///photos/{number}.jpg"
    photo_intake.record_file(session, uri, key, "token")
    return PhotoRef(key, sha256, (uri,), 640, 480)


def hash_of(number: int) -> int:
    """The perceptual hash of a stored photo."""
    return int.from_bytes(hashlib.sha256(str(number).encode()).digest()[:8])


def store_objects(session: Session, count: int) -> list[tuple[int, UUID]]:
    """Key and public id of one object in each of ``count`` photos."""
    model_id = fingerprints.ensure(session, DETECTOR, "detector", "drawn")
    found = []
    for number in range(count):
        photo = store_photo(session, number)
        box = Box(10, 20, 100, 120)
        objects.record_detections(session, photo, model_id, DETECTOR, [Detection(box, 0.9, "jug")])
        found.append(objects.object_id(photo.sha256, DETECTOR, box))
    keys = objects.keys(session, found)
    return [(keys[public_id], public_id) for public_id in found]
