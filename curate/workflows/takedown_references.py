"""Whether a record that loses a reference can still be made of the other photos of its thing."""

from __future__ import annotations

from collections.abc import Collection

from curate.database.manifest_rows import RegisteredManifest
from curate.exporters.tasks import benchmark, insertion_records, subject_records
from curate.workflows.selection_reasons import view_options
from curate.workflows.view_selection import accepted_sets, approved_views
from curate.workspace import Workspace

_TASKS = (subject_records.TASK, insertion_records.TASK, benchmark.TASK)


def remaining_targets(
    workspace: Workspace, manifest: RegisteredManifest, gone: Collection[str]
) -> frozenset[str]:
    """Objects that keep as many references as ``manifest`` asks for without the photos ``gone`` (sha256).

    Empty for tasks without references. Near-duplicate photos count as one, as in exports.
    """
    if manifest.task not in _TASKS:
        return frozenset()
    needed = benchmark.VIEWS - 1 if manifest.task == benchmark.TASK else int(manifest.spec["at_least"])
    enough: set[str] = set()
    approved = approved_views(workspace, view_options(manifest.spec))
    for found in accepted_sets(workspace, approved):
        left = [each for each in found.members if each.view.photo_sha256 not in gone]
        if len({each.photo_key for each in left}) > needed:  # the target's own photo is one of them
            enough.update(str(each.view.object_id) for each in left)
    return frozenset(enough)
