"""Pairs that were handed in before: judged one after the other, their regions clicked, on a tablet."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Route, expect

from chain import make_workspace_on
from curate.capture.palette import KINDS
from curate.workflows import drawn_masks, pairs, shoots
from fixtures_postgres import TEMPLATE, fresh
from review_screens.drawn_pairs import write_pair
from review_screens.pairs_page import PairsPage
from review_screens.running_app import RunningApp, running
from review_screens.screenshots import LOOKS, Look, screenshot

TABLET = (Look("light", 600, 900), Look("dark", 600, 900))
SHADOW = 1 + list(KINDS).index("shadow")


@pytest.fixture(scope="module")
def judged_app(tmp_path_factory, postgres_url, postgres_admin) -> Iterator[RunningApp]:
    """Three good pairs of one shoot, measured; nobody has judged them."""
    folder = tmp_path_factory.mktemp("judged")
    for url in fresh(postgres_url, postgres_admin, TEMPLATE):
        workspace = make_workspace_on(url, folder / "ws")
        with workspace:
            shoot = shoots.create(workspace, "kitchen", photographer="ada", licence="CC-BY-4.0").public_id
            for number in (1, 2, 4):
                paths = write_pair(folder / "in", number)
                frames = [
                    pairs.store_frame(workspace, path.read_bytes(), f"card/{path.name}", by="ada").sha256
                    for path in paths
                ]
                made = pairs.hand_in(workspace, *frames, shoot=shoot, by="ada", object_name="vase")
                pairs.check(workspace, made.pair, models=False)
            with running(workspace, folder / "review.log") as app:
                yield app


def states(app: RunningApp) -> list[str]:
    """Newest first, as the screen lists them."""
    return [each.state for each in pairs.listed(app.workspace)]


def test_after_a_verdict_comes_the_next_pair_that_waits_and_undo_goes_back(judged_app, open_page):
    desk = PairsPage(open_page(), judged_app.process.url).open()
    desk.measured("pass")
    expect(desk.banner).to_contain_text("vase")
    first, second, third = (str(each.pair) for each in pairs.listed(judged_app.workspace))
    expect(desk.detail).to_have_attribute("data-pair", first)
    desk.page.keyboard.press("a")
    desk.page.keyboard.press("a")  # not for a pair that nobody has seen yet
    expect(desk.detail).to_have_attribute("data-pair", second)
    desk.painted()
    assert states(judged_app) == ["accepted", "open", "open"]
    desk.page.keyboard.press("x")
    desk.page.keyboard.press("6")
    desk.page.keyboard.press("Enter")
    expect(desk.detail).to_have_attribute("data-pair", third)
    desk.painted()
    desk.page.keyboard.press("a")
    expect(desk.detail).to_have_attribute("data-state", "accepted")  # none waits: it stays
    assert states(judged_app) == ["accepted", "rejected", "accepted"]
    for pair in (third, second, first):
        desk.page.keyboard.press("Backspace")
        expect(desk.page.locator(f".detail[data-pair='{pair}'][data-state=open]")).to_be_visible()
    assert states(judged_app) == ["open"] * 3
    expect(desk.page.get_by_role("button", name="Undo")).to_be_disabled()


def test_a_pair_is_not_judged_before_its_own_picture_is_on_the_screen_nor_while_it_is_measured(
    judged_app, open_page
):
    desk = PairsPage(open_page(who="slow"), judged_app.process.url).open()
    desk.measured("pass")
    second = str(pairs.listed(judged_app.workspace)[1].pair)
    held: list[Route] = []
    second_pair = re.compile(f"/pictures/{second}/(counter)?factual.webp")
    desk.page.route(second_pair, lambda route: held.append(route))
    desk.page.locator(f".pair[data-pair='{second}']").click()
    expect(desk.detail).to_have_attribute("data-pair", second)
    assert not _shows_a_picture(desk)
    _assert_not_to_be_judged(desk, judged_app)
    desk.page.unroute(second_pair)  # lets go of those that are held as well
    desk.painted()
    assert _shows_a_picture(desk)
    for frame in ("factual", "counterfactual"):
        source = desk.page.locator(f".frame[data-frame={frame}]").evaluate("each => each.currentSrc")
        assert source.endswith(f"/{second}/{frame}.webp")
    masks: list[Route] = []
    desk.page.route("**/app/pairs/mask", lambda route: masks.append(route))
    desk.page.keyboard.press("e")
    desk.page.get_by_role("button", name="Measure with this mask").click()
    expect(desk.detail).to_have_attribute("data-verdict", "measuring")
    _assert_not_to_be_judged(desk, judged_app)
    masks[0].continue_()
    desk.measured("pass")
    expect(desk.page.get_by_role("button", name="Accept")).to_be_enabled()


def _shows_a_picture(desk: PairsPage) -> bool:
    """By the pixels in its middle: elements tell of the picture that is to come, not of what is seen."""
    seen = Image.open(io.BytesIO(desk.page.locator(".window").screenshot())).convert("L")
    width, height = seen.size
    return float(np.std(seen.crop((width // 4, height // 4, width // 2, height // 2)))) > 2


def _assert_not_to_be_judged(desk: PairsPage, app: RunningApp) -> None:
    for button in ("Accept", "Reject", "Swap order"):
        expect(desk.page.get_by_role("button", name=button)).to_be_disabled()
    for key in ("x", "a"):
        desk.page.keyboard.press(key)
        expect(desk.page.get_by_role("dialog")).to_be_hidden()
    assert states(app) == ["open"] * 3


def test_until_the_first_pair_is_here_the_screen_says_that_it_is_loading(judged_app, open_page):
    desk = PairsPage(open_page(), judged_app.process.url)
    answers: list[Route] = []
    desk.page.route("**/app/pairs/show", lambda route: answers.append(route))
    desk.open()
    expect(desk.page.get_by_text("Loading…")).to_be_visible()
    expect(desk.page.get_by_text("No pair yet")).to_be_hidden()
    expect(desk.detail).to_be_hidden()
    expect(desk.pair("pass").first).to_contain_text("vase")
    answers[0].continue_()
    desk.measured("pass")
    expect(desk.page.get_by_text("Loading…")).to_be_hidden()


@pytest.mark.parametrize("look", [*TABLET, *LOOKS], ids=str)
def test_verdict_and_buttons_are_in_reach_and_nothing_scrolls_sideways(judged_app, open_page, look: Look):
    desk = PairsPage(open_page(look), judged_app.process.url).open()
    desk.measured("pass")
    for width in {look.width, min(look.width, 768)}:
        desk.page.set_viewport_size({"width": width, "height": look.height})
        assert desk.page.evaluate(
            "() => [document.documentElement, document.querySelector('[data-testid=stMain]')]"
            ".every((each) => each.scrollWidth <= each.clientWidth)"
        )
        for seen in (".banner", "[data-command=accept]", "[data-command=reject]", "[data-command=undo]"):
            expect(desk.page.locator(seen).first).to_be_in_viewport(ratio=1)
        screenshot(desk.page, f"pairs-judge-{look}-{width}")
    _assert_in_reach(desk, "e", ("Paint", "Undo stroke", "Measure with this mask", "Cancel"), f"mask-{look}")
    _assert_in_reach(desk, "x", ("Camera moved", "Mask is wrong", "Send", "Cancel"), f"why-{look}")
    desk.page.keyboard.press("d")
    expect(desk.page.locator(".legend .scale")).to_contain_text("surely changed")
    screenshot(desk.page, f"pairs-changes-{look}")


def _assert_in_reach(desk: PairsPage, key: str, buttons: tuple[str, ...], name: str) -> None:
    """What a key opens can be used without scrolling; Escape closes it."""
    desk.page.keyboard.press(key)
    for button in buttons:
        found = desk.page.locator(".key-button").filter(has_text=button, visible=True)
        expect(found).to_be_in_viewport(ratio=1)
    screenshot(desk.page, f"pairs-{name}")
    desk.page.keyboard.press("Escape")


def test_a_legend_names_the_outlines_in_the_colours_of_the_report(judged_app, open_page):
    desk = PairsPage(open_page(), judged_app.process.url).open()
    desk.measured("pass")
    legend = desk.page.get_by_role("list", name="Outlines")
    expect(legend).to_contain_text("object")
    expect(legend).to_contain_text("shadow")
    for kind in ("object", "shadow"):
        swatch = legend.locator(f"[data-kind={kind}] i")
        ink = tuple(int(KINDS[kind][at : at + 2], 16) for at in (1, 3, 5))
        assert swatch.evaluate("each => getComputedStyle(each).backgroundColor") == f"rgb{ink}"
    desk.page.keyboard.press("m")
    expect(legend).to_be_hidden()


def test_a_click_takes_a_whole_region_into_the_mask(judged_app, open_page):
    desk = PairsPage(open_page(), judged_app.process.url).open()
    desk.measured("pass")
    shadow, mask = _shadow(judged_app), _mask(judged_app)
    assert mask[shadow].mean() < 0.1
    desk.page.keyboard.press("e")
    desk.page.get_by_role("button", name="Regions", exact=True).click()
    rows, columns = np.nonzero(shadow)
    middle = len(rows) // 2  # some pixel of the shadow
    area: Any = desk.page.locator("canvas.brush").bounding_box()
    x = area["x"] + (columns[middle] + 0.5) * area["width"] / shadow.shape[1]
    y = area["y"] + (rows[middle] + 0.5) * area["height"] / shadow.shape[0]
    for _ in range(3):  # into the mask, out of it, and in again
        desk.page.mouse.click(x, y)
    screenshot(desk.page, "pairs-regions")
    desk.page.get_by_role("button", name="Measure with this mask").click()
    desk.page.get_by_text("History").click()
    expect(desk.page.locator(".history")).to_contain_text("Mask corrected")
    corrected = _mask(judged_app)
    assert corrected[shadow].mean() > 0.97
    assert corrected[mask].mean() > 0.99


def _report(app: RunningApp):
    report = pairs.shown(app.workspace, pairs.listed(app.workspace)[0].pair).report
    assert report is not None
    return report


def _shadow(app: RunningApp) -> np.ndarray:
    report = _report(app)
    kinds = drawn_masks.regions(app.workspace, report.change_sha256, report.mask_sha256)
    return np.asarray(Image.open(io.BytesIO(kinds))) == SHADOW


def _mask(app: RunningApp) -> np.ndarray:
    return (
        np.asarray(Image.open(io.BytesIO(drawn_masks.shrunk(app.workspace, _report(app).mask_sha256)))) > 127
    )
