"""What only the embedded engine has: files, locks and crashes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest

from index import shards
from index.edge import EdgeIndex
from index.errors import IndexDamaged, IndexLocked, VectorIndexError
from index.interfaces import Payload

NAME = "sscd-0123456789abcdef"
ROOT = Path(__file__).parents[2]

HOLD = """
import sys
from pathlib import Path
from index import shards
with shards.opened(Path(sys.argv[1]), 5):
    print("held", flush=True)
    sys.stdin.read()
"""

WRITE_FOREVER = """
import sys, time
from uuid import uuid4
import numpy as np
from index.edge import EdgeIndex
from index.interfaces import Payload
index = EdgeIndex(sys.argv[1])
while True:
    ids = [uuid4() for _ in range(20)]
    index.upsert(sys.argv[2], ids, np.random.rand(20, 8).astype(np.float32), [Payload("a", "b", 1.0)] * 20)
    print(*ids, flush=True)
    time.sleep(0.03)  # what a real writer spends on its next batch; without it the other one starves
"""


@pytest.fixture
def index(tmp_path) -> EdgeIndex:
    return EdgeIndex(tmp_path / "öäü 写真", wait_seconds=5)


def python(code: str, *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    )


def test_what_was_written_is_there_for_the_next_object_on_the_same_folder(index, make_points):
    points = make_points(5)
    index.upsert(NAME, *points)
    assert list(EdgeIndex(index.root).ids(NAME)) == sorted(points.ids)


def test_a_moved_folder_is_still_an_index(index, make_points, tmp_path):
    index.upsert(NAME, *make_points(5))
    moved = index.root.rename(tmp_path / "elsewhere")
    assert EdgeIndex(moved).count(NAME) == 5
    assert index.count(NAME) == 0


def test_a_second_process_is_told_which_folder_is_held(index, make_points):
    index.upsert(NAME, *make_points(5))
    with python(HOLD, index.root / NAME) as holder:
        assert holder.stdout.readline() == "held\n"
        impatient = EdgeIndex(index.root, wait_seconds=0.1)
        with pytest.raises(IndexLocked, match=r"öäü 写真/sscd-\w+ is held by another process: wait"):
            impatient.count(NAME)
        with pytest.raises(IndexLocked):
            impatient.drop(NAME)
        holder.stdin.close()
        assert index.count(NAME) == 5  # waits until the other one has let go


def test_two_processes_that_write_to_one_shard_and_are_killed_lose_nothing(index):
    writers = [python(WRITE_FOREVER, index.root, NAME) for _ in range(2)]
    lines = [writer.stdout.readline() for writer in writers]
    for writer in writers:
        lines += killed(writer)
    held = {str(point.id): point.payload for batch in index.scroll(NAME) for point in batch}
    assert {held.get(word) for line in lines for word in line.split()} == {Payload("a", "b", 1.0)}


def test_acknowledged_points_survive_sigkill(index):
    acknowledged: set[UUID] = set()
    for _ in range(3):
        writer = python(WRITE_FOREVER, index.root, NAME)
        lines = [writer.stdout.readline(), *killed(writer)]
        acknowledged |= {UUID(word) for line in lines for word in line.split()}
        held = set(index.ids(NAME))
        assert acknowledged <= held
        assert len(held) - len(acknowledged) in (0, 20)  # at most the upsert in flight, and that whole
        acknowledged = held


def test_a_deleted_folder_is_an_empty_index_and_can_be_filled_again(index, make_points):
    points = make_points(5)
    index.upsert(NAME, *points)
    shutil.rmtree(index.root)
    assert (index.count(NAME), index.collections()) == (0, [])
    assert index.query(NAME, points.vectors[:1], 3) == [[]]
    index.upsert(NAME, *points)
    assert index.count(NAME) == 5


def test_an_empty_folder_in_the_place_of_a_shard_is_filled(index, make_points):
    (index.root / NAME).mkdir(parents=True)
    assert index.count(NAME) == 0
    index.upsert(NAME, *make_points(5))
    assert index.count(NAME) == 5


@pytest.mark.parametrize("victim", ["edge_config.json", "segments/*/segment.json", "wal/first-index"])
def test_a_damaged_shard_says_so_and_can_be_dropped(index, make_points, victim):
    index.upsert(NAME, *make_points(5))
    (damaged,) = (index.root / NAME).glob(victim)
    os.truncate(damaged, 1)
    with pytest.raises(IndexDamaged, match="is damaged and has to be built anew from the stored vectors"):
        index.query(NAME, make_points(1).vectors, 1)
    index.drop(NAME)
    index.upsert(NAME, *make_points(4))
    assert index.count(NAME) == 4


def test_a_panic_of_the_engine_is_damage_too(index, make_points):
    index.upsert(NAME, *make_points(5))
    for flags in (index.root / NAME).rglob("status.dat"):
        os.truncate(flags, 1)
    with pytest.raises(IndexDamaged):
        index.count(NAME)


def test_a_root_that_is_a_file_is_refused_with_a_reason(tmp_path, make_points):
    (tmp_path / "root").write_text("not a folder")
    with pytest.raises(VectorIndexError, match="cannot be used"):
        EdgeIndex(tmp_path / "root").upsert(NAME, *make_points(2))


def test_what_the_disk_has_no_room_for_is_refused_before_it_is_written(tmp_path):
    shards.check_space(tmp_path / "not" / "there yet", 1, 512)
    with pytest.raises(VectorIndexError, match=r"has \d+ MB left and the vector index needs \d+ MB"):
        shards.check_space(tmp_path, 10**12, 512)


def test_dropping_and_creating_leave_nothing_behind(index, make_points):
    index.upsert(NAME, *make_points(5))
    index.drop(NAME)
    assert [path.name for path in index.root.iterdir()] == [f"{NAME}.lock"]


def test_leftovers_of_dead_processes_are_removed_but_not_those_of_living_ones(index, make_points):
    old, young = index.root / ".new-old", index.root / ".dropped-young"
    old.mkdir(parents=True)
    young.mkdir()
    long_ago = time.time() - 2 * shards.LEFTOVER_SECONDS
    os.utime(old, (long_ago, long_ago))
    index.upsert(NAME, *make_points(1))
    assert sorted(path.name for path in index.root.iterdir()) == [young.name, NAME, f"{NAME}.lock"]
    assert [info.name for info in index.collections()] == [NAME]


@pytest.mark.parametrize("name", ["../elsewhere", "/etc", "", ".hidden", "a/b", "a\n"])
def test_names_that_could_leave_the_root_are_refused(index, name, make_points):
    with pytest.raises(ValueError, match="no collection name"):
        index.upsert(name, *make_points(1))


def test_two_threads_take_turns(index, make_points):
    points = make_points(40)
    index.upsert(NAME, *points)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda i: index.query(NAME, points.vectors[i : i + 1], 1), range(8)))
    assert [hits[0].id for (hits,) in answers] == points.ids[:8]
    assert np.allclose([hits[0].similarity for (hits,) in answers], 1)


def killed(process: subprocess.Popen[str]) -> list[str]:
    """SIGKILL the process; the lines it had finished and nobody had read."""
    process.kill()
    with process:
        return process.stdout.read().split("\n")[:-1]
