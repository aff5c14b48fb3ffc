"""What a command keeps on disk meanwhile."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest

from curate.errors import WorkspaceError
from curate.exporters.tasks.decision_records import Seen
from curate.manifest_records import SubjectView
from curate.records import Box
from curate.workflows.scratch import RecordSpool, scratch_file
from curate.workspace import Workspace, create

VIEW = SubjectView(UUID(int=7), "a" * 64, "file:///a.jpg", Box(1, 2, 3, 4), "jug", 0.9, None, "CC0", None)
SEEN = Seen(photo_sha256s=("a" * 64,), photo_licences=(None,), band=(0.1, 0.2))


@pytest.fixture
def spare(tmp_path) -> Workspace:
    create(tmp_path / "ws")
    return Workspace.open(tmp_path / "ws")


def test_records_come_back_in_their_order_as_often_as_they_are_asked_for(spare):
    with scratch_file(spare) as file:
        spool = RecordSpool[object](spare, file)
        assert list(spool) == []
        spool.add([VIEW, SEEN])
        spool.add([VIEW])
        assert spool.count == 3
        assert list(spool) == list(spool) == [VIEW, SEEN, VIEW]
        (spare.root / ".recurate").rmdir()  # a file without a name: nothing to find there, nor to leave


def test_a_full_disk_is_said_with_the_folder(spare):
    with Path("/dev/full").open("r+b", buffering=0) as full:
        spool = RecordSpool[object](spare, full)
        with pytest.raises(WorkspaceError, match=r"\.recurate cannot hold .* make room there"):
            spool.add([VIEW])
