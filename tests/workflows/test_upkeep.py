"""Search, index upkeep and doctor on a workspace over real photos."""

from __future__ import annotations

import shutil
import socket

import pytest

from chain import last, make_workspace, run_chain
from curate.errors import MediaError, NotFoundError, SearchIndexError, WorkspaceError
from curate.workflows import review
from curate.workflows.doctor import examine_workspace
from curate.workflows.index_upkeep import rebuild, state
from curate.workflows.search import SearchOptions, search_object, search_photo
from curate.workspace import Workspace
from many_photos import draw_photos
from workspace_content import content, tree


def test_searching_for_an_object_finds_the_other_views_of_its_group(workspace):
    group = max(review.groups(workspace), key=lambda each: each.weakest)
    anchor, *others = group.views
    (query,) = search_object(workspace, str(anchor.object_.public_id), SearchOptions(limit=30))
    found = {hit.object_.public_id: hit.similarity for hit in query.found}
    for view in others:
        assert found[view.object_.public_id] == pytest.approx(view.similarity, abs=1e-3)


def test_searching_with_a_photo_finds_the_very_objects_in_it(workspace, interior_photos):
    photo = interior_photos / "pexels-7303773.jpg"
    queries = search_photo(workspace, str(photo), SearchOptions(limit=3))
    assert queries
    assert all(query.found[0].similarity > 0.99 for query in queries)


def test_an_unknown_object_is_a_sentence(workspace):
    with pytest.raises(NotFoundError, match="no object 'ffffffff"):
        search_object(workspace, "ffffffff-0000", SearchOptions())


def test_a_deleted_index_is_noticed_and_rebuilt_from_the_vector_blocks(workspace):
    anchor = review.groups(workspace)[0].views[0].object_
    shutil.rmtree(workspace.data / "index")
    with pytest.raises(SearchIndexError, match="curate index rebuild"):
        search_object(workspace, str(anchor.public_id), SearchOptions())
    last(rebuild(workspace))
    (line,) = state(workspace)
    assert line.held == line.expected > 300
    assert search_object(workspace, str(anchor.public_id), SearchOptions())[0].found


def test_a_sound_workspace_gives_the_doctor_nothing_to_do(workspace):
    assert list(examine_workspace(workspace, originals=True)) == []


def test_the_doctor_removes_what_a_crash_left_and_restores_what_is_missing(workspace):
    (line,) = state(workspace)
    shutil.rmtree(workspace.data / "index")
    left = workspace.media.put(b"written by a command that was killed", ".webp")
    thumbnail = next(path for path in (workspace.data / "media").glob("??/*.webp") if left not in path.name)
    thumbnail.unlink()
    findings = list(examine_workspace(workspace))
    assert all(finding.mended for finding in findings)
    assert len(findings) == 3
    assert thumbnail.exists()
    assert state(workspace) == [line]
    assert list(examine_workspace(workspace)) == []


def test_a_lost_vector_block_is_embedded_again_and_nothing_else(workspace, tmp_path):
    draw_photos(tmp_path / "more", 41, seed=1)  # 39 that are here already and 2 new ones
    run_chain(workspace, tmp_path / "more")  # a second, smaller block
    before = state(workspace)
    block = min((workspace.data / "media").glob("??/*.safetensors"), key=lambda path: path.stat().st_size)
    block.write_bytes(b"\0" * 10)
    lost = [finding for finding in examine_workspace(workspace) if not finding.mended]
    assert len(lost) == 1
    again = run_chain(workspace, tmp_path / "more")
    assert again["detect"]["photos"] == 0
    assert 0 < again["embed"]["objects"] < before[0].expected
    assert state(workspace) == before
    assert list(examine_workspace(workspace)) == []


def test_the_doctor_removes_files_that_were_never_finished(workspace):
    media = workspace.data / "media"
    halves = [next(media.glob("??")) / ".unfinished-half", media / ".unfinished-id"]
    for half in halves:
        half.write_bytes(b"half")
    assert [finding.mended for finding in examine_workspace(workspace)] == [True, True]
    assert not any(half.exists() for half in halves)


def refused_and_nothing_forgotten(workspace, match):
    before = state(workspace)
    with Workspace.open(workspace.root) as again, pytest.raises(MediaError, match=match):
        list(examine_workspace(again))
    assert state(workspace) == before


def test_a_media_store_that_does_not_answer_is_no_reason_to_forget_vectors(workspace, monkeypatch):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # bound but not listening: connections are refused
        monkeypatch.setenv("CURATE_MEDIA_URL", f"ftp://127.0.0.1:{closed.getsockname()[1]}/media")
        refused_and_nothing_forgotten(workspace, "media URL cannot be used")
    monkeypatch.delenv("CURATE_MEDIA_URL")
    assert list(examine_workspace(workspace)) == []


def test_a_media_folder_that_is_not_there_is_no_reason_to_forget_vectors(workspace):
    media = workspace.data / "media"
    media.rename(workspace.data / "elsewhere")
    refused_and_nothing_forgotten(workspace, "has no store-id")
    media.mkdir()
    refused_and_nothing_forgotten(workspace, "has no store-id")


def test_a_media_store_that_goes_away_in_a_running_command_is_noticed(workspace):
    assert workspace.media
    before = state(workspace)
    shutil.rmtree(workspace.data / "media")
    with pytest.raises(MediaError, match="has no store-id"):
        list(examine_workspace(workspace))
    assert state(workspace) == before


def test_vector_blocks_are_not_forgotten_when_all_of_them_are_missing(workspace):
    blocks = list((workspace.data / "media").glob("??/*.safetensors"))
    kept = {block: block.read_bytes() for block in blocks}
    for block in blocks:
        block.unlink()
    refused_and_nothing_forgotten(workspace, "restore it from a backup")
    for block, data in kept.items():
        block.write_bytes(data)
    assert list(examine_workspace(workspace)) == []


def test_the_media_store_of_another_workspace_is_refused_and_left_alone(workspace, tmp_path, monkeypatch):
    before = tree(workspace.data / "media")
    monkeypatch.setenv("CURATE_MEDIA_URL", f"file://{workspace.data / 'media'}")
    with make_workspace(tmp_path / "other") as other, pytest.raises(MediaError, match="another database"):
        list(examine_workspace(other))
    assert tree(workspace.data / "media") == before


def test_a_media_store_moves_to_a_url_where_leftovers_are_only_reported(workspace, tmp_path, monkeypatch):
    before = content(workspace)
    (workspace.data / "media").rename(tmp_path / "bucket")
    monkeypatch.setenv("CURATE_MEDIA_URL", f"file://{tmp_path / 'bucket'}")
    with Workspace.open(workspace.root) as moved:
        assert content(moved) == before
        sha256 = moved.media.put(b"perhaps somebody else's", ".webp")
        (finding,) = examine_workspace(moved)
        assert not finding.mended
        assert finding.advice
        assert moved.media.get(sha256, ".webp")


def test_the_doctor_waits_for_nobody_and_disturbs_nobody(workspace):
    with workspace.claims() as claims:
        claims.share_writing()
        with pytest.raises(WorkspaceError, match="Another command"):
            list(examine_workspace(workspace))
