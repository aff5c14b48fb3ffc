"""What to do when nothing that is accepted can be held out as a benchmark."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from curate.database import manifests, subjects
from curate.exporters.tasks.benchmark import TRAINED
from curate.workflows.export_options import ExportOptions, LeftOut
from curate.workspace import Workspace

_LEAST = 20
"""Percent of a share for the split test that is worth trying."""


def benchmark_steps(workspace: Workspace, options: ExportOptions, left_out: LeftOut) -> Mapping[str, str]:
    """Steps by words of the reason, as ``refuse_nothing`` takes them."""
    test = min(100, max(_LEAST, 2 * options.shares[2]))
    shares = f"--shares, such as {100 - test} 0 {test}"
    step = f"photos that were never exported are drawn anew, so hold more of them out with {shares}"
    if _exported(workspace, left_out.get(TRAINED, ())):
        step = (
            "photos keep the split of their first export, whatever --shares says: accept groups of new "
            f"things, and hold those out with {shares}"
        )
    return {TRAINED: step, "": "accept more groups of four photos"}


def _exported(workspace: Workspace, objects: Collection[UUID]) -> bool:
    """Whether a photo of these objects was ever exported."""
    with workspace.transaction() as session:
        photos = {each.photo_sha256 for each in subjects.views(session, objects).values()}
        return not photos.isdisjoint(manifests.known_splits(session))
