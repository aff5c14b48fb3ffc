"""What killed mining runs left on disk, and whether the same command can still go on with it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

from curate.database import mining
from curate.errors import NotFoundError, SettingsError
from curate.workflows import mining_candidates, mining_scratch
from curate.workflows.findings import Finding
from curate.workflows.mining_options import from_parameters
from curate.workflows.mining_scratch import Unfinished
from curate.workspace import Workspace


def examine_unfinished(workspace: Workspace) -> Iterator[Finding]:
    """Leave what is of use, and remove the rest; nobody may be mining."""
    for left in mining_scratch.unfinished(workspace):
        if _goes_on(workspace, left):
            yield Finding(
                "a killed `curate mine` left what it had done",
                str(left.folder),
                mended=False,
                advice="type the same `curate mine` again, which goes on with it (`curate runs` tells "
                "how), or remove the folder",
            )
        else:
            shutil.rmtree(left.folder)
            what = "what a killed `curate mine` left, and no command can go on with"
            yield Finding(what, str(left.folder), mended=True)


def _goes_on(workspace: Workspace, left: Unfinished) -> bool:
    """Whether the same options are the same run: objects may have come or gone since."""
    if left.run is None or left.parameters is None:
        return False
    with workspace.transaction() as session:
        if mining.find_run(session, left.run) is not None:
            return False  # killed when it had stored all
    try:
        options, detector, embedder = from_parameters(left.parameters)
        return mining_candidates.read(workspace, options, detector, embedder).run == left.run
    except (NotFoundError, SettingsError, KeyError, TypeError):  # the latter: options of another version
        return False
