"""The network fails while removals are judged: nothing is lost, nothing comes twice, nothing is large."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Response, Route, expect

from chain import RIGHTS, last, make_workspace_on
from curate.records import Box
from curate.workflows.ingest import ingest
from fixtures_postgres import TEMPLATE, fresh
from review_screens.card_page import PATIENCE
from review_screens.drawn_removals import REMOVERS, draw_case, draw_removals, write_photo
from review_screens.removals_page import RemovalsPage, Word, case_of, stored_words
from review_screens.running_app import RunningApp, running
from review_screens.screenshots import screenshot
from review_screens.watched import Watched

LARGE = (6000, 4000)
LARGE_BOX = Box(2700, 1500, 700, 900)
MOST = 1_000_000  # bytes of any answer; the large photo has forty times as many
TILE = re.compile(
    r"/app/removals/tiles/(photo|output|difference)/[0-9a-f-]+/\d+/\d+_\d+\.(jpg|webp)(\?[0-9a-f]{16})?$"
)


@pytest.fixture(scope="module")
def app(tmp_path_factory, postgres_url, postgres_admin) -> Iterator[RunningApp]:
    """Drawn removals, and one of a photo of 24 megapixels that comes last."""
    folder = tmp_path_factory.mktemp("removals")
    for url in fresh(postgres_url, postgres_admin, TEMPLATE):
        with make_workspace_on(url, folder / "ws") as workspace:
            draw_removals(workspace, folder / "photos", 10)
            large = write_photo(folder / "large.png", 99, LARGE, LARGE_BOX)
            last(ingest(workspace, [str(large)], RIGHTS))
            draw_case(workspace, large, 99, size=LARGE, box=LARGE_BOX)
            # What a closed page held is free for the next one.
            with running(workspace, folder / "review.log", CURATE_LEASE_SECONDS="1") as started:
                yield started


@pytest.fixture
def desk(app: RunningApp, open_page) -> RemovalsPage:
    page = RemovalsPage(open_page(), app.process.url)
    Watched.of(page.page).expect("ERR_FAILED")
    return page.open()


def cut(route: Route) -> None:
    route.abort()


def test_what_was_pressed_while_the_network_was_away_is_saved_when_it_is_back(app, desk):
    before = stored_words(app.workspace)
    desk.page.wait_for_load_state("networkidle")  # the next cases are there
    desk.page.route("**/app/removals/**", cut)
    first = desk.decide("a")
    desk.press("2")
    desk.shows(2)
    second = desk.decide("a")
    assert desk.root.get_attribute("data-unsaved") == "2"
    third = desk.item
    desk.press("a")
    expect(desk.root.locator(".saving")).to_contain_text("no connection: 2 unsaved")
    assert (desk.item, desk.unused) == (third, 1)
    desk.page.unroute("**/app/removals/**")
    desk.all_saved()
    assert stored_words(app.workspace) == [
        *before,
        Word(first, REMOVERS[0], "accept"),
        Word(second, REMOVERS[1], "accept"),
    ]


def test_what_was_pressed_before_a_reload_is_saved_after_it(app, desk):
    before = stored_words(app.workspace)
    desk.page.route("**/app/removals/decisions", cut)
    case = desk.item
    desk.press("x", "6", "Enter")
    desk.shows(2)
    desk.page.unroute("**/app/removals/decisions")
    desk.page.reload()
    desk.painted()
    desk.all_saved()
    assert stored_words(app.workspace) == [*before, Word(case, REMOVERS[0], "reject", "seam")]


def test_a_decision_whose_answer_was_lost_is_stored_once(app, desk):
    before, lost = stored_words(app.workspace), []

    def lose(route: Route) -> None:
        if len(lost) < 2:
            lost.append(route.fetch().status)
            return route.abort()
        return route.continue_()

    desk.page.route("**/app/removals/decisions", lose)
    remover = REMOVERS[desk.output - 1]  # the other one if the test before rejected the first output
    case = desk.decide("a")
    desk.all_saved()
    assert lost == [200, 200]
    assert stored_words(app.workspace) == [*before, Word(case, remover, "accept")]


def test_a_tile_that_was_lost_is_asked_for_again_and_nothing_is_decided_before(app, desk):
    desk.page.route("**/app/removals/tiles/output/**", cut)
    desk.page.reload()
    desk.until("data.state === 'ready'")
    before, case = stored_words(app.workspace), desk.item
    desk.press("a")
    assert (desk.item, desk.unused) == (case, 1)
    desk.page.unroute("**/app/removals/tiles/output/**")
    desk.back(case)
    assert stored_words(app.workspace) == before


def test_a_picture_that_is_none_is_said_to_be_broken_and_the_case_can_be_skipped(app, desk):
    Watched.of(desk.page).expect("404|cannot be shown")
    desk.page.route("**/app/removals/tiles/output/**", lambda route: route.fulfill(status=404, json={}))
    desk.page.reload()
    expect(desk.root.locator(".notice")).to_contain_text("cannot be shown", timeout=PATIENCE)
    before, case = stored_words(app.workspace), desk.item
    desk.press("a")
    assert (desk.item, desk.unused) == (case, 1)
    desk.page.unroute("**/app/removals/tiles/output/**")
    desk.press(" ")
    desk.until("data.item !== argument", case)
    desk.all_saved()
    assert stored_words(app.workspace) == before


def told_size(answer: Response) -> dict[str, int]:
    """Bytes of an answer of ours."""
    ours = "/app/" in answer.url
    return {answer.url: int(answer.headers["content-length"])} if ours else {}


def test_of_a_large_photo_only_tiles_are_fetched_however_one_looks_at_it(app, desk):
    sizes: dict[str, int] = {}
    desk.page.on("response", lambda answer: sizes.update(told_size(answer)))
    case = case_of(app.workspace, "large.png")
    desk.open(f"?object={case}").back(case)
    for keys in (("w", "ArrowLeft"), ("z",), ("0",), ("d",), ("m",), ("s",), ("2",), ("b",), ("Escape",)):
        desk.press(*keys)
        desk.until("root.querySelector('.stage').dataset.loaded === 'true'")
    screenshot(desk.page, "removals-large")
    tiles = [url for url in sizes if TILE.search(url)]
    pictures = [url for url in sizes if re.search(r"\.(jpg|png|webp)($|\?)", url)]
    assert {"photo", "output", "difference"} == {TILE.search(url)[1] for url in tiles}
    assert sorted(tiles) == sorted(pictures)
    assert max(sizes.values()) < MOST
