"""What a benchmark says when nothing is held out for it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from curate.errors import ExportError
from curate.workflows.export import SubjectOptions, export_benchmark, export_subject
from removable import make_removable

TRAIN = SubjectOptions("held", "1", shares=(100, 0, 0))


def test_shares_are_advised_until_the_photos_were_exported_for_training(empty_workspace, tmp_path):
    make_removable(empty_workspace, tmp_path / "photos")
    with pytest.raises(ExportError, match=r"drawn anew.* --shares, such as 80 0 20\.$"):
        export_benchmark(empty_workspace, TRAIN, tmp_path)
    export_subject(empty_workspace, TRAIN, tmp_path)
    held_out = replace(TRAIN, shares=(60, 0, 40))
    with pytest.raises(ExportError, match=r"whatever --shares says: accept groups of new .* 20 0 80\.$"):
        export_benchmark(empty_workspace, held_out, tmp_path)
    with pytest.raises(ExportError, match="The format coco has no place for records of benchmark"):
        export_benchmark(empty_workspace, replace(held_out, format="coco"), tmp_path)
