"""The Removals screen's routes: what a case looks like, what is refused, and pictures that last."""

from __future__ import annotations

import io
from uuid import uuid4

import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

from chain import last
from curate.vision.loading import load_remover, load_segmenter
from curate.workflows.removal_measuring import RemovalMeasures
from curate.workflows.remove import RemovalTools, remove
from drawn_removers import Repainter
from removable import make_removable
from review_ui import serving
from review_ui.access import Person
from review_ui.routes import removal_pictures, removals
from review_ui.serving import Mode, Serving


@pytest.fixture
def client(empty_workspace, tmp_path, monkeypatch):
    """The routes alone, for the local reviewer, over four objects that two removers removed."""
    views = make_removable(empty_workspace, tmp_path / "photos")
    models = empty_workspace.settings.models_dir
    for remover in (load_remover("telea", models), Repainter()):
        tools = RemovalTools(remover, load_segmenter("box", models))
        last(remove(empty_workspace, tools, views.objects, RemovalMeasures(None)))
    monkeypatch.setattr(serving, "_serving", Serving(empty_workspace, Mode.LOCAL, None, "", None))
    routes = [*removals.routes, *removal_pictures.routes]
    yield TestClient(Starlette(routes=routes), headers={"X-Recurate": "1"})
    removal_pictures._removal_pictures.cache_clear()


@pytest.fixture
def seat(client):
    """Posts as one window."""
    window = {"seat": str(uuid4()), "desk": "review"}

    def post(name, status=200, **fields):
        answer = client.post(f"/app/removals/{name}", json={**window, **fields})
        assert answer.status_code == status, answer.text
        return answer.json()

    return post


def vote(output, verdict, **said):
    told = {"event": str(uuid4()), "removal": output["removal"], "version": output["version"]}
    return {**told, "verdict": verdict, "want": 1, "have": [], **said}


def test_a_case_holds_all_that_the_screen_shows(seat):
    told = seat("cases", want=2, have=[])
    assert told["left"] == {"open": 4, "mine": 0, "adjudicate": 0, "elsewhere": 0, "any": True}
    assert (told["last"], len(told["cases"])) == (None, 2)
    case = told["cases"][0]
    assert set(case) == {"object", "photo", "name", "label", "score", "box", "size", "outputs"}
    assert (case["label"], case["box"], case["size"]) == ("jug", [160, 150, 70, 60], [540, 405])
    assert [output["remover"] for output in case["outputs"]] == ["repainter", "telea"]
    for output in case["outputs"]:
        assert (output["version"], output["wanted"], output["mine"], output["votes"]) == (0, True, None, [])
        assert {"residual_object", "seam", "effect_left"} < output["numbers"].keys()
        assert isinstance(output["suggested_reasons"], list)
        assert len(output["region"]) == 4


def test_a_verdict_is_stored_and_taken_back_and_what_is_wrong_says_so(seat):
    first, second = seat("cases", want=2, have=[])["cases"]
    output = first["outputs"][0]
    assert seat("decisions", 409, **vote(output, "reject"))["code"] == "verdict"
    assert seat("decisions", 400, **vote(output, "reject", marks={}))["code"] == "malformed"
    assert seat("decisions", 404, **vote({**output, "removal": str(uuid4())}, "accept"))["code"] == "unknown"
    said = vote(output, "reject", reason="seam", seconds=2.5, have=[first["object"], second["object"]])
    stored = seat("decisions", **said)
    assert (stored["new"], stored["version"], stored["left"]["mine"]) == (True, 1, 1)
    assert stored["last"]["object"] == first["object"]
    assert seat("decisions", **said)["decision"] == stored["decision"]
    assert stored["cases"][0]["object"] not in (first["object"], second["object"])
    undone = seat("undo", event=str(uuid4()), decision=stored["decision"])
    assert undone["case"]["object"] == first["object"]
    assert seat("heartbeat", objects=[first["object"], str(uuid4())])["kept"] == [first["object"]]
    assert seat("skip", object=first["object"], want=1, have=[])["cases"]
    assert seat("leave")["given_back"] >= 2


def test_only_adjudicators_sit_at_their_desk_and_hear_what_waits_there(client, seat, monkeypatch):
    (case,) = seat("cases", want=1, have=[])["cases"]
    flagged = seat("decisions", **vote(case["outputs"][0], "flag", reason="odd"))
    assert flagged["left"]["adjudicate"] == 1
    monkeypatch.setattr("review_ui.access.of_request", lambda _: Person("bob", "curator"))
    assert seat("cases", want=1, have=[])["left"]["adjudicate"] == 0
    refused = client.post(
        "/app/removals/cases", json={"seat": str(uuid4()), "desk": "adjudicate", "want": 1, "have": []}
    )
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")


def test_pictures_last_for_good_and_nothing_else_is_one(client, seat):
    case = seat("cases", want=1, have=[])["cases"][0]
    removal = case["outputs"][0]["removal"]
    paths = {
        f"tiles/photo/{case['photo']}/1/0_0.jpg": "image/jpeg",
        f"tiles/output/{removal}/1/0_0.jpg": "image/jpeg",
        f"tiles/difference/{removal}/1/0_0.webp": "image/webp",
        f"outlines/{removal}.json": "application/json",
    }
    for path, kind in paths.items():
        answer = client.get(f"/app/removals/{path}")
        assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
        assert answer.headers["cache-control"] == "private, max-age=300, must-revalidate"
        if kind != "application/json":
            assert Image.open(io.BytesIO(answer.content)).size == (270, 203)
        again = client.get(f"/app/removals/{path}", headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
    for path in (
        f"tiles/photo/{case['photo']}/1/0_0.webp",
        f"tiles/photo/{case['photo']}/2/0_0.jpg",
        f"tiles/photo/{case['photo']}/1/0_1.jpg",
        f"tiles/photo/{case['photo']}/-1/0_0.jpg",
        f"tiles/photo/{case['photo']}/01/0_0.jpg",
        f"tiles/photo/{'0' * 64}/0/0_0.jpg",
        f"tiles/output/{removal}/0/1_0.jpg",
        f"tiles/output/{uuid4()}/0/0_0.jpg",
        f"tiles/output/../../curate.toml/{removal}/0/0_0.jpg",
        f"outlines/{uuid4()}.json",
        f"outlines/{removal}.json%0a",
    ):
        answer = client.get(f"/app/removals/{path}")
        assert (answer.status_code, answer.headers.get("cache-control")) in (
            (404, "no-store"),
            (404, None),
        ), path
