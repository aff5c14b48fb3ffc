"""Under which hash a workspace knows an exported folder."""

from __future__ import annotations

from sqlalchemy.orm import Session

from curate.database import manifests
from curate.exporters.canonical_hash import canonical_hash
from curate.exporters.open_manifest import OpenManifest


def registered_hash(session: Session, found: OpenManifest) -> str | None:
    """Content hash of what was exported: the folder itself, or the canonical export it was converted from.

    None if neither was exported from this workspace.
    """
    if manifests.is_registered(session, found.manifest.content_hash):
        return found.manifest.content_hash
    if found.layout.canonical:
        return None
    source = canonical_hash(found)
    return source if manifests.is_registered(session, source) else None
