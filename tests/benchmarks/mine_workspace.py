"""The whole command ``curate mine`` over a workspace with 200,000 objects: what the join takes, and the rest.

python tests/benchmarks/mine_workspace.py [--objects 200000] [--dimension 64] [--keep FOLDER]

The vectors are those of ``planted_recurrences``, stored in blocks as ``curate embed`` does. The command runs
as a process of its own; peak memory is that process's, without Postgres. Exits with 1 where all else takes
longer than comparing.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import psutil
from sqlalchemy import text
from sqlalchemy.orm import Session

sys.path.insert(0, str(Path(__file__).parents[1]))

from accepted_views import BLOCK, DETECTOR, copy_blocks
from chain import forget_servers
from copied_rows import copy_rows, signed
from curate.database import fingerprints
from curate.database.objects import object_id
from curate.records import Box
from curate.workflows.batches import batched
from curate.workspace import Workspace, create
from export_workspace import peak_mb
from planted_recurrences import planted_vectors

OBJECTS = 200_000
SIZE = (640, 480)
BOX = (120.0, 100.0)
BAND = (0.93, 0.975)  # objectmate


def make_mineable(root: Path, objects: int, dimension: int) -> None:
    """Make a new workspace at ``root``; equal arguments give equal content.

    Args:
        root: Made; no photo lies in it, because nothing reads one.
        objects: Rows of ``planted_recurrences``.
        dimension: Numbers of a vector.
    """
    create(root)
    rows, photos = planted_vectors(objects, dimension)
    digests = [hashlib.sha256(f"photo {n}".encode()).hexdigest() for n in range(int(photos[-1]) + 1)]
    with Workspace.open(root) as workspace, workspace.transaction() as session:
        # Checking the foreign keys of rows that are all written here takes longer than everything else.
        session.execute(text("SET LOCAL session_replication_role = replica"))
        _copy_photos(session, digests)
        ids = _copy_objects(session, digests, photos.tolist())
        parts = batched(range(len(ids)), BLOCK)
        blocks = ((rows[part], [ids[n] for n in part], [n + 1 for n in part]) for part in parts)
        copy_blocks(session, workspace, dimension, blocks)
        session.execute(text("ANALYZE"))


def _copy_photos(session: Session, digests: Sequence[str]) -> None:
    columns = (
        "id sha256 byte_count width height thumbnail_sha256 perceptual_hash "
        "format orientation mode exif has_location source licence"
    )
    fixed = ("JPEG", 1, "RGB", "{}", False, "made", "CC0-1.0")
    # The hashes are far apart, so that no photo counts as a near-duplicate of another.
    rows = ((n, sha256, 1, *SIZE, sha256, signed(sha256[:16]), *fixed) for n, sha256 in enumerate(digests, 1))
    copy_rows(session, "photos", columns, rows)


def _copy_objects(session: Session, digests: Sequence[str], photos: Sequence[int]) -> list[UUID]:
    """Public ids of the objects in these photos; the key of each is its place, from 1."""
    model = fingerprints.ensure(session, DETECTOR, "detector", "drawn")
    places: Counter[int] = Counter()
    ids: list[UUID] = []

    def rows() -> Iterator[tuple[object, ...]]:
        for key, photo in enumerate(photos, 1):
            box = Box(20.0 * places[photo], 10.0, *BOX)
            places[photo] += 1
            ids.append(object_id(digests[photo], DETECTOR, box))
            yield key, ids[-1], photo + 1, model, box.x, box.y, box.width, box.height, 0.9, "vase"

    copy_rows(session, "objects", "id public_id photo_id model_id x y width height score label", rows())
    done = ((photo + 1, model, count) for photo, count in places.items())
    copy_rows(session, "detected", "photo_id model_id object_count", done)
    return ids


def mine_measured(workspace: Path) -> dict[str, Any]:
    """Run the command; what it counted, its seconds and its peak memory."""
    command = ["mine", "--json", "--band", *map(str, BAND)]
    start = time.perf_counter()
    process = psutil.Popen(
        [sys.executable, "-m", "curate", *command], cwd=workspace, stdout=subprocess.PIPE, text=True
    )
    peak = 0.0
    while process.poll() is None:
        peak = peak_mb(process.pid) or peak
        time.sleep(0.02)
    if process.returncode:
        raise SystemExit(f"curate mine ended with {process.returncode}")
    found: dict[str, Any] = json.load(process.stdout)
    whole = {"seconds_of_the_process": round(time.perf_counter() - start, 1), "peak_mb": round(peak)}
    rest = sum(value for name, value in found["seconds"].items() if name not in ("compare", "of_compare"))
    return {**found, **whole, "seconds_beside_comparing": round(rest, 2)}


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--objects", type=int, default=OBJECTS)
    parser.add_argument("--dimension", type=int, default=64)
    parser.add_argument("--keep", type=Path, help="make or use the workspace in this folder and leave it")
    options = parser.parse_args()
    forget_servers()
    with tempfile.TemporaryDirectory() as scratch:
        workspace = (options.keep or Path(scratch)) / "workspace"
        if not workspace.exists():
            make_mineable(workspace, options.objects, options.dimension)
        found = mine_measured(workspace)
    print(json.dumps(found, indent=1))
    return int(found["seconds_beside_comparing"] > found["seconds"]["compare"])


if __name__ == "__main__":
    sys.exit(main())
