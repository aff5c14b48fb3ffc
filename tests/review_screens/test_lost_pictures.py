"""Pictures that are lost on the way come later; those that are none are said to be broken."""

from __future__ import annotations

import pytest
from playwright.sync_api import Route, expect

from review_screens.card_page import PATIENCE, CardPage
from review_screens.watched import Watched

CROP = "**/app/static/crop/*.webp"


@pytest.fixture
def page(open_page):
    page = open_page()
    Watched.of(page).expect("ERR_FAILED|404")
    return page


def test_a_picture_that_was_lost_on_the_way_is_asked_for_again(app, page):
    """The connection is back just when the card asks why an image failed."""
    lost: dict[str, int] = {}

    def lose(route: Route) -> None:
        lost[route.request.url] = lost.get(route.request.url, 0) + 1
        again = route.request.resource_type == "fetch" or lost[route.request.url] > 2
        route.continue_() if again else route.abort()

    page.route(CROP, lose)
    desk = CardPage(page, app.process.url).open()
    assert min(lost.values()) > 2
    assert desk.root.locator(".broken").count() == 0


@pytest.mark.parametrize(
    "answer", [{"status": 404, "json": {}}, {"body": "no picture", "content_type": "image/webp"}]
)
def test_a_picture_that_is_none_is_said_to_be_broken_and_the_group_can_be_skipped(app, page, answer):
    page.route(CROP, lambda route: route.fulfill(**answer))
    page.goto(f"{app.process.url}/groups")
    desk = CardPage(page, app.process.url)
    expect(desk.root.locator(".notice")).to_contain_text("cannot be shown", timeout=PATIENCE)
    item, before = desk.item, app.stored()
    desk.press("a")
    assert (desk.item, desk.unused, app.stored()) == (item, 1, before)
    page.unroute(CROP)
    desk.press(" ")
    desk.until("data.item !== argument", item)
