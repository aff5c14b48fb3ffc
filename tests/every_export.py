"""A workspace with something for every task that exports an approved set, and all of its exports.

As a program: ``python every_export.py WORKSPACE FOLDER`` exports into a folder.
"""

from __future__ import annotations

import sys
from pathlib import Path

from curate.exporters.formats.registry import FORMATS
from curate.exporters.tasks.bootstrap_rules import BootstrapRules
from curate.exporters.tasks.subject_records import TASK
from curate.workflows import review
from curate.workflows.bootstrap_selection import BootstrapOptions
from curate.workflows.export import SubjectOptions, export_subject
from curate.workflows.export_bootstrap import export_bootstrap
from curate.workflows.export_insertion import export_insertion
from curate.workflows.export_pairs import PairOptions, export_pairs
from curate.workflows.view_selection import ViewOptions
from curate.workspace import Workspace
from pair_files import draw_pair
from removable import BOX, make_removable
from stored_pairs import accepted
from stored_removals import store_removal

LAYOUTS = tuple(name for name, layout in FORMATS.items() if layout.holds(TASK))
NAMES = (
    *(f"{TASK}-{layout}" for layout in LAYOUTS),
    *("insertion", "insertion-bootstrap", "removal", "insertion-pairs"),
)


def make_exportable(workspace: Workspace, folder: Path, *, backwards: bool = False) -> None:
    """Four accepted views with accepted removals, and three accepted pairs of two shoots.

    Args:
        folder: Gets the photos; made.
        backwards: Everything comes in and is said in the opposite order.
    """
    way = -1 if backwards else 1
    pairs = [(number, shoot) for number, shoot in enumerate(("kitchen", "kitchen", "hall"))]
    if backwards:
        _accept_pairs(workspace, pairs[::-1])
    views = make_removable(workspace, folder, backwards=backwards)
    for file in list(views.files.values())[::way]:
        made = store_removal(workspace, file, BOX)
        review.decide(workspace, str(made.removal), "accept", reviewer="ada")
    if not backwards:
        _accept_pairs(workspace, pairs)


def _accept_pairs(workspace: Workspace, wanted: list[tuple[int, str]]) -> None:
    for number, shoot in wanted:
        accepted(workspace, draw_pair(number, (160, 120)), shoot)


def export_all(workspace: Workspace, to: Path) -> None:
    """Write ``NAMES``: one manifest per task, and of ``subject`` one per format."""
    views = {"references": 3, "at_least": 2}
    for layout in LAYOUTS:
        export_subject(workspace, SubjectOptions(f"subject-{layout}", "1", format=layout, **views), to)
    export_insertion(workspace, ViewOptions("insertion", "1", **views), to)
    rules = BootstrapRules(smallest_mask=0.001)
    export_bootstrap(workspace, BootstrapOptions("insertion-bootstrap", "1", rules), to)
    export_pairs("removal", workspace, PairOptions("removal", "1"), to)
    export_pairs("insertion-pairs", workspace, PairOptions("insertion-pairs", "1"), to)


if __name__ == "__main__":
    with Workspace.open(Path(sys.argv[1])) as opened:
        export_all(opened, Path(sys.argv[2]))
