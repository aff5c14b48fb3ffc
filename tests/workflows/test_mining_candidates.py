"""Objects and near-duplicate photos are looked up at the same time, each as Postgres has them just then."""

from __future__ import annotations

import threading

import pytest

from curate.database import mining
from curate.workflows import mining_candidates
from growing import OPTIONS, Growing


@pytest.fixture
def growing(empty_workspace):
    found = Growing(empty_workspace)
    found.take_in([(n, [n % 3, 3 + n % 2]) for n in range(12)])
    return found


def read(workspace):
    return mining_candidates.read(workspace, OPTIONS, None, None)


def test_a_photo_that_only_one_of_both_has_seen_takes_no_part(empty_workspace, growing, monkeypatch):
    before, photo_keys = read(empty_workspace), mining_candidates.photo_keys
    assert len(before.photo_keys) == 24

    def of_what_was_there(session, distance):
        same = photo_keys(session, distance)
        return mining_candidates.PhotoKeys(same.photos[:-1], same.shared[:-1])

    monkeypatch.setattr(mining_candidates, "photo_keys", of_what_was_there)
    found = read(empty_workspace)
    assert len(found.photo_keys) == len(found.objects["key"]) == 22
    assert found.counts["photos"] == 11
    kept = set(found.objects["public_id"].tolist())
    assert kept < set(before.objects["public_id"].tolist())


def test_ctrl_c_does_not_wait_for_near_duplicates(empty_workspace, growing, monkeypatch):
    go_on, ended = threading.Event(), threading.Event()

    def long(session, distance):
        assert go_on.wait(30)
        ended.set()

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(mining_candidates, "photo_keys", long)
    monkeypatch.setattr(mining, "candidates", interrupted)
    with pytest.raises(KeyboardInterrupt):
        read(empty_workspace)
    assert not ended.is_set()
    go_on.set()
    assert ended.wait(30)


def test_an_error_of_near_duplicates_is_the_error(empty_workspace, growing, monkeypatch):
    def lost(session, distance):
        raise ConnectionError("gone")

    monkeypatch.setattr(mining_candidates, "photo_keys", lost)
    with pytest.raises(ConnectionError, match="gone"):
        read(empty_workspace)
