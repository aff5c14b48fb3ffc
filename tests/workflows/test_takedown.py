"""Taking photos down: what goes, what stays, what cannot come back, and what a killed takedown leaves."""

from __future__ import annotations

import hashlib
import io
import json
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import mkstemp
from uuid import uuid4

import numpy as np
import pytest
from PIL import ExifTags, Image, ImageOps
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from typer.testing import CliRunner

from chain import RIGHTS, last
from curate import vector_blocks
from curate.cli.app import app
from curate.database import captions as caption_rows
from curate.database import failures as failure_rows
from curate.database import fingerprints, takedowns
from curate.database.takedowns import Tombstone
from curate.errors import (
    DecisionError,
    ExportError,
    NotFoundError,
    PhotoError,
    SettingsError,
    VerificationError,
    WorkspaceError,
)
from curate.exporters.tasks.bootstrap_rules import BootstrapRules
from curate.media import LocalMedia
from curate.photos.reading import decode
from curate.workflows import captions, failures, pairs, removals, review, uploads
from curate.workflows.bootstrap_selection import BootstrapOptions
from curate.workflows.convert import convert_manifest
from curate.workflows.decision_selection import DecisionOptions
from curate.workflows.doctor import examine_workspace
from curate.workflows.export import SubjectOptions, export_benchmark, export_subject
from curate.workflows.export_bootstrap import export_bootstrap
from curate.workflows.export_decisions import export_decisions
from curate.workflows.export_insertion import export_insertion
from curate.workflows.export_pairs import PairOptions, export_pairs
from curate.workflows.index_upkeep import rebuild, state
from curate.workflows.ingest import ingest
from curate.workflows.mine import mine
from curate.workflows.pair_lists import listed
from curate.workflows.removal_queue import cases, seat
from curate.workflows.renditions import Renditions
from curate.workflows.search import SearchOptions, search_object
from curate.workflows.status import status
from curate.workflows.takedown import Order, sha256_of, take_down
from curate.workflows.takedown_plan import find_photos
from curate.workflows.verify import verify_manifest
from curate.workflows.view_selection import ViewOptions
from curate.workspace import Workspace
from mined_rows import EVERYTHING
from pair_files import draw_pair
from removable import BOX, Removable, make_removable
from stored_pairs import accepted
from stored_removals import store_removal
from workspace_content import content, tree


def curate(workspace: Workspace, *words: object, code: int = 0):
    done = CliRunner().invoke(app, ["--workspace", str(workspace.root), *map(str, words)])
    assert done.exit_code == code, f"{done.output} {done.exception!r}"
    if done.exception and code and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


class Kept:
    """A group of four views, one with a removal, all in the index and exported; the first photo is to go."""

    def __init__(self, workspace: Workspace, folder: Path) -> None:
        self.views: Removable = make_removable(workspace, folder / "photos")
        self.object_ = self.views.objects[0]
        self.file = self.views.files[self.object_]
        self.sha256 = sha256_of(self.file)
        self.removal = store_removal(workspace, self.file, BOX).removal
        last(rebuild(workspace))
        pictures = Renditions(workspace)
        pictures.thumb(self.sha256), pictures.crop(self.object_), pictures.crop(self.views.objects[1])
        self.out = folder / "out"
        words = ("export", "subject", "--name", "jugs", "--to", self.out, "--references", 2)
        curate(workspace, *words, "--seed", 3)
        self.manifest = self.out / "jugs-1"


@pytest.fixture
def kept(empty_workspace, tmp_path) -> Kept:
    return Kept(empty_workspace, tmp_path)


def test_all_of_a_photo_goes_and_the_rest_goes_on_without_it(empty_workspace, kept):
    assert cases(empty_workspace, seat("ada", uuid4()), 5).cases
    for place, name in (("renditions", f"{kept.sha256}-640-1.webp"), ("media", f"{'0' * 64}.png")):
        folder = empty_workspace.data / place / name[:2]
        folder.mkdir(exist_ok=True)
        mkstemp(prefix=f".unfinished-{name}-", dir=folder)  # as a killed write leaves it
    _break_off_mining(empty_workspace)
    before, everything = content(empty_workspace), tree(empty_workspace.data)
    assert sum(".unfinished" in name for name in everything) == 2
    vector = next(iter(before["vectors"].values()))[str(kept.object_)]
    curate(empty_workspace, "takedown", kept.file, "--reason", "no consent", "--yes")

    after, files = content(empty_workspace), tree(empty_workspace.data)
    (block,) = after["vectors"].values()
    others = {str(each) for each in kept.views.objects[1:]}
    assert set(block) == others
    assert all(block[each] == next(iter(before["vectors"].values()))[each] for each in others)
    assert {str(each) for ids in after["index"].values() for each in ids} == others
    assert {Path(name).parts[0] for name in _holding(vector, everything)} == {"media", "index", "scratch"}
    assert _holding(vector, files) == []
    gone = kept.sha256, str(kept.object_), ".unfinished"
    assert not [name for name in files if any(part in name for part in gone)]
    # Three thumbnails, one block and no output; a crop of another photo.
    assert sorted(Path(name).suffix for name in files if name.startswith("media/")) == sorted(
        [".webp"] * 3 + [".safetensors", ""]
    )
    assert [name for name in files if str(kept.views.objects[1]) in name]
    assert kept.file.exists()
    assert not any(kept.file.as_uri() in row for row in after["photo_files"])
    assert after["decisions"] == before["decisions"]
    assert list(examine_workspace(empty_workspace, originals=True)) == []
    assert status(empty_workspace)["taken_down"] == 1
    assert status(empty_workspace)["photos"] == 3
    (detector,) = status(empty_workspace)["detectors"]
    assert (detector["photos"], detector["objects"]) == (3, 3)
    (line,) = state(empty_workspace)
    assert line.held == line.expected == 3

    _screens_do_without(empty_workspace, kept)
    found = last(mine(empty_workspace, EVERYTHING))
    assert (found["objects"], found["photos"], found["views"]) == (3, 3, 3)


def _break_off_mining(workspace: Workspace) -> None:
    """When the vectors are laid out and nothing is compared yet."""
    steps = mine(workspace, EVERYTHING)
    while next(steps).stage != "vectors":
        pass
    steps.close()


def _holding(data: bytes, files: dict[str, bytes]) -> list[str]:
    return [name for name, held in files.items() if data in held]


def _screens_do_without(workspace: Workspace, kept: Kept) -> None:
    with pytest.raises(NotFoundError, match="taken down"):
        search_object(workspace, str(kept.object_), SearchOptions())
    (query,) = search_object(workspace, str(kept.views.objects[1]), SearchOptions())
    assert {hit.object_.public_id for hit in query.found} == set(kept.views.objects[2:])
    assert review.groups(workspace) == []
    assert removals.listed(workspace) == []
    served = cases(workspace, seat("ada", uuid4()), 5)
    assert (served.cases, served.left.open, served.last) == ((), 0, None)
    for ask in (Renditions(workspace).crop, Renditions(workspace).thumb):
        with pytest.raises(PhotoError):
            ask(kept.object_ if ask.__name__ == "crop" else kept.sha256)
    with pytest.raises(DecisionError, match="taken down"):
        review.decide(workspace, str(kept.removal), "accept", reviewer="bob")
    review.undo(workspace, str(kept.views.group), "ada")  # her own word on the group
    with pytest.raises(DecisionError, match="taken down"):
        review.decide(workspace, str(kept.views.group), "accept", reviewer="ada")


def test_records_that_keep_too_few_references_go_too(empty_workspace, kept):
    words = ("export", "subject", "--name", "three", "--to", kept.out, "--references", 3, "--seed", 3)
    curate(empty_workspace, *words)
    done = curate(empty_workspace, "takedown", kept.file, "--dry-run", "--json")
    (photo,) = json.loads(done.stdout)
    told = {
        each["manifest"]: (each["goes"], each["changes"]) for each in photo["differences"] if "goes" in each
    }
    assert told == {"jugs-1": (1, 3), "three-1": (4, 0)}
    assert "none of its records is left; once more is accepted, export again: curate" in done.stderr


def test_what_was_exported_is_named_and_exported_again_without_it(empty_workspace, kept):
    verify_manifest(kept.manifest, empty_workspace)
    two = export_subject(
        empty_workspace, SubjectOptions("jugs", "1", references=2, seed=3), kept.out / "two"
    ).manifest.directory
    coco = convert_manifest(kept.manifest, "coco", kept.out / "coco").manifest.directory
    verify_manifest(coco, empty_workspace)
    done = curate(empty_workspace, "takedown", kept.file, "--reason", "no consent", "--yes")
    assert "in subject jugs-1" in done.stderr
    assert all(f"folder: {folder} (there)" in done.stderr for folder in (kept.manifest, two))
    for folder in (kept.manifest, two, coco):
        with pytest.raises(VerificationError, match=r"was taken down on 20\d\d-\d\d-\d\d \(no consent\)"):
            verify_manifest(folder, empty_workspace)

    (written,) = (empty_workspace.root / "takedowns").iterdir()
    assert written.name == f"takedown-{kept.sha256[:12]}.json"
    manifest, *records = map(json.loads, written.read_text().splitlines())
    assert manifest["folders"] == {str(kept.manifest): "there", str(two): "there"}
    assert manifest["goes"] == 1
    assert manifest["goes"] + manifest["changes"] == len(records)
    assert {each["as"][0]: each["change"] for each in records} == {"target": "goes", "reference": "changes"}

    again = manifest["export_again"].split()
    assert again[:3] == ["curate", "export", "subject"]
    curate(empty_workspace, *again[1:])
    assert verify_manifest(two.parent / "jugs-2", empty_workspace).counts["photos"] == 3
    assert kept.sha256 not in (two.parent / "jugs-2" / "SHA256SUMS").read_text()
    options = DecisionOptions(name="votes", version="1", allow_unknown_rights=True)
    with pytest.raises(Exception, match="1 on items with a photo that was taken down"):
        export_decisions(empty_workspace, options, kept.out)


def test_nothing_goes_before_it_is_clear_what_and_originals_only_if_asked(empty_workspace, kept):
    copy = kept.file.with_name("copy.jpg")
    copy.write_bytes(kept.file.read_bytes())
    last(ingest(empty_workspace, [str(copy)], RIGHTS))
    before, files = content(empty_workspace), tree(empty_workspace.data / "media")
    done = curate(empty_workspace, "takedown", kept.file, "--originals", "--dry-run")
    assert "1 object, 1 vector, 1 removal" in done.stderr
    assert kept.file.as_uri() in done.stderr
    with pytest.raises(SettingsError, match="--yes"):
        curate(empty_workspace, "takedown", kept.file, code=1)
    for named, why in (("ffffffff", "No photo ffffffff"), (kept.file.with_name("no.jpg"), "No photo")):
        with pytest.raises(NotFoundError, match=why):
            curate(empty_workspace, "takedown", named, "--yes", code=1)
    with empty_workspace.claims() as claims:
        claims.share_writing()
        with pytest.raises(WorkspaceError, match="when it has ended"):
            curate(empty_workspace, "takedown", kept.file, "--yes", code=1)
    other = kept.views.files[kept.views.objects[1]].read_bytes()
    kept.file.write_bytes(other)
    with pytest.raises(NotFoundError, match="changed since it was ingested"):
        curate(empty_workspace, "takedown", kept.file, "--yes", code=1)
    assert (content(empty_workspace), tree(empty_workspace.data / "media")) == (before, files)

    curate(empty_workspace, "takedown", kept.sha256, "--originals", "--yes")
    assert not copy.exists()
    assert kept.file.read_bytes() == other


def test_nothing_that_was_said_of_it_stays(empty_workspace, kept):
    other = kept.views.objects[1]
    for each in (kept.object_, other):
        captions.write(empty_workspace, each, "Anna with her red jug", by="eve")
    with empty_workspace.transaction() as session:
        model = fingerprints.ensure(session, "9" * 64, "captioner", "toy")
        caption_rows.record(session, model, {kept.object_: "a woman called Anna"})
        failure_rows.record(session, "caption", str(kept.object_), "no words for Anna", "9" * 64)
    with pytest.raises(DBAPIError, match="append-only"), empty_workspace.transaction() as session:
        session.execute(text("DELETE FROM captions"))
    before = content(empty_workspace)
    assert sum("Anna" in str(row) for row in before["captions"]) == 3
    curate(empty_workspace, "takedown", kept.file, "--yes")
    after = content(empty_workspace)
    assert [str(other) in str(row) for row in after["captions"] if "Anna" in str(row)] == [True]
    assert after["failures"] == []
    (photo,) = [row for row in after["photos"] if kept.sha256 in row]
    assert photo.endswith("None, 'CC0-1.0', None)")
    assert status(empty_workspace)["captions_by_people"] == 1


def test_a_file_that_is_called_like_the_hash_of_another_photo_is_ambiguous(
    empty_workspace, kept, monkeypatch, tmp_path
):
    monkeypatch.chdir(tmp_path)
    start, other = kept.sha256[:12], kept.views.files[kept.views.objects[1]]
    Path(start).write_bytes(other.read_bytes())
    with pytest.raises(NotFoundError, match=rf"type \./{start} for the file"):
        find_photos(empty_workspace, [start])
    assert list(find_photos(empty_workspace, [f"./{start}"])[0].values()) == [sha256_of(other)]
    assert list(find_photos(empty_workspace, [start[:4]])[0].values()) == [kept.sha256]


def test_the_same_bytes_cannot_come_back(empty_workspace, kept):
    data, name = kept.file.read_bytes(), kept.file.name
    kept.manifest.rename(kept.out / "elsewhere")
    reason = " no\x1b[1m\nconsent\u2028"
    done = curate(empty_workspace, "takedown", kept.file, "--reason", reason, "--yes", "--json")
    (planned,) = json.loads(done.stdout)
    (manifest,) = planned["differences"]  # without its folder, what the database knows
    assert (manifest["manifest"], manifest["folder_found"], manifest["goes"]) == ("jugs-1", False, None)
    assert not (empty_workspace.root / "takedowns").exists()
    told = last(ingest(empty_workspace, [str(kept.file)], RIGHTS))
    assert (told["failed"], told["taken_down"], told["new"]) == (1, 1, 0)
    (failed,) = failures.failures(empty_workspace, "ingest")
    assert failed.subject == kept.file.as_uri()
    assert "(no [1m consent)" in failed.reason
    with pytest.raises(PhotoError, match="was taken down on"):
        pairs.store_frame(empty_workspace, data, name, by="eve")
    done = curate(empty_workspace, "takedown", kept.file, "--yes")  # again, by what the file holds
    assert f"Photo {kept.sha256[:12]}. It was taken down" in done.stderr


def with_comment(jpeg: bytes) -> bytes:
    return jpeg[:2] + b"\xff\xfe\x00\x08by Eve" + jpeg[2:]


def with_exif(jpeg: bytes) -> bytes:
    exif = Image.open(io.BytesIO(jpeg)).getexif()
    exif[ExifTags.Base.Artist] = "Eve"
    data = exif.tobytes()
    segment = b"\xff\xe1" + (len(data) + 2).to_bytes(2, "big") + data
    return jpeg[:2] + segment + jpeg[2:].replace(b"Exif\0\0", b"Exit\0\0", 1)


def without_loss(jpeg: bytes) -> bytes:
    file = io.BytesIO()
    Image.fromarray(decode(jpeg)).rotate(90, expand=True).save(file, "TIFF", tiffinfo={274: 6})
    return file.getvalue()


def test_the_same_pixels_cannot_come_back_in_another_file(empty_workspace, kept):
    data = kept.file.read_bytes()
    assert data.startswith(b"\xff\xd8")
    copies = [wrapped(data) for wrapped in (with_comment, with_exif, without_loss)]
    folder = kept.file.parent.parent / "copies"
    folder.mkdir()
    for number, copy in enumerate(copies):
        (folder / f"{number}.jpg").write_bytes(copy)
    curate(empty_workspace, "takedown", kept.file, "--reason", "no consent", "--yes")
    told = last(ingest(empty_workspace, [str(folder)], RIGHTS))
    assert (told["failed"], told["taken_down"], told["new"], told["like_taken_down"]) == (3, 3, 0, 0)
    (why,) = {each.reason for each in failures.failures(empty_workspace, "ingest")}
    was = f"{kept.sha256[:12]}, which {_stone(empty_workspace).words}"
    assert why == f"This photo has the pixels of {was}, in another file, and cannot come back: leave it out."
    for copy in copies:
        with pytest.raises(PhotoError, match=r"has the pixels of .* \(no consent\)"):
            pairs.store_frame(empty_workspace, copy, "x.jpg", by="eve")


def test_a_copy_that_looks_otherwise_to_the_hash_cannot_come_back(empty_workspace, tmp_path):
    """Of noise, the hash of a JPEG that is decoded at a quarter has little to do with that of its PNG."""
    noise = np.random.default_rng(5).integers(100, 140, (2400, 3200), dtype=np.uint8)
    folders = [tmp_path / name for name in ("jpeg", "png")]
    for folder in folders:
        folder.mkdir()
    Image.fromarray(noise).convert("RGB").save(folders[0] / "wall.jpg", quality=90)
    Image.fromarray(decode((folders[0] / "wall.jpg").read_bytes())).save(folders[1] / "wall.png")
    last(ingest(empty_workspace, [str(folders[0])], RIGHTS))
    curate(empty_workspace, "takedown", folders[0] / "wall.jpg", "--yes")
    told = last(ingest(empty_workspace, [str(folders[1])], RIGHTS))
    assert (told["taken_down"], told["new"]) == (1, 0)


def test_copies_of_the_same_pixels_go_too(empty_workspace, kept):
    copy = kept.file.with_name("copy.jpg")
    copy.write_bytes(with_comment(kept.file.read_bytes()))
    last(ingest(empty_workspace, [str(copy)], RIGHTS))
    curate(empty_workspace, "takedown", kept.file, "--yes")
    with empty_workspace.transaction() as session:
        sha256 = {each.sha256 for each in takedowns.every(session)}
    assert sha256 == {hashlib.sha256(each.read_bytes()).hexdigest() for each in (kept.file, copy)}


def _stone(workspace: Workspace) -> Tombstone:
    with workspace.transaction() as session:
        (stone,) = takedowns.every(session)
    return stone


def test_a_photo_whose_original_is_gone_is_known_by_its_bytes_and_its_looks(empty_workspace, kept):
    data = kept.file.read_bytes()
    kept.file.unlink()
    curate(empty_workspace, "takedown", kept.sha256[:4], "--yes")
    assert _stone(empty_workspace).pixels_sha256 is None
    kept.file.write_bytes(with_comment(data))
    told = last(ingest(empty_workspace, [str(kept.file)], RIGHTS))
    assert (told["new"], told["like_taken_down"]) == (1, 1)


@pytest.mark.parametrize("like", ["looks like", "looks like the mirror image of"])
def test_a_photo_that_looks_the_same_is_let_in_with_a_warning(empty_workspace, kept, like):
    again = kept.file.with_name("again.webp")
    seen = Image.open(kept.file).rotate(-90, expand=True)  # upright
    (ImageOps.mirror(seen) if "mirror" in like else seen).save(again, quality=70)
    done = curate(empty_workspace, "takedown", kept.file, "--yes")
    done = curate(empty_workspace, "ingest", again)
    assert "1 new photo looks like one that was taken down" in done.stderr
    (failed,) = failures.failures(empty_workspace, "takedown")
    assert f"{like} the photo {kept.sha256[:12]}" in failed.reason
    done = curate(empty_workspace, "takedown", again, "--yes")
    assert failures.failures(empty_workspace) == []


def test_a_file_that_a_living_photo_needs_stays(empty_workspace, kept):
    twin = store_removal(empty_workspace, kept.views.files[kept.views.objects[1]], BOX)
    (planned,) = json.loads(curate(empty_workspace, "takedown", kept.file, "--yes", "--json").stdout)
    assert len(planned["shared"]) == 2  # both masks, drawn alike
    assert set(planned["shared"]) <= set(empty_workspace.media.names())
    assert [each.removal for each in removals.listed(empty_workspace)] == [twin.removal]
    assert list(examine_workspace(empty_workspace)) == []


def test_a_frame_takes_its_pairs_with_it(empty_workspace, tmp_path):
    drawn, other = draw_pair(1), draw_pair(2)
    pair = accepted(empty_workspace, drawn)
    left = accepted(empty_workspace, other)
    out = tmp_path / "out"
    curate(empty_workspace, "export", "removal", "--name", "clean", "--to", out)
    row = next(each for each in listed(empty_workspace) if each.pair == pair)
    upload = uploads.create(empty_workspace, "eve", "x.jpg", 3, row.counterfactual_sha256)
    upload.part.write_bytes(b"abc")
    done = curate(empty_workspace, "takedown", row.counterfactual_sha256, "--to", out, "--yes")
    assert "records that go: 1, that change: 0" in done.stderr

    files = tree(empty_workspace.data)
    assert not [name for name in files if row.counterfactual_sha256 in name]
    assert [name for name in files if row.factual_sha256 in name]
    assert not list((empty_workspace.data / "uploads").iterdir())
    assert [each.pair for each in listed(empty_workspace)] == [left]
    with pytest.raises(NotFoundError, match="taken down"):
        pairs.shown(empty_workspace, pair)
    with pytest.raises(NotFoundError, match="taken down"):
        pairs.hand_in(
            empty_workspace, row.factual_sha256, row.counterfactual_sha256, shoot=row.shoot, by="ada"
        )
    assert list(examine_workspace(empty_workspace, originals=True)) == []
    _, record = map(json.loads, (out / f"takedown-{row.counterfactual_sha256[:12]}.json").open())
    assert (record["as"], record["change"]) == (["frame without the object"], "goes")
    curate(empty_workspace, "export", "removal", "--name", "clean", "--version", "2", "--to", out)
    assert verify_manifest(out / "clean-2", empty_workspace).counts["photos"] == 2


class Killed(BaseException):
    """In place of a SIGKILL: nothing catches it."""


class Dying(Workspace):
    """Dies at its n-th touch of database, media store or index."""

    touches = 0

    def touch(self) -> None:
        self.touches -= 1
        if self.touches == 0:
            raise Killed

    @contextmanager
    def transaction(self):
        with super().transaction() as session:
            yield session
            self.touch()  # before the commit

    def index(self):
        self.touch()
        return super().index()


class DyingMedia(LocalMedia):
    """Dies before and after it writes or removes a file."""

    def __init__(self, workspace: Dying) -> None:
        super().__init__(workspace.data / "media")
        self._workspace = workspace

    def put(self, data: bytes, suffix: str) -> str:
        self._workspace.touch()
        sha256 = super().put(data, suffix)
        self._workspace.touch()
        return sha256

    def remove(self, name: str) -> None:
        self._workspace.touch()
        super().remove(name)
        self._workspace.touch()


def test_a_takedown_that_is_killed_anywhere_goes_on_where_it_was(empty_workspace, kept):
    keys, places = find_photos(empty_workspace, [str(kept.file)])
    order = Order(tuple(keys), None, "ada", originals=True, places=places)
    deaths = 0
    while True:
        with Dying.open(empty_workspace.root) as dying:
            dying.__dict__["media"] = DyingMedia(dying)
            dying.touches = deaths + 1
            try:
                list(take_down(dying, order))
                break
            except Killed:
                deaths += 1
        _nothing_dangles(empty_workspace)
    assert deaths > 9
    assert not kept.file.exists()
    assert list(examine_workspace(empty_workspace)) == []
    assert not [name for name in tree(empty_workspace.data) if kept.sha256 in name]
    assert [len(ids) for ids in content(empty_workspace)["index"].values()] == [3]


def test_photos_of_one_block_go_together(empty_workspace, kept):
    written = []

    class Counted(LocalMedia):
        def put(self, data: bytes, suffix: str) -> str:
            written.append(suffix)
            return super().put(data, suffix)

    empty_workspace.__dict__["media"] = Counted(empty_workspace.data / "media")
    keys, _ = find_photos(empty_workspace, [str(each) for each in kept.views.files.values()][:3])
    held = list(take_down(empty_workspace, Order(tuple(keys), None, "ada")))
    assert [each.vectors for each in held] == [1, 1, 1]
    assert written == [vector_blocks.SUFFIX]
    (block,) = content(empty_workspace)["vectors"].values()
    assert set(block) == {str(kept.views.objects[3])}
    assert list(examine_workspace(empty_workspace)) == []


def test_nothing_is_taken_down_while_it_is_exported(empty_workspace, kept):
    order = Order(tuple(find_photos(empty_workspace, [kept.sha256])[0]), None, "ada")
    refused = []

    def take_down_at_the_end(done: int, total: int) -> None:
        if done == total:
            with pytest.raises(WorkspaceError, match="when it has ended"):
                list(take_down(empty_workspace, order))
            refused.append(done)

    options = SubjectOptions(name="late", version="1", references=2)
    late = export_subject(empty_workspace, options, kept.out, take_down_at_the_end).manifest.directory
    assert refused == [4]
    done = curate(empty_workspace, "takedown", kept.sha256, "--yes")
    assert f"folder: {late} (there)" in done.stderr


def _until_it_waits(workspace: Workspace, export: Future) -> None:
    waits = text(
        "SELECT EXISTS (SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = database "
        "WHERE datname = current_database() AND locktype = 'advisory' AND NOT granted)"
    )
    with workspace.transaction() as session:
        while not session.scalar(waits):
            assert not export.done()


EXPORTS = {
    export_subject: SubjectOptions,
    export_benchmark: SubjectOptions,
    export_insertion: ViewOptions,
    export_bootstrap: lambda name, version: BootstrapOptions(name, version, BootstrapRules()),
    export_decisions: lambda name, version: DecisionOptions(name=name, version=version),
    partial(export_pairs, "removal"): PairOptions,
    partial(export_pairs, "insertion-pairs"): PairOptions,
}


def test_every_export_waits_for_who_erases(empty_workspace, tmp_path):
    for export, options in EXPORTS.items():
        with ThreadPoolExecutor(1) as pool:
            with empty_workspace.claims() as claims:
                assert claims.write_alone()
                made = pool.submit(export, empty_workspace, options("all", "1"), tmp_path)
                _until_it_waits(empty_workspace, made)
            with pytest.raises((ExportError, NotFoundError)):  # nothing is there
                made.result()


def test_an_export_waits_for_a_takedown(empty_workspace, kept):
    keys, _ = find_photos(empty_workspace, [kept.sha256])
    options = SubjectOptions(name="late", version="1", references=2)
    taking = take_down(empty_workspace, Order(tuple(keys), None, "ada"))
    with ThreadPoolExecutor(1) as pool:
        next(taking)  # it holds the workspace until it is told to go on
        export = pool.submit(export_subject, empty_workspace, options, kept.out)
        _until_it_waits(empty_workspace, export)
        assert not (kept.out / "late-1").exists()
        assert list(taking) == []
        folder = export.result().manifest.directory
    assert kept.sha256 not in (folder / "SHA256SUMS").read_text()
    assert verify_manifest(folder, empty_workspace).counts["photos"] == 3


def test_the_doctor_finishes_a_killed_takedown_and_erases_what_came_back(empty_workspace, kept):
    keys, _ = find_photos(empty_workspace, [kept.sha256])
    with Dying.open(empty_workspace.root) as dying:
        dying.touches = 6
        with pytest.raises(Killed):
            list(take_down(dying, Order(tuple(keys), None, "ada")))
    (found,) = examine_workspace(empty_workspace)
    assert (found.what, found.mended) == ("a photo was not taken down to the end", True)
    assert list(examine_workspace(empty_workspace)) == []
    Renditions(empty_workspace).kept.keep(f"{kept.object_}-crop-1.webp", b"of a page that was open")
    (found,) = examine_workspace(empty_workspace)
    assert found.mended
    assert list(examine_workspace(empty_workspace)) == []


def _nothing_dangles(workspace: Workspace) -> None:
    """Every vector that Postgres names can be read: other commands go on beside a killed takedown."""
    with workspace.transaction() as session:
        named = session.execute(
            text(
                "SELECT sha256, row, public_id FROM embedded JOIN vector_blocks b ON b.id = block_id "
                "JOIN objects o ON o.id = object_id"
            )
        ).all()
    assert len(named) in (3, 4)
    for sha256, row, public_id in named:
        _, inside = vector_blocks.unpack(workspace.media.get(sha256, vector_blocks.SUFFIX))
        assert inside[row] == public_id
