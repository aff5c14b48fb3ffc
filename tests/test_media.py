"""The media store: a folder and fsspec URLs, and how Postgres knows which one is meant."""

from __future__ import annotations

import hashlib
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from curate.database import fingerprints, media_stores, vectors
from curate.database.connection import engine
from curate.errors import MediaDamagedError, MediaError, MediaMissingError
from curate.media import open_media
from curate.workspace import Workspace
from stored_photos import store_objects

DATA = b"a thumbnail"
NAME = hashlib.sha256(DATA).hexdigest()


@pytest.fixture(params=["folder", "file", "memory"])
def url(request, tmp_path):
    return {"folder": None, "file": f"file://{tmp_path}/a b", "memory": f"memory://{uuid4().hex}"}[
        request.param
    ]


@pytest.fixture
def store(url, tmp_path):
    return open_media(url, tmp_path / "media")


@pytest.fixture
def session(database_url):
    opened = engine(database_url)
    with Session(opened) as session, session.begin():
        yield session
    opened.dispose()


def test_what_is_put_is_there_once_under_its_hash(store):
    assert [store.put(DATA, ".webp") for _ in range(2)] == [NAME, NAME]
    assert store.get(NAME, ".webp") == DATA
    assert list(store.names()) == [f"{NAME}.webp"]


def test_what_is_removed_is_gone_and_may_be_removed_again(store):
    kept = store.put(b"another one", ".webp")
    store.put(DATA, ".webp")
    for _ in range(2):
        store.remove(f"{NAME}.webp")
    assert list(store.names()) == [f"{kept}.webp"]


def test_a_missing_file_is_told_from_a_damaged_one(store):
    with pytest.raises(MediaMissingError, match="curate doctor"):
        store.get(NAME, ".webp")
    store.put(DATA, ".webp")
    store._write(f"{NAME[:2]}/{NAME}.webp", DATA[:4])
    with pytest.raises(MediaDamagedError, match="backup"):
        store.get(NAME, ".webp")


def test_half_a_file_under_the_right_name_is_written_again(store):
    store._write(f"{NAME[:2]}/{NAME}.webp", DATA[:4])
    store.put(DATA, ".webp")
    assert store.get(NAME, ".webp") == DATA


@pytest.mark.parametrize("remote", [False, True])
def test_a_store_that_does_not_answer_is_neither(remote, tmp_path):
    (tmp_path / "file").write_bytes(b"")
    root = tmp_path / "file" / "media"
    store = open_media(f"file://{root}" if remote else None, root)
    for use in (lambda: store.get(NAME, ".webp"), lambda: store.put(DATA, ".webp")):
        with pytest.raises(MediaError) as refused:
            use()
        assert type(refused.value) is MediaError


def test_only_a_claimed_store_is_confirmed_and_only_for_its_owner(store):
    with pytest.raises(MediaError, match="has no store-id"):
        store.confirm("ours")
    for claim in (True, True, False):
        store.confirm("ours", claim=claim)
    with pytest.raises(MediaError, match="another database"):
        store.confirm("theirs", claim=True)
    assert list(store.names()) == []


def test_a_command_killed_before_it_claimed_its_store_leaves_that_to_the_next(empty_workspace):
    with empty_workspace.transaction() as session:
        identity = media_stores.identity(session)
    for _ in range(2):
        with Workspace.open(empty_workspace.root) as again:
            again.media.confirm(identity)


def test_a_store_is_claimed_only_while_postgres_names_no_file(session):
    assert media_stores.identity(session) == media_stores.identity(session)
    assert media_stores.is_unused(session)
    store_objects(session, 1)
    assert not media_stores.is_unused(session)


def test_two_models_may_have_equal_vector_blocks(session):
    public_ids = [public_id for _, public_id in store_objects(session, 2)]
    models = [fingerprints.ensure(session, letter * 64, "embedder", letter) for letter in "ab"]
    for model_id in (*models, models[0]):
        vectors.record_block(session, model_id, NAME, 8, public_ids)
    kept = {model_id: vectors.blocks(session, model_id) for model_id in models}
    assert [[block.sha256 for block in blocks] for blocks in kept.values()] == [[NAME], [NAME]]
    assert vectors.all_block_files(session) == {NAME}
    vectors.forget_block(session, kept[models[0]][0].id)
    assert vectors.all_block_files(session) == {NAME}
    assert [vectors.count(session, model_id) for model_id in models] == [0, 2]
