"""What a takedown is about to do: which photos are meant, what is erased, and what was exported with them."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sqlalchemy.orm import Session

from curate.database import photos, takedown_rows, takedowns
from curate.database.takedowns import Tombstone
from curate.errors import NotFoundError, WorkspaceError
from curate.media import write_atomically
from curate.photos.locations import file_uri, is_local, local_path
from curate.workflows import uploads
from curate.workflows.stored_files import wanted_media
from curate.workflows.takedown import Order, has_bytes, sha256_of
from curate.workflows.takedown_holdings import Holdings, holdings
from curate.workflows.takedown_manifests import HeldManifest, difference, held_manifests
from curate.workflows.tombstones import ALIKE
from curate.workspace import Workspace

_SHA256 = re.compile("[0-9a-f]{4,64}")


@dataclass(frozen=True, slots=True)
class Planned:
    """What happens to one photo."""

    held: Holdings
    stone: Tombstone | None
    """If it was taken down before; whether to the end it says."""
    erased: tuple[str, ...]
    """Names in the media store; of a photo that was taken down to the end, those that are there again."""
    shared: tuple[str, ...]
    """Those that stay because living photos need them too."""
    originals: tuple[str, ...]
    """URIs of local originals that still have its bytes."""
    uploads: int
    """Uploads of the same bytes, on their way or finished of late."""
    alike: tuple[str, ...]
    """sha256 of living photos that look the same and stay."""
    manifests: tuple[HeldManifest, ...]
    """None if it was taken down to the end: what was said since then would be told as if it changed them."""

    @property
    def done(self) -> bool:
        """Whether it was taken down before, to the end."""
        return self.stone is not None and self.stone.finished


def find_photos(workspace: Workspace, named: Sequence[str]) -> tuple[dict[int, str], dict[int, list[str]]]:
    """Key and sha256 of the photos that people named, and by their keys URIs of the files among the names.

    Args:
        named: Paths, URIs, or sha256 from their start.

    Raises:
        NotFoundError: no photo is meant, or more than one.
    """
    found: dict[int, str] = {}
    places: dict[int, list[str]] = {}
    with workspace.transaction() as session:
        for each in named:
            uri = each if "://" in each or each.startswith("file:") else file_uri(Path(each))
            at = photos.keys_at(session, [uri]).get(uri)
            path = local_path(uri) if is_local(uri) else None
            inside = sha256_of(path) if path and path.is_file() else None
            key, sha256 = _meant(session, each, at, inside)
            found[key] = sha256
            if at is not None or inside is not None:
                places.setdefault(key, []).append(uri)
    return found, places


def _meant(session: Session, named: str, at: int | None, inside: str | None) -> tuple[int, str]:
    """The photo that lies at a place, holds certain bytes, or whose sha256 starts so."""
    stored = takedown_rows.photo(session, at).sha256 if at is not None else None
    if stored and inside and stored != inside:
        raise NotFoundError(
            f"{named} changed since it was ingested: name the photo that you mean by its sha256, "
            f"{stored[:12]} as it was then or {inside[:12]} as it is now."
        )
    typed = takedown_rows.find(session, named.lower()) if _SHA256.fullmatch(named.lower()) else []
    at_place = stored or inside
    if at_place and any(each.sha256 != at_place for each in typed):
        raise NotFoundError(
            f"{named} is how the sha256 of a photo starts, and a file here that holds another photo: "
            f"type ./{named} for the file, or the sha256 in another folder."
        )
    matches = takedown_rows.find(session, at_place) if at_place else typed
    if len(matches) > 1:
        raise NotFoundError(f"Several photos start with {named!r}: type more of the sha256.")
    if not matches:
        raise NotFoundError(
            f"No photo {named} was taken in here: type the path it was ingested from, or its sha256."
        )
    return matches[0].id, matches[0].sha256


def plan(workspace: Workspace, order: Order) -> list[Planned]:
    """What would happen to each photo. Nothing is changed."""
    with workspace.transaction() as session:
        before = {key: holdings(session, key) for key in order.photos}
        stones = takedowns.of_photos(session, order.photos)
        # As the takedown will leave it, and back: which files are shared hangs on all that goes.
        trial = session.begin_nested()
        takedown_rows.bury(session, dict.fromkeys(before), reason=None, by=order.by, originals=False)
        wanted = wanted_media(session)
        keys, digests, hashes = photos.all_hashes(session)
        living = np.isin(keys, photos.every_key(session))
        trial.rollback()
    bits = dict(zip(digests, hashes, strict=True))
    others, near = np.array(digests)[living], hashes[living]
    sent = Counter(
        each.sha256 for each in uploads.of_photos(workspace, {held.sha256 for held in before.values()})
    )
    done = {key for key, stone in stones.items() if stone.finished}
    manifests = held_manifests(
        workspace, {key: held.sha256 for key, held in before.items() if key not in done}
    )
    stored = set(workspace.media.names()) if done else set[str]()
    return [
        Planned(
            held=held,
            stone=stones.get(key),
            erased=tuple(sorted((held.media & stored if key in done else held.media) - wanted)),
            shared=tuple(sorted(held.media & wanted)),
            originals=_originals(order, held),
            uploads=sent[held.sha256],
            alike=tuple(others[np.bitwise_count(near ^ bits[held.sha256]) <= ALIKE].tolist()),
            manifests=manifests.get(held.sha256, ()),
        )
        for key, held in before.items()
    ]


def _originals(order: Order, held: Holdings) -> tuple[str, ...]:
    uris = {*held.uris, *order.places.get(held.photo_id, ())}
    return tuple(uri for uri in sorted(uris) if has_bytes(uri, held.sha256))


def write_difference(planned: Planned, directory: Path) -> Path | None:
    """Write ``takedown-<start of the sha256>.json``, a JSON value per line; None if there is nothing to tell.

    What was written when the photo was taken down before stays: the exported folders were there then.

    Raises:
        WorkspaceError: the folder cannot be written.
    """
    sha256 = planned.held.sha256
    target = directory / f"takedown-{sha256[:12]}.json"
    if planned.stone and target.exists():
        return target
    if not planned.manifests:
        return None
    lines = [json.dumps(each, ensure_ascii=False) for each in difference(sha256, planned.manifests)]
    try:
        directory.mkdir(parents=True, exist_ok=True)
        write_atomically(target, "".join(f"{line}\n" for line in lines).encode())
    except OSError as error:
        raise WorkspaceError(
            f"{target} cannot be written ({error.strerror}): give another folder with --to."
        ) from error
    return target
