"""Which files of the media store there have to be."""

from __future__ import annotations

from sqlalchemy.orm import Session

from curate import vector_blocks
from curate.database import photos, vectors
from curate.workflows.ingest import THUMBNAIL_SUFFIX
from curate.workflows.pair_upkeep import pair_files
from curate.workflows.removal_upkeep import removal_files


def wanted_media(session: Session) -> set[str]:
    """Names of all files that Postgres refers to; those of photos that were taken down are not among them."""
    thumbnails = {f"{sha256}{THUMBNAIL_SUFFIX}" for sha256 in photos.thumbnails(session).values()}
    blocks = {f"{sha256}{vector_blocks.SUFFIX}" for sha256 in vectors.all_block_files(session)}
    return thumbnails | blocks | pair_files(session) | removal_files(session)
