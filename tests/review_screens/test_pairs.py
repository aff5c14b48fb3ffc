"""The Pairs screen in a real browser: files in, verdicts out, a mask corrected; killed and cut off."""

from __future__ import annotations

import asyncio
import hashlib
import os
import signal
from datetime import timedelta
from functools import partial

import pytest
from playwright.sync_api import Browser, Request, expect

from curate.workflows import pairs, shoots
from pair_files import START, draw_pair, jpeg
from review_screens.chromium import launch
from review_screens.cutting_proxy import CuttingProxy
from review_screens.drawn_pairs import write_large, write_pair
from review_screens.pairs_page import PairsPage
from review_screens.running_app import RunningApp
from review_screens.screenshots import OPPOSITES, STANDARD, screenshot
from review_screens.watched import Watched

# Megabytes, and the part of the pieces of 64 KB, each way, at which the connection is cut: some three cuts.
UNSTEADY = [pytest.param(12, 0.015, id="12 MB"), pytest.param(60, 0.003, id="60 MB", marks=pytest.mark.slow)]


def test_a_dropped_pair_gets_its_verdict_and_its_mask_is_corrected(pairs_app, open_page, tmp_path):
    desk = PairsPage(open_page(), pairs_app.process.url).open()
    Watched.of(desk.page).expect("422")
    expect(desk.page.get_by_text("No pair yet")).to_be_visible()
    screenshot(desk.page, f"pairs-empty-{STANDARD}")
    desk.begin_shoot()
    letter = tmp_path / "letter.jpg"
    letter.write_text("This is no photo.")
    desk.drop(*write_pair(tmp_path / "in", 1), *write_pair(tmp_path / "in", 2, shift=7), letter)
    expect(desk.file("letter.jpg")).to_have_attribute("data-state", "refused")
    expect(desk.pair("pass")).to_have_count(1)
    expect(desk.pair("fail")).to_have_count(1)
    desk.pair("fail").click()
    desk.measured("fail")
    expect(desk.banner).to_contain_text("amera")
    screenshot(desk.page, f"pairs-fail-{STANDARD}")
    desk.filter("Reshoot").click()
    expect(desk.pair("pass")).to_have_count(0)
    desk.filter("All").click()
    desk.pair("pass").click()
    desk.measured("pass")
    desk.page.keyboard.press("d")
    screenshot(desk.page, "pairs-change")
    before = _report(pairs_app).mask_sha256
    _paint(desk)
    desk.page.get_by_text("History").click()
    expect(desk.page.locator(".history")).to_contain_text("Mask corrected")
    screenshot(desk.page, "pairs-mask-corrected")
    assert _report(pairs_app).mask_sha256 != before
    assert _report(pairs_app).given_mask_sha256 is not None


def _paint(desk: PairsPage) -> None:
    desk.page.keyboard.press("e")
    area = desk.page.locator("canvas.brush").bounding_box()
    assert area is not None
    at = partial(_at, area)
    desk.page.mouse.move(*at(0.2, 0.3))
    desk.page.mouse.down()
    desk.page.mouse.move(*at(0.35, 0.4), steps=8)
    desk.page.mouse.up()
    desk.page.keyboard.press("ArrowUp")  # to the pair above, if it were not for what is drawn
    screenshot(desk.page, "pairs-painting")
    desk.page.get_by_role("button", name="Measure with this mask").click()
    expect(desk.detail).not_to_have_attribute("data-verdict", "measuring")


def _at(area: dict[str, float], x: float, y: float) -> tuple[float, float]:
    return area["x"] + x * area["width"], area["y"] + y * area["height"]


def _report(app: RunningApp):
    listed = pairs.listed(app.workspace)
    passed = next(each for each in listed if each.factual_name == "IMG_1002.JPG")
    report = pairs.shown(app.workspace, passed.pair).report
    assert report is not None
    return report


def test_a_swapped_pair_is_turned_round_and_judged_by_keys_alone(pairs_app, open_page, tmp_path):
    desk = PairsPage(open_page(OPPOSITES[1]), pairs_app.process.url).open().begin_shoot()
    desk.drop(*write_pair(tmp_path / "in", 3, clean_first=True))
    desk.measured("fail")
    wrong = desk.detail.get_attribute("data-pair")
    desk.page.get_by_role("button", name="Swap order").click()
    expect(desk.detail).not_to_have_attribute("data-pair", wrong or "")
    desk.measured("pass")
    desk.page.keyboard.press("x")
    screenshot(desk.page, f"pairs-reject-{OPPOSITES[1]}")
    desk.page.keyboard.press("6")
    desk.page.keyboard.press("Enter")
    expect(desk.detail).to_have_attribute("data-state", "rejected")
    desk.page.keyboard.press("a")
    expect(desk.detail).to_have_attribute("data-state", "accepted")
    desk.page.keyboard.press("Backspace")
    expect(desk.detail).to_have_attribute("data-state", "rejected")
    desk.page.keyboard.press("Backspace")
    expect(desk.detail).to_have_attribute("data-state", "open")
    desk.page.keyboard.press("Backspace")
    desk.page.get_by_text("History").click()
    expect(desk.page.locator(".history")).to_contain_text("Accepted by you, later taken back")
    desk.page.get_by_role("button", name="Show the pair whose place it took").click()
    expect(desk.detail).to_have_attribute("data-pair", wrong or "")
    expect(desk.detail).to_have_attribute("data-state", "superseded")
    screenshot(desk.page, "pairs-superseded")
    desk.page.get_by_role("button", name="Show the pair that took its place").click()
    desk.measured("pass")


def test_a_judgement_on_a_mask_that_was_replaced_meanwhile_is_refused_and_the_new_one_shown(
    pairs_app, open_page, tmp_path
):
    desk = PairsPage(open_page(), pairs_app.process.url).open().begin_shoot()
    Watched.of(desk.page).expect("409")
    desk.drop(*write_pair(tmp_path / "in", 1))
    desk.measured("pass")
    (pair,) = (each.pair for each in pairs.listed(pairs_app.workspace))
    found = pairs.shown(pairs_app.workspace, pair).report
    assert found is not None
    pairs.correct_mask(
        pairs_app.workspace, pair, pairs_app.workspace.media.get(found.effect_sha256, ".png"), "eve"
    )
    desk.page.keyboard.press("x")
    desk.page.keyboard.press("9")
    desk.page.keyboard.press("Enter")
    expect(desk.page.locator(".notice")).to_contain_text("measured again meanwhile")
    expect(desk.detail).to_have_attribute("data-state", "open")
    desk.page.keyboard.press("x")
    desk.page.keyboard.press("9")
    desk.page.keyboard.press("Enter")
    expect(desk.detail).to_have_attribute("data-state", "rejected")


def test_photos_that_nobody_else_can_pair_are_paired_by_hand(pairs_app, open_page, tmp_path):
    (one, _), (_, other) = (write_pair(tmp_path / "in", number) for number in (5, 6))
    desk = PairsPage(open_page(), pairs_app.process.url).open()
    desk.drop(one)
    expect(desk.page.get_by_text("will be sent once the shoot has begun")).to_be_visible()
    desk.begin_shoot()
    expect(desk.file(one.name)).to_contain_text("has no partner")
    desk.drop(other)
    expect(desk.file(other.name)).to_contain_text("has no partner")
    desk.file(one.name).get_by_role("button", name="With", exact=True).click()
    desk.file(other.name).get_by_role("button", name="Without").click()
    for name in (one.name, other.name):
        expect(desk.file(name).locator("img")).to_have_js_property("complete", True)
        assert desk.file(name).locator("img").evaluate("image => image.naturalWidth") > 100
    screenshot(desk.page, "pairs-by-hand")
    desk.page.get_by_role("button", name="Make a pair of these").click()
    expect(desk.pair("fail")).to_have_count(1)
    expect(desk.page.locator(".file")).to_have_count(0)


def test_of_three_photos_of_a_scene_the_shot_that_went_wrong_is_left_out(pairs_app, open_page, tmp_path):
    good, bumped = draw_pair(1, (320, 240)), draw_pair(1, (320, 240), shift=6)
    frames = (good.factual, bumped.counterfactual, good.counterfactual)
    paths = [tmp_path / f"{name}.jpg" for name in ("vase", "bumped", "clean")]
    for number, (path, pixels) in enumerate(zip(paths, frames, strict=True)):
        path.write_bytes(jpeg(pixels, START + timedelta(seconds=20 * number)))
    desk = PairsPage(open_page(), pairs_app.process.url).open().begin_shoot()
    desk.drop(*paths)
    expect(desk.file("bumped.jpg")).to_contain_text("vase.jpg and clean.jpg make a good pair: nothing is")
    expect(desk.page.get_by_text("1 photo left out.")).to_be_visible()
    desk.measured("pass")
    screenshot(desk.page, "pairs-left-out")
    (made,) = pairs.listed(pairs_app.workspace)
    assert (made.factual_name, made.counterfactual_name, made.kind) == ("vase.jpg", "clean.jpg", "pair")
    expect(desk.page.locator(".file")).to_have_count(1)


def test_nothing_is_sent_before_somebody_agreed_to_the_shoot_that_is_shown(pairs_app, open_page, tmp_path):
    for name, licence in (("yesterday's", "CC0-1.0"), ("today's", None)):
        shoots.create(pairs_app.workspace, name, photographer="ada", licence=licence)
    desk = PairsPage(open_page(), pairs_app.process.url).open()
    sent: list[Request] = []
    desk.page.on("request", lambda request: "/app/uploads" in request.url and sent.append(request))
    expect(desk.shoot).to_contain_text("Consent")
    desk.drop(*write_pair(tmp_path / "in", 7))
    question = desk.page.get_by_role("group", name="Before anything is sent")
    expect(question).to_contain_text("2 photos for “today's” of ada?")
    desk.shoot.get_by_role("combobox", name="Shoot").select_option("yesterday's (0 pairs)")
    expect(question).to_contain_text("yesterday's")
    expect(desk.shoot.locator("[data-unknown]")).to_have_text(["not known"] * 2)  # consent and credit
    desk.shoot.get_by_role("button", name="Change rights").click()
    form = desk.page.get_by_role("form", name="Rights of the shoot")
    expect(form.get_by_label("Licence")).to_have_value("CC0-1.0")
    form.get_by_label("Consent").fill("signed")
    form.get_by_label("Name to credit").fill("Ada L.")
    screenshot(desk.page, "pairs-before-sending")
    form.get_by_role("button", name="Save").click()
    expect(desk.shoot).to_contain_text("signed")
    desk.page.get_by_label("Object", exact=True).fill("vase")
    assert not sent
    desk.agree().measured("pass")
    expect(desk.shoot).to_contain_text("1 pair)")
    (made,) = pairs.listed(pairs_app.workspace)
    assert (made.shoot_name, made.object_name) == ("yesterday's", "vase")
    shoot = shoots.find(pairs_app.workspace, made.shoot)
    assert (shoot.consent, shoot.credit) == ("signed", "Ada L.")


def test_a_file_that_is_here_is_not_sent_again(pairs_app, open_page, tmp_path):
    files = write_pair(tmp_path / "in", 4)
    desk = PairsPage(open_page(), pairs_app.process.url).open().begin_shoot()
    desk.drop(*files)
    desk.measured("pass")
    sent: list[Request] = []
    desk.page.on("request", lambda request: "/app/uploads" in request.url and sent.append(request))
    desk.drop(*files)
    expect(desk.page.locator(".file[data-state=here]")).to_have_count(2)
    screenshot(desk.page, "pairs-here")
    assert not sent


@pytest.mark.parametrize(("megabytes", "cut"), UNSTEADY)
def test_a_file_arrives_whole_through_a_killed_browser_and_a_cut_network(
    pairs_app, browser: Browser, tmp_path, megabytes: int, cut: float
):
    data = write_large(tmp_path / "IMG_9000.png", megabytes)
    connect = partial(asyncio.open_connection, "127.0.0.1", pairs_app.process.port)
    proxy = CuttingProxy(connect, seed=3)
    with proxy.running():
        first = launch(browser.browser_type)
        desk = PairsPage(first.new_page(), proxy.url).open().begin_shoot()
        proxy.chance = cut
        desk.drop(tmp_path / "IMG_9000.png")
        _sent(desk, 0.2)
        _kill(first)
        proxy.chance = 0.0
        page = browser.new_page()
        offsets: list[int] = []
        page.on("request", lambda request: _note_offset(offsets, request))
        desk = PairsPage(page, proxy.url).open()
        expect(page.get_by_text("Half sent: IMG_9000.png")).to_be_visible()
        screenshot(page, "pairs-half-sent")
        proxy.chance = cut
        desk.drop(tmp_path / "IMG_9000.png")
        desk.agree()
        _sent(desk, 0.6)
        with proxy.away():
            page.wait_for_function("() => true")
            expect(desk.file("IMG_9000.png")).to_have_attribute("data-state", "sending")
        expect(desk.file("IMG_9000.png")).to_have_attribute("data-state", "stored")
        print(f"{proxy.cuts} cuts, sent from {offsets[:6]} on")
        page.close()
    sha256 = hashlib.sha256(data).hexdigest()
    assert offsets[0] > 0
    assert pairs_app.workspace.media.get(sha256, ".frame") == data
    assert not list((pairs_app.workspace.data / "uploads").glob("*.part"))


def _note_offset(offsets: list[int], request: Request) -> None:
    if request.method == "PATCH":
        offsets.append(int(request.headers["upload-offset"]))


def _sent(desk: PairsPage, share: float) -> None:
    """Wait until this share of the file is sent."""
    bar = desk.file("IMG_9000.png").locator("progress").element_handle()
    desk.page.wait_for_function("([bar, share]) => bar.value >= share", arg=[bar, share])


def _kill(browser: Browser) -> None:
    """End a browser without a chance to say goodbye."""
    session = browser.new_browser_cdp_session()
    processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
    os.kill(next(each["id"] for each in processes if each["type"] == "browser"), signal.SIGKILL)
