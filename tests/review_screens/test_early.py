"""The first card is there, and takes keys, before Streamlit is."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from PIL import Image, ImageChops
from playwright.sync_api import Page, Route, expect

from review_screens.card_page import PATIENCE, CardPage
from review_screens.screenshots import LOOKS, STANDARD, screenshot
from review_screens.watched import Watched

STREAMLIT = re.compile(r"/static/js/index\.[^/]+\.js$")
EARLY = ".recurate-early"


class Held:
    """Keeps Streamlit's own script from a page until ``release``."""

    def __init__(self, page: Page) -> None:
        self._open = False
        self._waiting: list[Route] = []
        page.route(STREAMLIT, self._hold)

    def release(self) -> None:
        self._open = True
        for route in self._waiting:
            route.continue_()

    def _hold(self, route: Route) -> None:
        if self._open:
            route.continue_()
        else:
            self._waiting.append(route)


def taken_over(desk: CardPage) -> None:
    """Wait until Streamlit shows the card."""
    expect(desk.page.locator(EARLY)).to_have_count(0, timeout=PATIENCE)
    expect(desk.page.get_by_test_id("stMain").locator("[data-recurate=card]")).to_have_count(1)
    expect(desk.page.locator("[data-recurate=card]")).to_have_count(1)


def picture(desk: CardPage) -> Image.Image:
    """The card as the window shows it, with all photos there."""
    shown = "[...root.querySelectorAll('.frame img')].every((each) => each.src.includes('/photo/'))"
    desk.until(f"{shown} && data.painted === 'true'")
    desk.page.evaluate("() => document.fonts.ready.then(() => null)")
    box = desk.root.bounding_box()
    assert box is not None
    return Image.open(BytesIO(desk.page.screenshot(clip=box))).convert("RGB")


def test_what_is_done_before_streamlit_is_there_is_stored_once_and_stays(app, open_page):
    page = open_page()
    streamlit = Held(page)
    desk = CardPage(page, app.process.url).open()
    expect(page.locator(EARLY)).to_have_count(1)
    before = len(app.stored())
    decided = desk.decide("a")
    desk.all_saved()
    desk.press("2", "h")
    shown = desk.item
    streamlit.release()
    taken_over(desk)
    assert desk.item == shown
    assert desk.root.locator(".help").is_visible()
    assert desk.root.locator("[data-member='1']").get_attribute("data-mark") == "different"
    desk.press("Escape", "2", "x")
    desk.painted(after=shown)
    desk.all_saved()
    assert desk.unused == 0
    stored = [(each.item, each.verdict) for each in app.stored()[before:]]
    assert stored == [(decided, "accept"), (shown, "reject")]


@pytest.mark.parametrize("look", LOOKS[:2], ids=str)
def test_nothing_moves_or_changes_colour_when_streamlit_takes_over(app, open_page, look):
    page = open_page(look)
    streamlit = Held(page)
    desk = CardPage(page, app.process.url).open()
    early = picture(desk)
    screenshot(page, f"groups-early-{look}")
    streamlit.release()
    taken_over(desk)
    page.get_by_test_id("stTopNavLink").first.wait_for()
    screenshot(page, f"groups-late-{look}")
    # of 255; round corners may come out a shade off
    assert max(most for _, most in ImageChops.difference(early, picture(desk)).getextrema()) <= 2


def test_a_flag_that_is_being_written_stays_in_its_field(app, open_page):
    page = open_page()
    streamlit = Held(page)
    desk = CardPage(page, app.process.url).open()
    desk.press("f")
    field = desk.root.locator(".flag input")
    field.click()
    page.keyboard.type("two th")
    streamlit.release()
    taken_over(desk)
    page.keyboard.type("ings")
    expect(field).to_have_value("two things")


def test_another_screen_is_not_covered(app, open_page):
    page = open_page(STANDARD)
    streamlit = Held(page)
    CardPage(page, app.process.url).open()
    page.evaluate("history.pushState(null, '', '/progress')")
    streamlit.release()
    expect(page.get_by_test_id("stTopNavLink").first).to_be_visible(timeout=PATIENCE)
    expect(page.locator(EARLY)).to_have_count(0)


def test_a_desk_chosen_before_the_first_card_is_taken_over_is_the_only_one(app, open_page):
    page = open_page()
    streamlit = Held(page)
    desk = CardPage(page, app.process.url).open()
    page.evaluate("history.replaceState(null, '', '?desk=adjudicate')")
    streamlit.release()
    expect(page.get_by_test_id("stMain").get_by_text("Nothing to settle")).to_be_visible(timeout=PATIENCE)
    assert desk.root.count() == 1


def test_whoever_is_no_longer_let_in_sees_streamlit_only(app, open_page):
    page = open_page()
    Watched.of(page).expect("40[13]")
    refusal = {"status": 403, "json": {"error": "Your role does not allow this.", "code": "forbidden"}}
    page.route("**/app/review/cards", lambda route: route.fulfill(**refusal))
    streamlit = Held(page)
    with page.expect_response("**/app/review/cards"):
        page.goto(f"{app.process.url}/groups")
    expect(page.locator(EARLY)).to_have_count(0)
    streamlit.release()
    expect(page.get_by_test_id("stMain")).to_contain_text("Your role does not allow this", timeout=PATIENCE)
