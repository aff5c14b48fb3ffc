"""The Pairs screen with the keyboard alone: Tab, Enter, arrows and the keys that the buttons print."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from curate.workflows import pairs
from review_screens.drawn_pairs import write_pair
from review_screens.focus import tab_to
from review_screens.pairs_page import PairsPage
from review_screens.running_app import RunningApp
from review_screens.screenshots import screenshot


def test_photos_are_handed_in_corrected_and_judged_without_a_pointer(pairs_app, open_page, tmp_path):
    desk = PairsPage(open_page(), pairs_app.process.url).open()
    _hand_in(desk, [*write_pair(tmp_path / "in", 1), *write_pair(tmp_path / "in", 2)])
    first = desk.detail.get_attribute("data-pair") or ""
    _choose_the_other(desk, first)
    _correct_the_mask(desk, pairs_app)
    _reject(desk)


def _hand_in(desk: PairsPage, paths: list[Path]) -> None:
    keyboard = desk.page.keyboard
    # From here on the browser hands choosers over: asked for at the press itself, that may come too late.
    desk.page.on("filechooser", lambda _: None)
    tab_to(desk.page, "New shoot")
    keyboard.press("Enter")
    keyboard.type("kitchen")
    keyboard.press("Enter")
    expect(desk.shoot).to_contain_text("kitchen (0 pairs)")
    tab_to(desk.page, "Object")
    keyboard.type("vase")
    tab_to(desk.page, "Choose photos")
    with desk.page.expect_file_chooser() as chooser:
        keyboard.press("Enter")
    chooser.value.set_files(paths)
    expect(desk.pair("pass")).to_have_count(2)
    desk.measured("pass")


def _choose_the_other(desk: PairsPage, first: str) -> None:
    tab_to(desk.page, "Goodvase")
    if desk.page.locator(".pair:focus").get_attribute("data-pair") == first:
        tab_to(desk.page, "Goodvase")
    desk.page.keyboard.press("Enter")
    expect(desk.detail).not_to_have_attribute("data-pair", first)
    desk.measured("pass")
    desk.page.keyboard.press("a")
    expect(desk.detail).to_have_attribute("data-pair", first)  # the next one that waits
    desk.painted()
    expect(desk.page.locator(".pair:focus")).to_have_count(1)  # in the list that was drawn anew


def _correct_the_mask(desk: PairsPage, app: RunningApp) -> None:
    keyboard = desk.page.keyboard
    tab_to(desk.page, "Correct mask")
    keyboard.press("Enter")
    expect(desk.page.get_by_role("button", name="Paint")).to_be_focused()
    tab_to(desk.page, "Mask: arrows", back=True)
    keyboard.press("Space")
    for _ in range(12):
        keyboard.press("ArrowRight")
    expect(desk.page.locator(".cross[data-down]")).to_be_visible()
    screenshot(desk.page, "pairs-keys-mask")
    keyboard.press("Space")
    tab_to(desk.page, "Measure with this mask")
    keyboard.press("Enter")
    tab_to(desk.page, "Checks and history")
    keyboard.press("Enter")
    expect(desk.page.locator(".history")).to_contain_text("Mask corrected")
    expect(desk.page.get_by_role("list", name="Checks in words")).to_contain_text("same scene")
    screenshot(desk.page, "pairs-keys-checks")
    given = [pairs.shown(app.workspace, each.pair).masks for each in pairs.listed(app.workspace)]
    assert sorted(len(masks) for masks in given) == [0, 1]


def _reject(desk: PairsPage) -> None:
    keyboard = desk.page.keyboard
    tab_to(desk.page, "Reject")
    keyboard.press("Enter")
    dialog = desk.page.get_by_role("dialog")
    for button in ("Mask is wrong", "Cancel"):
        tab_to(desk.page, button)
    keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(desk.page.get_by_role("button", name="Reject")).to_be_focused()
    for key in ("x", "9", "Enter"):
        keyboard.press(key)
    expect(desk.detail).to_have_attribute("data-state", "rejected")
