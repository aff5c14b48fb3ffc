"""Which records of two manifests came, went or changed, and why."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from curate.database import manifest_rows
from curate.exporters.difference import Change, changes, differing_parameters
from curate.exporters.open_manifest import OpenManifest
from curate.workflows.column_reasons import Asked
from curate.workflows.difference_reasons import Explained, Reasons, Since
from curate.workspace import Workspace

_AT_ONCE = 1000
"""Changes that the database is asked about together."""


def difference(workspace: Workspace | None, before: OpenManifest, after: OpenManifest) -> Iterator[Explained]:
    """Every record that differs, each with reasons: from the files, and from the database if it wrote one.

    Memory does not grow with the number of records that differ; what an export would choose now is asked for
    once, if a record went for no other reason, and takes the memory of an export.

    Raises:
        VerificationError: the two are of different tasks.
    """
    reasons = Reasons(
        Asked(differing_parameters(before, after)), before.task, _since(workspace, before, after)
    )
    with tempfile.TemporaryDirectory(prefix="recurate-difference-") as scratch:
        found = changes(before, after, Path(scratch))
        while portion := list(islice(found, _AT_ONCE)):
            yield from _explained(reasons, portion)


def _explained(reasons: Reasons, portion: Sequence[Change]) -> Iterator[Explained]:
    known = reasons.look_up(portion)
    for each in portion:
        yield Explained(each, tuple(reasons.of(each, known)))


def _since(workspace: Workspace | None, before: OpenManifest, after: OpenManifest) -> Since | None:
    """What the database can tell; None if neither was exported from this workspace."""
    if workspace is None:
        return None
    with workspace.transaction() as session:
        one, other = (manifest_rows.by_hash(session, each.manifest.content_hash) for each in (before, after))
    if one is None and other is None:
        return None
    return Since(workspace, one.written_at if one else None, other)
