"""Vectors of many blocks as one file, in the order in which they are wanted."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select

from curate import vector_blocks
from curate.database import fingerprints, vectors
from curate.database.tables import Embedded
from curate.errors import MediaMissingError, WorkspaceError
from curate.workflows import stored_vectors
from queued import store_objects

BLOCKS, ROWS, DIMENSION = 11, 3, 4
ROW_BYTES = 4 * DIMENSION


@pytest.fixture
def stored(empty_workspace):
    """Key of the embedder, where each vector is wanted, and all as they are wanted."""
    random = np.random.default_rng(0)
    rows = random.random((BLOCKS * ROWS, DIMENSION), np.float32)
    with empty_workspace.transaction() as session:
        made = store_objects(session, len(rows))
        model = fingerprints.ensure(session, "e" * 64, "embedder", "none")
        for n in range(0, len(rows), ROWS):
            ids = [public_id for _, public_id in made[n : n + ROWS]]
            sha256 = empty_workspace.media.put(
                vector_blocks.pack(rows[n : n + ROWS], ids), vector_blocks.SUFFIX
            )
            vectors.record_block(session, model, sha256, DIMENSION, ids)
        places = session.execute(select(Embedded.block_id, Embedded.row).order_by(Embedded.object_id)).all()
    at = random.permutation(len(rows))
    block, row = np.array(places).T
    shuffled = random.permutation(len(rows))  # nor do they come in the order of their blocks
    wanted = {"block": block[shuffled], "row": row[shuffled], "at": at[shuffled]}
    return model, wanted, rows[np.argsort(at)]


@pytest.mark.parametrize("counted", [1, 7 * ROW_BYTES, 1 << 20])
def test_vectors_lie_in_the_order_in_which_they_are_wanted_however_often_pages_are_given_back(
    empty_workspace, tmp_path, stored, counted, monkeypatch
):
    monkeypatch.setattr(stored_vectors, "_COUNTED", counted)
    model, wanted, expected = stored
    with (tmp_path / "vectors").open("w+b") as file:
        steps = list(stored_vectors.lay_out(empty_workspace, file.fileno(), model, wanted))
    assert steps == [(n, BLOCKS) for n in range(1, BLOCKS + 1)]
    assert np.array_equal(np.fromfile(tmp_path / "vectors", np.float32).reshape(-1, DIMENSION), expected)


def test_who_stops_waits_for_no_block_that_is_not_being_read(empty_workspace, tmp_path, stored, monkeypatch):
    model, wanted, _ = stored
    read, get = [], empty_workspace.media.get

    def counted(sha256, suffix):
        read.append(sha256)
        return get(sha256, suffix)

    monkeypatch.setattr(empty_workspace.media, "get", counted)
    with (tmp_path / "vectors").open("w+b") as file:
        steps = stored_vectors.lay_out(empty_workspace, file.fileno(), model, wanted)
        assert next(steps) == (1, BLOCKS)
        steps.close()
        before = len(read)
        assert not [each for each in threading.enumerate() if each.name.startswith("blocks")]
    assert before == len(read) < BLOCKS


def test_a_lost_block_and_a_full_disk_are_said(empty_workspace, tmp_path, stored):
    model, wanted, _ = stored
    with (
        Path("/dev/full").open("r+b", buffering=0) as full,
        pytest.raises(WorkspaceError, match=r"\.recurate cannot hold .* make room there"),
    ):
        list(stored_vectors.lay_out(empty_workspace, full.fileno(), model, wanted))
    for name in [name for name in empty_workspace.media.names() if name.endswith(vector_blocks.SUFFIX)][-2:]:
        empty_workspace.media.remove(name)
    with (tmp_path / "vectors").open("w+b") as file, pytest.raises(MediaMissingError):
        list(stored_vectors.lay_out(empty_workspace, file.fileno(), model, wanted))
