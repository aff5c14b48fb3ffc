"""Verification finds every change, and names it."""

from __future__ import annotations

import hashlib
import json
import os
import shutil

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from curate.errors import VerificationError
from curate.exporters import manifest_file
from curate.exporters.verify import verify
from curate.manifest_records import ManifestSpec
from curate.photos.reading import decode
from forgery import listed_files, reseal, rewrite, write_table
from subject_manifest import write_subject


@pytest.fixture(scope="module")
def exported(approved, tmp_path_factory):
    return approved.write(tmp_path_factory.mktemp("exported")).directory


@pytest.fixture
def copy(exported, tmp_path):
    return shutil.copytree(exported, tmp_path / "copy")


def test_of_a_folder_that_holds_exports_one_is_named(exported):
    with pytest.raises(VerificationError, match=f"inside of it, such as {exported}"):
        verify(exported.parent)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_one_changed_byte_in_any_file_is_found(exported, data):
    path = data.draw(st.sampled_from(sorted(p for p in exported.rglob("*") if p.is_file())))
    _flip_and_verify(
        exported, path, data.draw(st.integers(0, path.stat().st_size - 1)), data.draw(st.integers(1, 255))
    )


def test_one_changed_byte_at_every_place_of_manifest_json_is_found(exported):
    original = (exported / "manifest.json").read_bytes()
    manifest_file.parsed(original)
    for position, byte in enumerate(original):
        with pytest.raises(VerificationError):
            manifest_file.parsed(original[:position] + bytes([byte ^ 1]) + original[position + 1 :])


def _flip_and_verify(folder, path, position, mask):
    original = path.read_bytes()
    path.write_bytes(original[:position] + bytes([original[position] ^ mask]) + original[position + 1 :])
    try:
        with pytest.raises(VerificationError, match=path.name):
            verify(folder)
    finally:
        path.write_bytes(original)


def test_every_wrong_file_is_named(copy):
    pictures = sorted(copy.glob("train/*/*"))
    pictures[0].unlink()
    pictures[1].write_bytes(b"other")
    (copy / "notes.txt").write_text("extra")
    with pytest.raises(VerificationError) as caught:
        verify(copy)
    for words in (
        f"{pictures[0].name} cannot be read",
        f"{pictures[1].name} was changed",
        "notes.txt is not part",
    ):
        assert words in str(caught.value)


def test_an_extra_empty_folder_is_found(copy):
    (copy / "train" / "zz").mkdir()
    with pytest.raises(VerificationError, match="train/zz is not part of the manifest"):
        verify(copy)


@pytest.mark.parametrize("name", ["README.md", "train", "manifest.json"])
def test_symbolic_links_are_refused(copy, tmp_path, name):
    (copy / name).rename(tmp_path / "elsewhere")
    (copy / name).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(VerificationError, match=f"{name} (is a symbolic link|cannot be read)"):
        verify(copy)


def test_a_pipe_is_refused_without_waiting(copy):
    (copy / "README.md").unlink()
    os.mkfifo(copy / "README.md")
    with pytest.raises(VerificationError, match=r"README\.md cannot be read"):
        verify(copy)


def test_a_folder_that_is_no_manifest_is_refused(tmp_path):
    with pytest.raises(VerificationError, match="give the folder that `curate export` wrote"):
        verify(tmp_path)


@pytest.mark.parametrize(
    "path", ["../up", "/etc/passwd", "a/../../b", "a//b", "a\\b", ".", "", "a\0b", "manifest.json"]
)
def test_paths_that_leave_the_folder_are_refused(copy, path):
    reseal(copy, files=listed_files(copy) | {path: "0" * 64})
    with pytest.raises(VerificationError, match=r"no file below its folder|SHA256SUMS is damaged"):
        verify(copy)


@pytest.mark.parametrize(
    "text",
    [b"", b"[]", b"{}", b"\xff", b"[" * 100_000, b'{"schema_version": 3}', b'{"counts": NaN}'],
    ids=["empty", "list", "no fields", "no text", "deep", "one field", "NaN"],
)
def test_a_broken_manifest_json_is_refused(copy, text):
    (copy / "manifest.json").write_bytes(text)
    with pytest.raises(VerificationError, match=r"manifest.json is damaged"):
        verify(copy)


def test_a_reformatted_manifest_json_is_refused(copy):
    path = copy / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_bytes())))
    with pytest.raises(VerificationError, match="not in the form that exports write"):
        verify(copy)


def test_a_later_schema_version_is_refused(copy):
    this = manifest_file.SCHEMA_VERSION
    reseal(copy, schema_version=this + 1)
    with pytest.raises(VerificationError, match=f"version {this + 1} and this program reads {this}"):
        verify(copy)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda rows: rows[:-1], "counts"),
        (lambda rows: rows[::-1], "not sorted by sample id"),
        (
            lambda rows: [row | {"target_file_name": f"ab/{'0' * 64}.jpg"} for row in rows],
            "which is not there",
        ),
        (lambda rows: [row | {"target_file_name": "../test/x.jpg"} for row in rows], "which is not there"),
        (lambda rows: [row | {"box": [0.0, 0.0, 1e6, 1.0]} for row in rows], "box outside"),
        (lambda rows: [row | {"box": [0.0, 0.0, float("nan"), 1.0]} for row in rows], "box outside"),
        (lambda rows: [row | {"box": [0.0]} for row in rows], "box outside"),
        (lambda rows: [row | {"similarities": []} for row in rows], "different length"),
        (lambda rows: [row | {"similarities": [float("nan")] * 2} for row in rows], "are no cosines"),
        (lambda rows: [row | {"similarities": [9.0] * 2} for row in rows], "are no cosines"),
        (lambda rows: [row | {"decision_ids": []} for row in rows], "rests on no decision"),
        (lambda rows: [row | {"object_id": "other"} for row in rows], "does not follow from its objects"),
        (lambda rows: [row | {"licence": "MIT"} for row in rows], "other licences"),
        (lambda rows: [row | {"caption": "a jug\non a shelf"} for row in rows], "not one line of words"),
        (lambda rows: [row | {"caption": "\u200b"} for row in rows], "not one line of words"),
        (lambda rows: [row | {"caption_source": "me"} for row in rows], "neither a person nor a captioner"),
    ],
)
def test_rows_that_break_a_rule_are_found_even_if_sealed(copy, change, words):
    rewrite(copy, "train", change)
    with pytest.raises(VerificationError, match=words):
        verify(copy)


def test_a_photo_and_a_group_in_two_splits_are_found(copy, approved):
    train = next(record for record in approved.records if record.split == "train")
    leak = {"group_id": train.group_id, "source_sha256": train.target.photo_sha256}
    rewrite(copy, "test", lambda rows: [row | leak for row in rows])
    with pytest.raises(VerificationError) as caught:
        verify(copy)
    assert f"group {train.group_id} is in test and train" in str(caught.value)
    assert f"photo {train.target.photo_sha256} is in test and train" in str(caught.value)


def test_other_columns_are_found(copy):
    path = copy / "train" / "metadata.parquet"
    write_table(path, pq.read_table(path).drop_columns(["caption"]))
    reseal(copy)
    with pytest.raises(VerificationError, match=r"train/metadata.parquet has other columns"):
        verify(copy)


def test_a_table_that_is_no_parquet_is_found(copy):
    (copy / "train" / "metadata.parquet").write_bytes(b"PAR1 no PAR1")
    reseal(copy)
    with pytest.raises(VerificationError, match="not a readable parquet file"):
        verify(copy)


def test_a_picture_that_is_none_is_found(copy):
    picture = next(copy.glob("train/*/*.jpg"))
    picture.write_bytes(b"no pixels")
    reseal(copy)
    with pytest.raises(VerificationError, match="is not a picture"):
        verify(copy)


def _exchange(folder, data, name):
    """Put ``data`` in the place of one picture of the split train, and call it ``name`` everywhere."""
    gone = min(path.relative_to(folder / "train").as_posix() for path in folder.glob("train/*/*.jpg"))
    rewrite(folder, "train", lambda rows: json.loads(json.dumps(rows).replace(gone, name)))
    (folder / "train" / gone).unlink()
    (folder / "train" / gone).parent.rmdir()
    (folder / "train" / name).parent.mkdir(exist_ok=True)
    (folder / "train" / name).write_bytes(data)
    files = listed_files(folder)
    del files[f"train/{gone}"]
    reseal(folder, {**files, f"train/{name}": ""})


def test_a_picture_that_is_not_called_by_its_hash_is_found(copy):
    data = min(copy.glob("train/*/*.jpg")).read_bytes()
    _exchange(copy, data, f"ab/{'ab' * 32}.jpg")
    with pytest.raises(VerificationError, match=f"{'ab' * 32}.jpg is not called by its hash"):
        verify(copy)


def _lying(array, encoded):
    exif = Image.Exif()
    exif[0x0112] = 6
    return encoded(array, exif=exif.tobytes()), ".jpg"


def _located(array, encoded):
    return encoded(array, comment=b"GPS 48.1 11.5"), ".jpg"


def _with_words(array, encoded):
    words = PngInfo()
    words.add_text("Author", "Anna, latitude 48.1")
    return encoded(array, "PNG", pnginfo=words), ".png"


def _otherwise_called(array, encoded):
    return encoded(array, "PNG"), ".jpg"


@pytest.mark.parametrize("make", [_lying, _located, _with_words, _otherwise_called])
def test_a_picture_that_no_export_writes_is_found(make, copy, pixels, encoded):
    data, suffix = make(pixels(1), encoded)
    sha256 = hashlib.sha256(data).hexdigest()
    _exchange(copy, data, f"{sha256[:2]}/{sha256}{suffix}")
    with pytest.raises(VerificationError, match=f"{sha256}{suffix} is not as pictures are exported"):
        verify(copy)


def test_card_and_croissant_must_say_what_the_records_say(copy):
    croissant, card = copy / "croissant.json", copy / "README.md"
    croissant.write_text(croissant.read_text().replace("CC0-1.0", "MIT"))
    card.write_text(card.read_text().replace("vase", "jug") + "Free for all uses.")
    reseal(copy)
    with pytest.raises(VerificationError) as caught:
        verify(copy)
    for name in ("croissant.json", "README.md"):
        assert f"{name} does not say what manifest.json and the records say" in str(caught.value)


def test_card_and_croissant_must_be_there(copy):
    names = {"croissant.json", "README.md"}
    for name in names:
        (copy / name).unlink()
    counts = json.loads((copy / "manifest.json").read_bytes())["counts"]
    files = {path: sha256 for path, sha256 in listed_files(copy).items() if path not in names}
    reseal(copy, files, counts={**counts, "files": len(files)})
    with pytest.raises(VerificationError, match=r"croissant.json is missing; README.md is missing"):
        verify(copy)


@pytest.mark.parametrize(
    ("forge", "told"),
    [
        (lambda _: {"picture": "nonsense"}, "manifest.json calls its pictures 'nonsense'"),
        (lambda _: {"provenance": {}}, "provenance that no export writes"),
        (lambda made: {"provenance": made | {"who": "Ada"}}, "provenance that no export writes"),
        (lambda made: {"provenance": made | {"items": {"person": 1}}}, "provenance that no export writes"),
        (lambda made: {"provenance": made | {"decisions": "9"}}, "provenance that no export writes"),
    ],
)
def test_words_of_manifest_json_that_no_export_writes_are_found(forge, told, copy):
    reseal(copy, **forge(json.loads((copy / "manifest.json").read_bytes())["provenance"]))
    with pytest.raises(VerificationError, match=told):
        verify(copy)


def test_words_beside_the_rows_of_a_table_are_found(copy):
    path = copy / "train" / "metadata.parquet"
    write_table(path, pq.read_table(path).replace_schema_metadata({"author": "Ada"}))
    reseal(copy)
    with pytest.raises(VerificationError, match=r"train/metadata.parquet has other columns"):
        verify(copy)


def test_a_different_spec_is_a_different_manifest(approved, exported, tmp_path):
    spec = ManifestSpec("jugs", "1.0", "subject", {"seed": 8})
    other = write_subject(approved.records, spec, tmp_path, approved.read, decode)
    assert other.content_hash != verify(exported).content_hash
