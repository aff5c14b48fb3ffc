"""What became of the shares that an export asked for."""

from __future__ import annotations

from curate.database import manifest_rows
from curate.exporters.splits import SPLITS
from curate.exporters.tasks import benchmark
from curate.workspace import Workspace


def shares_warning(workspace: Workspace, content_hash: str) -> str | None:
    """Why the splits of a manifest have other sizes than it was asked for, if earlier exports are the reason.

    A benchmark holds one split alone, so that its sizes say nothing.
    """
    with workspace.transaction() as session:
        manifest = manifest_rows.by_hash(session, content_hash)
        found = manifest_rows.split_by_other_shares(session, content_hash)
    if manifest is None or manifest.task == benchmark.TASK or not found["kept"]:
        return None
    shares = "/".join(str(round(100 * found.get(split, 0) / found["photos"])) for split in SPLITS)
    return (
        f"{found['kept']} of {found['photos']} photos keep the split of an earlier export, so the shares are "
        f"{shares} percent instead of {'/'.join(map(str, manifest.spec['shares']))}."
    )
