"""What a user types becomes files, each once, in the same order every time."""

import os
import subprocess
import zipfile
from pathlib import Path

import fsspec
import pytest

from curate.errors import PhotoError, SettingsError
from curate.photos.facts import PhotoProblem, examine_file
from curate.photos.sources import (
    SkippedFile,
    SourceFile,
    SourceProblem,
    file_uri,
    find_sources,
    local_path,
    read_bytes,
    read_photo_bytes,
)
from curate.records import PhotoRef


def files(*arguments):
    return [found.uri for found in find_sources([str(a) for a in arguments]) if isinstance(found, SourceFile)]


def names(*arguments):
    return [local_path(uri).name for uri in files(*arguments)]


def of_kind(kind, *arguments):
    return [found for found in find_sources([str(a) for a in arguments]) if isinstance(found, kind)]


@pytest.fixture
def album(tmp_path):
    for name in ("b.JPG", "a/z.heic", "a/b/y.Png", "c.txt", "c/x.jpeg", ".hidden.jpg"):
        path = tmp_path / "album" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    return tmp_path / "album"


def test_a_folder_is_walked_in_order_and_other_files_are_reported_as_skipped(album):
    assert names(album) == [".hidden.jpg", "y.Png", "z.heic", "b.JPG", "x.jpeg"]
    assert [local_path(found.uri).name for found in of_kind(SkippedFile, album)] == ["c.txt"]
    assert files(album) == files(file_uri(album)) == files(f"local://{album}")


def test_a_folder_is_walked_while_it_is_consumed(album):
    found = find_sources([str(album)])
    next(found)
    (album / "c" / "later.jpg").touch()
    assert sum(isinstance(one, SourceFile) for one in found) == 5


def test_a_file_named_by_the_user_is_a_candidate_whatever_its_name(album):
    assert names(album / "c.txt") == ["c.txt"]


def test_sizes_and_tokens_tell_whether_a_file_changed(album):
    path = album / "b.JPG"
    (before,) = find_sources([str(path)])
    assert before.byte_count == 5
    assert of_kind(SourceFile, path) == [before]
    os.utime(path, ns=(1, 1))
    (after,) = find_sources([str(path)])
    assert before.state_token != after.state_token


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*.JPG", ["b.JPG"]),
        ("?", ["y.Png", "z.heic", "x.jpeg"]),
        ("**/[yz].[Ph]*", ["y.Png", "z.heic"]),
        ("**", ["y.Png", "z.heic", "b.JPG", "x.jpeg", ".hidden.jpg"]),
        ("a/**/y.*", ["y.Png"]),
    ],
)
def test_globs_find_files_and_folders(pattern, expected, album):
    assert sorted(names(album / pattern)) == sorted(expected)


def test_a_relative_path_becomes_an_absolute_uri(album, monkeypatch):
    monkeypatch.chdir(album)
    assert files("b.JPG") == files("./**/b.JPG") == files("*.JPG") == [file_uri(album / "b.JPG")]


def test_a_path_that_exists_is_not_taken_for_a_glob(tmp_path):
    (tmp_path / "[1].jpg").touch()
    (tmp_path / "1.jpg").touch()
    assert names(tmp_path / "[1].jpg") == ["[1].jpg"]


def test_what_does_not_exist_is_refused_at_once(album):
    with pytest.raises(SettingsError, match="no file or folder"):
        find_sources([str(album), str(album / "nope")])
    with pytest.raises(SettingsError, match="matches"):
        list(find_sources([str(album / "*.nope")]))
    with pytest.raises(SettingsError, match="cannot be used"):
        list(find_sources([str(album / "**.jpg")]))


def test_a_file_reached_twice_comes_once(album):
    (album / "again").symlink_to(album / "a")
    (album / "zz.jpg").symlink_to(album / "b.JPG")
    os.link(album / "b.JPG", album / "zzz.jpg")
    assert len(files(album)) == 5
    assert len(files(album, album / "a", album / "*.JPG", album / "**/*.JPG")) == 5


def test_links_are_followed(album, tmp_path):
    entrance = tmp_path / "entrance"
    entrance.mkdir()
    (entrance / "all").symlink_to(album)
    (entrance / "one.jpg").symlink_to(album / "c.txt")
    assert files(entrance)[0] == file_uri(entrance / "all" / ".hidden.jpg")
    assert names(entrance)[-1] == "one.jpg"


def test_link_loops_end_and_are_reported(album):
    (album / "a" / "b" / "up").symlink_to(album)
    (album / "a" / "up").symlink_to("../a")
    (album / "self").symlink_to("self")
    (album / "gone.jpg").symlink_to("nowhere.jpg")
    for argument in (album, album / "**"):
        assert len(files(argument)) == 5
        problems = {local_path(p.uri).name: p.reason for p in of_kind(SourceProblem, argument)}
        assert set(problems) == {"up", "self", "gone.jpg"}
        assert "leads back" in problems["up"]


def test_a_pipe_is_a_problem_and_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.jpg")
    (problem,) = find_sources([str(tmp_path)])
    assert isinstance(problem, SourceProblem)
    with pytest.raises(PhotoError, match="regular"):
        read_bytes(file_uri(tmp_path / "pipe.jpg"))


@pytest.fixture
def as_nobody(tmp_path_factory):
    """Root may read everything, so as root the test runs as an ordinary user."""
    if os.geteuid() != 0:
        yield
        return
    opened = [parent for parent in tmp_path_factory.getbasetemp().parents if parent.stat().st_uid == 0]
    modes = {path: path.stat().st_mode for path in [tmp_path_factory.getbasetemp(), *opened]}
    for path, mode in modes.items():
        path.chmod(mode | 0o011)
    os.seteuid(65534)
    yield
    os.seteuid(0)
    for path, mode in modes.items():
        path.chmod(mode)


def test_what_may_not_be_read_is_a_problem(album, as_nobody):
    for secret, mode in (
        (album / "a", 0o000),
        (album / "b.JPG", 0o000),
        (album.parent, 0o755),
        (album, 0o755),
    ):
        euid = os.geteuid()
        os.seteuid(os.getuid())
        secret.chmod(mode)
        os.seteuid(euid)
    (problem,) = of_kind(SourceProblem, album)
    assert local_path(problem.uri) == album / "a"
    assert "Permission denied" in problem.reason
    assert names(album) == [".hidden.jpg", "b.JPG", "x.jpeg"]
    result = examine_file(file_uri(album / "b.JPG"))
    assert isinstance(result, PhotoProblem)
    assert "Permission denied" in result.reason


@pytest.mark.parametrize(
    "name",
    [
        b"with space.jpg",
        b"new\nline\r.jpg",
        "ünï\N{COMBINING DIAERESIS} 照片.jpg".encode(),
        b"\xff\xfe latin \xe4.jpg",
        b"100%25 #1?.jpg",
        b"back\\slash;:@&=+$,.jpg",
        b"-rf *.jpg",
        b"a::b.jpg",
    ],
)
def test_any_file_name_survives_the_uri(name, tmp_path):
    path = Path(os.fsdecode(os.path.join(os.fsencode(tmp_path), name)))  # noqa: PTH118  bytes
    path.write_bytes(name)
    (uri,) = files(tmp_path)
    assert uri.isascii()
    assert uri.isprintable()
    assert local_path(uri) == path
    assert read_bytes(uri) == name
    assert files(uri) == files(path) == [uri]


@pytest.fixture
def deep_folder(tmp_path):
    """1100 folders inside each other, removed here because shutil.rmtree does recurse."""
    here = os.open(tmp_path, os.O_RDONLY)
    for _ in range(1100):
        os.mkdir("d", dir_fd=here)
        inner = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(os.open("deep.jpg", os.O_CREAT, dir_fd=here))
    os.close(here)
    yield tmp_path
    subprocess.run(["rm", "-rf", tmp_path / "d"], check=True)


def test_folders_nested_deeper_than_python_recurses_are_walked(deep_folder):
    assert names(deep_folder) == ["deep.jpg"]


@pytest.mark.parametrize("uri", ["http://x/y.jpg", "file:relative.jpg", "file:///nul%00.jpg"])
def test_what_is_no_local_file_has_no_path(uri):
    with pytest.raises(SettingsError, match="absolute path"):
        local_path(uri)


@pytest.fixture
def bucket():
    memory = fsspec.filesystem("memory")
    memory.store.clear()
    memory.pseudo_dirs[:] = [""]
    memory.pipe({"/b/two.jpg": b"22", "/b/one.jpg": b"1", "/b/c/three.PNG": b"333", "/b/notes.txt": b""})
    yield memory
    memory.store.clear()


def test_a_folder_in_a_bucket_is_walked(bucket):
    found = list(find_sources(["memory://b"]))
    uris = [one.uri for one in found if isinstance(one, SourceFile)]
    assert uris == ["memory:///b/one.jpg", "memory:///b/two.jpg", "memory:///b/c/three.PNG"]
    assert [read_bytes(uri) for uri in uris] == [b"1", b"22", b"333"]
    assert [one.uri for one in found if isinstance(one, SkippedFile)] == ["memory:///b/notes.txt"]
    assert files("memory://b/*.jpg") == uris[:2]
    assert files("memory://b/**/*.PNG") == uris[2:]
    assert files("memory://b/notes.txt") == ["memory:///b/notes.txt"]


def test_a_changed_object_in_a_bucket_has_another_token(bucket):
    before = of_kind(SourceFile, "memory://b/one.jpg")
    assert of_kind(SourceFile, "memory://b/one.jpg") == before
    bucket.pipe("/b/one.jpg", b"other")
    assert of_kind(SourceFile, "memory://b/one.jpg") != before


def test_photos_inside_an_archive_are_found_and_read_from_anywhere(tmp_path, monkeypatch):
    with zipfile.ZipFile(tmp_path / "my album.zip", "w") as archive:
        archive.writestr("d/x.jpg", b"x")
        archive.writestr("y.jpg", b"y")
    monkeypatch.chdir(tmp_path)
    uris = files("zip://::my album.zip")
    assert uris == files(f"zip://::file://{tmp_path}/my album.zip")
    monkeypatch.chdir("/")
    assert [read_bytes(uri) for uri in uris] == [b"y", b"x"]


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("memory://nowhere/x.jpg", "no file or folder"),
        ("memory://nowhere/*.jpg", "matches"),
        ("nonsense://x", "Protocol not known"),
        ("simplecache::memory://b", "without it"),
    ],
)
def test_an_address_that_leads_nowhere_is_one_sentence(url, sentence, bucket):
    with pytest.raises(SettingsError, match=sentence):
        list(find_sources([url]))


def test_reading_stops_at_the_limit(tmp_path, bucket):
    path = tmp_path / "x.jpg"
    path.write_bytes(b"12345")
    assert read_bytes(file_uri(path), limit=5) == b"12345"
    for uri in (file_uri(path), "memory:///b/c/three.PNG"):
        with pytest.raises(PhotoError, match="allowed"):
            read_bytes(uri, limit=2)


def test_a_file_that_is_gone_or_changed_is_said_so(tmp_path):
    path = tmp_path / "x.jpg"
    path.write_bytes(b"abc")
    digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    photo = PhotoRef(1, digest, (file_uri(path),), 1, 1)
    assert read_photo_bytes(photo) == b"abc"
    path.write_bytes(b"abd")
    with pytest.raises(PhotoError, match="curate ingest"):
        read_photo_bytes(photo)
    path.unlink()
    with pytest.raises(PhotoError, match="gone"):
        read_photo_bytes(photo)
    with pytest.raises(PhotoError, match="gone"):
        read_bytes("memory:///nowhere.jpg")


def test_a_photo_is_read_from_the_next_place_that_still_has_its_bytes(tmp_path):
    overwritten, kept = tmp_path / "overwritten.jpg", tmp_path / "kept.jpg"
    overwritten.write_bytes(b"abd")
    kept.write_bytes(b"abc")
    digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    places = (file_uri(tmp_path / "gone.jpg"), file_uri(overwritten), file_uri(kept))
    assert read_photo_bytes(PhotoRef(1, digest, places, 1, 1)) == b"abc"
    with pytest.raises(PhotoError, match="gone"):
        read_photo_bytes(PhotoRef(1, digest, places[:2], 1, 1))


def test_a_photo_without_a_place_is_not_looked_for_in_the_current_folder():
    photo = PhotoRef(1, "ab" * 32, (), 1, 1)
    with pytest.raises(PhotoError, match="no longer anywhere known"):
        read_photo_bytes(photo)
    with pytest.raises(PhotoError, match="no longer anywhere known"):
        read_bytes("")
    assert photo.uri == "ab" * 32
