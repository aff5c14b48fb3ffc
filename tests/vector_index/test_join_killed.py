"""A join that is killed goes on where it was."""

from __future__ import annotations

import errno
import os
import random
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from index.comparing import deciding
from index.comparing.options import JoinOptions
from index.comparing.scratch import JoinScratch, content_key, held
from index.errors import ScratchInUse
from index.join import recurrence_join
from planted_recurrences import planted_vectors

BAND = 0.93, 0.975
JOIN = """
import sys, numpy as np
from contextlib import suppress
from pathlib import Path
from index.join import recurrence_join
from index.comparing.options import JoinOptions
folder = Path(sys.argv[1])
joined = recurrence_join(
    np.load(folder / "vectors.npy", mmap_mode="r"), np.load(folder / "photos.npy"), .93, .975,
    options=JoinOptions(exact_below=1000, recall=float(sys.argv[2])), scratch=folder / "scratch",
)
np.savez(folder / "edges.npz", left=joined.edges.left, right=joined.edges.right, taken=joined.report.taken_up)
"""


class Killed(BaseException):
    """In place of a SIGKILL: nothing catches it."""


@pytest.mark.parametrize("laid_out_from", [0, 1 << 40])
def test_what_was_finished_is_not_done_again(tmp_path, monkeypatch, laid_out_from):
    vectors, photos = planted_vectors(20_000, 32)
    options = JoinOptions(exact_below=1000, recall=0.9, laid_out_from=laid_out_from)
    expected = recurrence_join(vectors, photos, *BAND, options=options).edges
    kept, keep = [], JoinScratch._keep

    def until_killed(scratch, name, arrays):
        if len(kept) == 2:
            raise Killed
        keep(scratch, name, arrays)
        kept.append(name)

    monkeypatch.setattr(JoinScratch, "_keep", until_killed)
    with pytest.raises(Killed):
        recurrence_join(vectors, photos, *BAND, options=options, scratch=tmp_path)
    monkeypatch.undo()
    again = recurrence_join(vectors, photos, *BAND, options=options, scratch=tmp_path)
    assert again.report.taken_up == 2
    assert again.edges.left.tobytes() == expected.left.tobytes()
    assert [path.name for path in tmp_path.iterdir()] == ["lock"]


def test_a_join_killed_after_every_few_parts_ends_with_the_same_edges(tmp_path, monkeypatch):
    vectors, photos = planted_vectors(20_000, 32)
    options = JoinOptions(exact_below=1000, recall=0.9)
    monkeypatch.setattr(deciding, "_AT_ONCE", (500, 500))
    expected = recurrence_join(vectors, photos, *BAND, options=options).edges
    made, keep = [], JoinScratch._keep

    def until_killed(scratch, name, arrays):
        keep(scratch, name, arrays)
        made.append(name)
        if len(made) % 5 == 0:
            raise Killed

    monkeypatch.setattr(JoinScratch, "_keep", until_killed)
    again = None
    while again is None:
        with suppress(Killed):
            again = recurrence_join(vectors, photos, *BAND, options=options, scratch=tmp_path)
    assert len(set(made)) == len(made) > 15  # nothing that was finished was done again
    assert {name.partition("-")[0] for name in made} == {
        "projection",
        "cells",
        "sample",
        "proposed",
        "decided",
    }
    for name in ("left", "right", "similarity", "above"):
        assert getattr(again.edges, name).tobytes() == getattr(expected, name).tobytes(), name


def test_what_another_join_left_is_removed_and_not_taken_up(tmp_path):
    (tmp_path / "thesis.txt").write_text("not a join's")
    one = JoinScratch(tmp_path, content_key([b"one"]))
    one.part("pairs", lambda: {"left": np.arange(3)})
    assert JoinScratch(tmp_path, content_key([b"one"])).find("pairs")["left"].tolist() == [0, 1, 2]
    other = JoinScratch(tmp_path, content_key([b"other"]))
    assert other.find("pairs") is None
    assert {path.name for path in tmp_path.iterdir()} == {content_key([b"other"]), "thesis.txt"}


def test_two_at_once_do_not_share_a_scratch(tmp_path):
    vectors, photos = planted_vectors(1000, 32)
    with held(tmp_path), pytest.raises(ScratchInUse, match="another process joins in"):
        recurrence_join(vectors, photos, *BAND, scratch=tmp_path)
    recurrence_join(vectors, photos, *BAND, scratch=tmp_path)


def test_a_part_the_disk_has_no_room_for_is_not_there(tmp_path, monkeypatch):
    def full(handle):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    scratch = JoinScratch(tmp_path, "join")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        scratch.part("pairs", lambda: {"left": np.arange(3)})
    monkeypatch.undo()
    assert scratch.find("pairs") is None
    assert scratch.part("pairs", lambda: {"left": np.arange(2)})["left"].tolist() == [0, 1]


@pytest.mark.slow
def test_killed_at_random_points_of_two_hundred_thousand_objects_it_ends_with_the_same_edges(tmp_path):
    vectors, photos = planted_vectors(200_000, 64)
    np.save(tmp_path / "vectors.npy", vectors)
    np.save(tmp_path / "photos.npy", photos)
    command = [sys.executable, "-c", JOIN, str(tmp_path), "0.999"]
    subprocess.run(command, check=True)
    expected = dict(np.load(tmp_path / "edges.npz"))
    (tmp_path / "edges.npz").unlink()
    dice, kills = random.Random(0), 0
    while not (tmp_path / "edges.npz").exists():
        goal = finished_parts(tmp_path) + dice.randint(1, 3) if kills < 4 else None
        with subprocess.Popen(command) as process:
            while process.poll() is None:
                if goal is not None and finished_parts(tmp_path) >= goal:
                    os.kill(process.pid, signal.SIGKILL)
                    kills, goal = kills + 1, None
                with suppress(subprocess.TimeoutExpired):
                    process.wait(timeout=dice.uniform(0, 0.1))
    found = dict(np.load(tmp_path / "edges.npz"))
    assert kills >= 1
    assert found["taken"] > 0
    for name in ("left", "right"):
        assert found[name].tobytes() == expected[name].tobytes()
    assert [path.name for path in Path(tmp_path / "scratch").iterdir()] == ["lock"]


def finished_parts(folder):
    return sum(path.suffix != ".unfinished" for path in folder.glob("scratch/*/*-*"))
