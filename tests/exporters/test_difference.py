"""What two manifests hold differently, told from their files."""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from curate.errors import VerificationError
from curate.exporters.difference import changes, differing_parameters
from curate.exporters.open_manifest import open_manifest
from curate.exporters.tasks.subject_records import sample_id
from curate.manifest_records import ManifestSpec
from curate.photos.reading import decode
from curate.workflows.manifest_difference import difference
from subject_manifest import write_subject


@pytest.fixture
def compared(approved, tmp_path):
    """The changes from the approved set to other records."""

    def compare(records, **parameters):
        before, after = tmp_path / "before", tmp_path / "after"
        approved.write(before)
        spec = ManifestSpec("jugs", "2", "subject", {"seed": 7, "band": [0.4, 0.9], **parameters})
        write_subject(records, spec, after, approved.read, decode)
        (scratch := tmp_path / "scratch").mkdir()
        one, other = open_manifest(before / "jugs-1.0"), open_manifest(after / "jugs-2")
        return one, other, list(changes(one, other, scratch))

    return compare


def with_references(record, count):
    references = record.references[:count]
    return replace(
        record,
        sample_id=sample_id(record.target.object_id, [view.object_id for view in references]),
        references=references,
        similarities=record.similarities[:count],
    )


def test_a_record_with_other_references_is_a_change_and_no_coming_and_going(approved, compared):
    one, other, found = compared([with_references(each, 2) for each in approved.records], references=2)
    assert Counter(each.kind for each in found) == {"changed": 13}
    assert {each.key for each in found} == {str(each.target.object_id) for each in approved.records}
    for each in found:
        assert {"reference_object_ids", "similarities", "reference_file_names"} <= {*each.columns}
        assert {"sample_id", "target_file_name"}.isdisjoint(each.columns)
    assert differing_parameters(one, other) == {"embedder": ("ab" * 32, None), "references": (None, 2)}


def test_records_that_went_came_or_got_another_caption_are_told_apart(approved, compared):
    first, second, *others = approved.records
    _, _, found = compared([replace(second, caption="a tall vase"), *others])
    assert [(each.kind, each.key, each.columns) for each in sorted(found, key=lambda each: each.kind)] == [
        ("changed", str(second.target.object_id), ("caption",)),
        ("went", str(first.target.object_id), ()),
    ]


def test_the_other_way_round_what_went_came(approved, compared, tmp_path):
    one, other, _ = compared(approved.records[1:])
    (scratch := tmp_path / "again").mkdir()
    assert [each.kind for each in changes(other, one, scratch)] == ["came"]


def test_without_a_database_the_reason_is_what_the_files_tell(approved, compared):
    _, second, *others = approved.records
    rights = replace(second, target=replace(second.target, consent="signed"))
    one, other, _ = compared([rights, *others])
    told = {each.change.kind: "; ".join(map(str, each.reasons)) for each in difference(None, one, other)}
    assert told["changed"] == "rights were stated anew (none -> signed)"
    assert told["went"] == f"asked for differently (embedder {'ab' * 6}… -> none)"


def test_another_captioner_is_no_reason_for_a_record_to_go(approved, compared):
    new = [replace(each, caption="a jug") for each in approved.records[1:]]
    one, other, _ = compared(new, embedder="ab" * 32, captioner="c" * 64)
    told = {
        each.change.kind: [reason.why for reason in each.reasons] for each in difference(None, one, other)
    }
    assert told["changed"] == ["another caption", "asked for differently"]
    assert told["went"] == ["the files do not tell: ask in the workspace that exported them"]


def test_a_table_that_was_changed_is_not_read(approved, manifest, tmp_path):
    shutil.copy(manifest / "test" / "metadata.parquet", manifest / "train" / "metadata.parquet")
    with pytest.raises(VerificationError, match=r"train/metadata.parquet was changed"):
        open_manifest(manifest)
    (manifest / "test" / "metadata.parquet").unlink()
    shutil.rmtree(manifest / "train")
    with pytest.raises(VerificationError, match=r"metadata.parquet cannot be read"):
        open_manifest(manifest)


def test_pictures_are_not_needed(approved, manifest, tmp_path):
    for path in Path(manifest).glob("*/*/*"):
        path.unlink()
    assert not list(changes(open_manifest(manifest), open_manifest(manifest), tmp_path))
