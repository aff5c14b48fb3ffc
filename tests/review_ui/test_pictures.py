"""Picture routes: right bytes and headers, cached for a while, and nothing but pictures."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from PIL import Image
from sqlalchemy import Engine, event
from starlette.applications import Starlette
from starlette.testclient import TestClient

from chain import make_workspace
from curate.workflows.takedown import Order, take_down
from curate.workflows.takedown_plan import find_photos
from curate.workspace import Workspace
from review_ui import serving
from review_ui.routes import pictures
from reviewable import Reviewable, make_reviewable

KINDS = ("thumb", "crop", "photo")


@pytest.fixture(scope="module")
def photos(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("pictures") / "photos"


@pytest.fixture(scope="module")
def opened(tmp_path_factory) -> Iterator[Workspace]:
    with make_workspace(tmp_path_factory.mktemp("pictures") / "ws") as opened:
        yield opened


@pytest.fixture(scope="module")
def made(opened, photos) -> Reviewable:
    return make_reviewable(opened, photos, groups=1)


@pytest.fixture
def client(opened, made, monkeypatch) -> Iterator[TestClient]:
    """The routes alone, for the local reviewer."""
    monkeypatch.setattr(serving, "_serving", None)
    with serving.prepare({"CURATE_WORKSPACE": str(opened.root)}).workspace:
        yield TestClient(Starlette(routes=pictures.routes))


def address(kind, photo, object_id) -> str:
    name = {"thumb": f"thumb/{photo}", "crop": f"crop/{object_id}", "photo": f"photo/{photo}/640"}[kind]
    return f"/app/static/{name}.webp"


def test_pictures_come_with_headers_for_a_while(client, made):
    sizes = {}
    for kind in KINDS:
        answer = client.get(address(kind, made.photos[0], made.objects[0]))
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "image/webp"
        assert answer.headers["cache-control"] == "private, max-age=300, must-revalidate"
        assert answer.headers["x-content-type-options"] == "nosniff"
        sizes[kind] = Image.open(io.BytesIO(answer.content)).size
    assert sizes == {"thumb": (240, 180), "crop": (156, 130), "photo": (240, 180)}


@pytest.mark.parametrize("kind", KINDS)
def test_a_browser_that_has_the_picture_does_not_get_it_again(client, made, kind):
    path = address(kind, made.photos[0], made.objects[0])
    tag = client.get(path).headers["etag"]
    statements = asked_of_postgres()
    for said in (tag, f"W/{tag}", f'"other", {tag}'):
        again = client.get(path, headers={"If-None-Match": said})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert statements() == []
    assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def asked_of_postgres() -> Callable[[], list[str]]:
    """Begin to listen; what it returns ends that and tells what was asked."""
    heard: list[str] = []

    def hear(*told: object) -> None:
        heard.append(str(told[2]))

    def end() -> list[str]:
        event.remove(Engine, "before_cursor_execute", hear)
        return heard

    event.listen(Engine, "before_cursor_execute", hear)
    return end


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_not_here_is_no_picture_and_is_not_cached(client, kind):
    answer = client.get(address(kind, "0" * 64, uuid4()))
    assert answer.status_code == 404
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["code"] == "unknown"


@pytest.mark.parametrize(("number", "kind"), [(1, "crop"), (2, "photo")])
def test_a_picture_whose_photo_is_gone_says_so_without_naming_places(client, made, photos, number, kind):
    (photos / f"{number:03}.jpg").unlink()
    answer = client.get(address(kind, made.photos[number], made.objects[number]))
    assert answer.status_code == 410
    assert answer.headers["cache-control"] == "no-store"
    assert "curate doctor" in answer.json()["error"]
    assert str(photos) not in answer.text


def odd_paths(photo: str, object_id: UUID) -> list[str]:
    return [
        "",
        "curate.toml",
        "../../curate.toml",
        "..%2f..%2fcurate.toml",
        "thumb/../../../curate.toml",
        "thumb/%2e%2e%2fmedia.webp",
        f"thumb/{photo}",
        f"thumb/{photo}.png",
        f"thumb/{photo.upper()}.webp",
        f"thumb/{photo[:-1]}.webp",
        f"thumb/{photo}.webp/",
        f"thumb/{photo}.webp%0a",
        f"thumb/{photo}%00.webp",
        f"thumb/{object_id}.webp",
        f"crop/{str(object_id).upper()}.webp",
        f"crop/{object_id.hex}.webp",
        f"crop/{{{object_id}}}.webp",
        f"photo/{photo}.webp",
        f"photo/{photo}/641.webp",
        f"photo/{photo}/0640.webp",
        f"photo/{photo}/-1.webp",
        f"photo/{photo}/٦٤٠.webp",
        f"photo/{photo}/99999999999999999999.webp",
    ]


def test_no_other_address_is_a_picture(client, made):
    for path in odd_paths(made.photos[0], made.objects[0]):
        answer = client.get(f"/app/static/{path}")
        assert answer.status_code == 404, path
        assert not answer.headers.get("content-type", "").startswith("image"), path


def test_other_sites_cannot_show_pictures(client, made):
    path = address("thumb", made.photos[0], made.objects[0])
    answer = client.get(path, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


def test_pictures_are_only_read(client, made):
    path = address("thumb", made.photos[0], made.objects[0])
    assert {client.request(method, path).status_code for method in ("POST", "PUT", "DELETE")} == {405}


def test_a_browser_that_has_pictures_learns_that_their_photo_was_taken_down(client, opened, made):
    paths = [address(kind, made.photos[0], made.objects[0]) for kind in KINDS]
    tags = [client.get(path).headers["etag"] for path in paths]
    list(take_down(opened, Order(tuple(find_photos(opened, [made.photos[0]])[0]), None, "ada")))
    for path, tag in zip(paths, tags, strict=True):
        answer = client.get(path, headers={"If-None-Match": tag})
        assert (answer.status_code, answer.headers["cache-control"]) == (410, "no-store")
