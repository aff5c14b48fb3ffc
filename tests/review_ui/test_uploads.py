"""Resumable uploads: the protocol, who may, kills at any byte, a full disk, two at once."""

from __future__ import annotations

import http.client
import os
import random
import shutil
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from chain import make_workspace_on
from curate.errors import RoomError
from curate.workflows import uploads
from review_process import ReviewProcess
from tus_client import BYTES, PLACE, TUS, announced, begin, offset, send


def noise(size: int, seed: int = 0) -> bytes:
    return random.Random(seed).randbytes(size)


@pytest.fixture
def photographer(shared_app) -> httpx.Client:
    return shared_app.persons["photographer"]


def part_of(app, place: str) -> Path:
    return app.workspace.data / "uploads" / f"{place.rsplit('/', 1)[1]}.part"


def test_a_file_arrives_in_pieces(shared_app, photographer):
    data = noise(3_000_000)
    place = begin(photographer, data)
    assert offset(photographer, place) == 0
    for start, end in ((0, 1), (1, 1_500_000), (1_500_000, 3_000_000)):
        answer = send(photographer, place, data[start:end], start)
        assert (answer.status_code, answer.headers["upload-offset"]) == (204, str(end))
        assert answer.headers["upload-expires"].endswith("GMT")
    assert part_of(shared_app, place).read_bytes() == data


def test_what_the_server_can_do_is_told(photographer):
    answer = photographer.options(PLACE)
    assert answer.headers["tus-version"] == "1.0.0"
    assert set(answer.headers["tus-extension"].split(",")) == {"creation", "expiration", "termination"}
    assert int(answer.headers["tus-max-size"]) == uploads.LIMIT


def test_a_piece_goes_only_where_the_file_ends(shared_app, photographer):
    data = noise(1000)
    place = begin(photographer, data)
    send(photographer, place, data[:400])
    for at in (0, 399, 401, 1000, 10**14):
        assert send(photographer, place, data[400:], at).status_code == 409
    assert send(photographer, place, data[400:] + b"more", 400).status_code == 409
    assert offset(photographer, place) == 400
    assert part_of(shared_app, place).read_bytes() == data[:400]


def test_a_forgotten_upload_is_gone(shared_app, photographer):
    place = begin(photographer, b"1234")
    assert photographer.delete(place, headers=TUS).status_code == 204
    assert photographer.head(place, headers=TUS).status_code == 404
    assert not part_of(shared_app, place).exists()


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"Tus-Resumable": "0.2.2"}, 412),
        ({"Upload-Length": "0"}, 413),
        ({"Upload-Length": str(uploads.LIMIT + 1)}, 413),
        ({"Upload-Length": "-1"}, 400),
        ({"Upload-Length": "1e3"}, 400),
        ({"Upload-Length": "9" * 40}, 400),
        ({"Upload-Metadata": ""}, 400),
        ({"Upload-Metadata": "name"}, 400),
        ({"Upload-Metadata": "name %%%"}, 400),
        ({"Upload-Metadata": "name QQ==,sha256 QQ=="}, 400),
        ({"Upload-Metadata": f"name {'QUFB' * 200},sha256 QQ=="}, 400),
        ({"Upload-Metadata": announced(b"1234", "a\x1b[2J.jpg")["Upload-Metadata"]}, 400),
        ({"X-Recurate": "0"}, 403),
        ({"Origin": "http://elsewhere.org"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
    ],
    ids=str,
)
def test_an_upload_that_is_announced_wrongly_does_not_begin(shared_app, photographer, changed, status):
    before = set((shared_app.workspace.data / "uploads").glob("*"))
    answer = photographer.post(PLACE, headers={**announced(b"1234"), **changed})
    assert answer.status_code == status
    assert answer.json()["error"].endswith(".")
    assert set((shared_app.workspace.data / "uploads").glob("*")) == before


def test_pieces_from_other_sites_are_not_taken(photographer):
    place = begin(photographer, b"1234")
    for header in ({"Origin": "http://elsewhere.org"}, {"Sec-Fetch-Site": "same-site"}, {"X-Recurate": ""}):
        answer = photographer.patch(place, content=b"1234", headers={**BYTES, "Upload-Offset": "0", **header})
        assert answer.status_code == 403
    assert photographer.patch(place, content=b"1", headers={**TUS, "Upload-Offset": "0"}).status_code == 415
    assert offset(photographer, place) == 0


def test_a_foreign_upload_is_as_unknown_as_one_that_never_was(shared_app, photographer):
    place = begin(photographer, b"1234")
    send(photographer, place, b"12")
    never = f"{PLACE}/{'0' * 32}"
    for person in ("curator", "adjudicator", "admin"):
        other = shared_app.persons[person]
        for method, headers in (("HEAD", TUS), ("DELETE", TUS), ("PATCH", {**BYTES, "Upload-Offset": "2"})):
            answers = [other.request(method, each, headers=headers) for each in (place, never)]
            assert [each.status_code for each in answers] == [404, 404]
            assert answers[0].content == answers[1].content
    assert offset(photographer, place) == 2


@pytest.mark.parametrize("upload", ["..%2F..%2Fcurate.toml", "%2E%2E", "x" * 300, "A" * 32, f"{'0' * 32}%0A"])
def test_an_id_is_never_a_path(photographer, upload):
    for method in ("HEAD", "DELETE", "PATCH"):
        headers = {**BYTES, "Upload-Offset": "0"}
        answer = photographer.request(method, f"{PLACE}/{upload}", headers=headers)
        assert answer.status_code in (400, 404, 405)  # Streamlit itself refuses some


def test_two_photographers_upload_at_once(shared_app):
    def upload(person: str, seed: int) -> bool:
        client, data = shared_app.persons[person], noise(2_000_000, seed)
        place = begin(client, data)
        for start in range(0, len(data), 100_000):
            assert send(client, place, data[start : start + 100_000], start).status_code == 204
        return part_of(shared_app, place).read_bytes() == data

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(upload, ("photographer", "admin"), (1, 2))) == [True, True]


def test_two_windows_of_one_person_cannot_mix_their_bytes(shared_app, photographer):
    data = noise(4_000_000)
    place = begin(photographer, data)
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: send(photographer, place, data).status_code, range(2)))
    assert 204 in answers or offset(photographer, place) < len(data)
    done = offset(photographer, place)
    send(photographer, place, data[done:], done)
    assert part_of(shared_app, place).read_bytes() == data


def test_what_was_abandoned_makes_room(shared_app, photographer):
    old, kept = begin(photographer, b"1234"), begin(photographer, b"1234")
    long_ago = time.time() - uploads.KEPT - 60
    for suffix in (".part", ".json"):
        os.utime(part_of(shared_app, old).with_suffix(suffix), (long_ago, long_ago))
    os.utime(part_of(shared_app, kept).with_suffix(".json"), (long_ago, long_ago))
    begin(photographer, b"1234")
    assert photographer.head(old, headers=TUS).status_code == 404
    assert not part_of(shared_app, old).exists()
    assert offset(photographer, kept) == 0


def made_old(upload: uploads.Upload, seconds: float) -> None:
    for path in (upload.part, upload.record):
        os.utime(path, (time.time() - seconds, time.time() - seconds))


def test_a_name_may_hold_any_space(photographer):
    for name in ("Bildschirmfoto 3.04\u202fPM.png", "a\xa0b.jpg", "\u5199\u771f.jpg"):
        announcement = announced(b"1234", name)["Upload-Metadata"]
        place = begin(photographer, b"1234", **{"Upload-Metadata": announcement})
        assert photographer.delete(place, headers=TUS).status_code == 204


def test_one_person_cannot_keep_all_others_out(empty_workspace, monkeypatch):
    def announce(owner: str) -> uploads.Upload:
        return uploads.create(empty_workspace, owner, "x.jpg", 1000, "0" * 64)

    begun = [announce("mallory") for _ in range(uploads.OPEN)]
    with pytest.raises(RoomError, match="on their way"):
        announce("mallory")
    announce("ada")
    uploads.append(begun[0], 0, b"half of it")
    made_old(begun[0], uploads.IDLE + 60)
    announce("mallory")  # what was left lying makes way
    assert begun[0] not in uploads.of_owner(empty_workspace, "mallory")
    monkeypatch.setattr(uploads, "OPEN_BYTES", 2500)
    announce("ada")
    with pytest.raises(RoomError, match="on their way"):
        announce("ada")


def test_an_upload_without_a_byte_is_forgotten_after_an_hour(empty_workspace):
    empty, begun = (uploads.create(empty_workspace, "ada", "x.jpg", 10, "0" * 64) for _ in range(2))
    uploads.append(begun, 0, b"12")
    for upload in (empty, begun):
        made_old(upload, uploads.IDLE + 60)
    assert uploads.expires(empty) < time.time() < uploads.expires(begun)
    uploads.create(empty_workspace, "eve", "x.jpg", 10, "0" * 64)
    assert uploads.of_owner(empty_workspace, "ada") == [begun]


def test_a_damaged_record_is_nobody_s_upload_and_keeps_nobody_out(empty_workspace):
    upload = uploads.create(empty_workspace, "ada", "x.jpg", 10, "0" * 64)
    for damage in (b"", b"null", b"[1]", b'{"owner": "ada"}', b"\xff"):
        upload.record.write_bytes(damage)
        assert uploads.of_owner(empty_workspace, "ada") == []
    uploads.create(empty_workspace, "eve", "x.jpg", 10, "0" * 64)


def cut_off(process: ReviewProcess, place: str, data: bytes, start: int, stop: int) -> None:
    """Announce everything from ``start`` on, and send only up to ``stop``; the answer never comes."""
    connection = http.client.HTTPConnection("127.0.0.1", process.port, timeout=30)
    connection.putrequest("PATCH", place)
    headers = {**BYTES, "Upload-Offset": str(start), "X-Recurate": "1", "Content-Length": len(data) - start}
    for name, value in headers.items():
        connection.putheader(name, str(value))
    connection.endheaders()
    connection.send(data[start:stop])
    connection.close()


@pytest.fixture
def process(start_review, tmp_path, database_url) -> ReviewProcess:
    make_workspace_on(database_url, tmp_path / "ws").close()
    return start_review(tmp_path / "ws")


def test_a_server_killed_at_any_byte_goes_on_where_it_was(process):
    data, dice = noise(12_000_000), random.Random(4)
    place = begin(process.client(), data)
    at = 0
    for _ in range(3):
        stop = dice.randrange(at + 1, len(data))
        cut_off(process, place, data, at, stop)
        process.kill()
        process.start()
        reached = offset(process.client(), place)
        assert at <= reached <= stop
        at = reached
    assert send(process.client(), place, data[at:], at).status_code == 204
    part = process.root / ".recurate" / "uploads" / f"{place.rsplit('/', 1)[1]}.part"
    assert part.read_bytes() == data


needs_mount = pytest.mark.skipif(
    not shutil.which("unshare")
    or subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False).returncode != 0,
    reason="a small file system can only be mounted by root: run the tests as root",
)


@pytest.fixture
def small_disk(process):
    """The uploads lie on a disk of their own; ``small_disk`` is its folder."""
    folder = process.root / ".recurate" / "uploads"
    folder.mkdir()
    size = uploads.SPARE + 20_000_000
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], check=True)
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@needs_mount
def test_a_disk_that_fills_up_is_a_sentence_and_leaves_no_half_file(process, small_disk):
    client, data = process.client(), noise(8_000_000)
    too_large = client.post(PLACE, headers=announced(noise(11_000_000)))
    place = begin(client, data)
    promised = client.post(PLACE, headers=announced(data))
    for answer in (too_large, promised):
        assert (answer.status_code, answer.json()["code"]) == (507, "full")
        assert "have room made" in answer.json()["error"]
    assert send(client, place, data[:2_000_000]).status_code == 204
    filler = small_disk / "others"
    subprocess.run(["fallocate", "-l", str(uploads.SPARE + 15_000_000), str(filler)], check=True)
    answer = send(client, place, data[2_000_000:], 2_000_000)
    assert (answer.status_code, answer.json()["code"]) == (507, "full")
    assert client.head(place, headers=TUS).status_code == 404
    assert list(small_disk.iterdir()) == [filler]
    filler.unlink()
    again = begin(client, data)
    assert send(client, again, data).status_code == 204
