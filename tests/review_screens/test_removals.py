"""The Removals screen with the keyboard alone: what is stored is what was pressed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle

import pytest
from playwright.sync_api import expect

from chain import make_workspace_on
from fixtures_postgres import TEMPLATE, fresh
from review_screens.drawn_removals import REMOVERS, draw_removals, drawn_name
from review_screens.removals_page import RemovalsPage, Word, case_of, stored_words
from review_screens.running_app import RunningApp, running
from review_screens.screenshots import screenshot
from review_screens.test_fast_fingers import HAMMER, hold
from review_screens.watched import Watched

FLAGS = ("I cannot tell whether this is good enough", "The object should not be removed at all")
CASES = 50
ALONE = range(0, CASES, 5)
"""Cases with one output only."""
MANY = 40


@pytest.fixture(scope="module")
def app(tmp_path_factory, postgres_url, postgres_admin) -> Iterator[RunningApp]:
    """``curate review`` for one local reviewer, with drawn removals."""
    folder = tmp_path_factory.mktemp("removals")
    for url in fresh(postgres_url, postgres_admin, TEMPLATE):
        workspace = make_workspace_on(url, folder / "ws")
        with workspace:
            draw_removals(workspace, folder / "photos", CASES, ALONE)
            # What a closed page held is free for the next one.
            with running(workspace, folder / "review.log", CURATE_LEASE_SECONDS="1") as started:
                yield started


@pytest.fixture
def page(app: RunningApp, open_page) -> RemovalsPage:
    """The screen, not opened yet."""
    return RemovalsPage(open_page(), app.process.url)


@pytest.fixture
def desk(page: RemovalsPage) -> RemovalsPage:
    """The screen, with a case on it."""
    return page.open()


@dataclass(frozen=True)
class Way:
    """Keys that finish with a case, and what they must come to: output, verdict and reason of each word."""

    keys: tuple[str, ...]
    said: tuple[tuple[int, str, str | None], ...] = ()
    outputs: int = 2
    """How many the case must have at least."""


ACCEPT = Way(("a",), ((1, "accept", None),), 1)
SECOND = Way(("2", "a"), ((2, "accept", None),))
BACK = Way(("2", "1", "a"), ((1, "accept", None),))
NEXT = Way(("x", "1", "Enter", "a"), ((1, "reject", "residual"), (2, "accept", None)))
NEITHER = Way(("x", "6", "Enter", "x", "4", "Enter"), ((1, "reject", "seam"), (2, "reject", "shadow_left")))
WORDS = Way(
    ("2", "x", "9", *"glow", "Enter", "x", "9", *"dull", "Enter"),
    ((2, "reject", "other: glow"), (1, "reject", "other: dull")),
)
FLAGGED = Way(("f", "1", "Enter"), ((1, "flag", FLAGS[0]),), 1)
SKIP = Way((" ",))
WAYS = (ACCEPT, SECOND, NEXT, ACCEPT, NEITHER, SKIP, SECOND, WORDS, BACK, FLAGGED)
DECIDING = {"a", "Enter"}

# Nothing moved from one frame to the next.
STEADY = """async (root) => {
    const drawn = [...root.querySelectorAll(".outlines g")];
    const place = () => drawn.map((each) => each.getAttribute("transform")).join();
    const was = place();
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    return was === place();
}"""


def judge(desk: RemovalsPage, way: Way) -> list[Word]:
    """Judge the case that is shown; what the database must say."""
    case, said = desk.item, []
    words = iter(way.said)
    for key in way.keys:
        desk.until("data.painted === 'true' && data.unsaved < 2")
        assert "not saved" not in desk.notice, (case, said)
        desk.press(key)
        if key in DECIDING:
            output, verdict, reason = next(words)
            said.append(Word(case, REMOVERS[output - 1], verdict, reason))
            desk.until("data.item !== argument[0] || data.output !== argument[1]", [case, str(output)])
    desk.painted(after=case)
    return said


def outputs(desk: RemovalsPage) -> int:
    return desk.root.locator(".output").count()


def test_enter_after_x_rejects_for_the_worst_suggested_reason(app, page):
    case, before = case_of(app.workspace, drawn_name(1)), stored_words(app.workspace)
    desk = page.open(f"?object={case}")
    desk.back(case)
    desk.press("2")
    desk.shows(2)
    desk.press("x")
    screenshot(desk.page, "removals-reject")
    desk.press("Enter")
    desk.shows(1)
    desk.all_saved()
    assert stored_words(app.workspace) == [*before, Word(case, "telea", "reject", "residual")]


def test_the_key_of_the_suggested_reason_says_yes_to_it(app, page):
    case, before = case_of(app.workspace, drawn_name(3)), stored_words(app.workspace)
    desk = page.open(f"?object={case}")
    desk.back(case)
    desk.press("2")
    desk.shows(2)
    desk.press("x", "x", "1", "Enter")  # the letter that opens the dialog is no word
    desk.shows(1)
    desk.all_saved()
    assert stored_words(app.workspace) == [*before, Word(case, "telea", "reject", "residual")]


def test_a_dialog_closes_when_what_it_asks_about_is_taken_away(app, desk):
    """The word before is refused while a reason for the next output is asked: Enter says nothing then."""
    before, waiting = stored_words(app.workspace), []
    Watched.of(desk.page).expect("409")
    desk.page.route("**/app/removals/decisions", lambda route: waiting.append(route))
    while outputs(desk) < 2:
        judge(desk, SKIP)
    case = desk.item
    with desk.page.expect_request("**/app/removals/decisions"):
        desk.press("x", "6", "Enter")
    desk.shows(2)
    desk.press("f", "1", "Escape", "1", "f")  # one's own word on the first is still on its way
    desk.shows(1)
    expect(desk.root.locator(".dialog.flag")).to_be_hidden()
    desk.press("2")
    desk.shows(2)
    desk.press("x", "4")
    expect(desk.root.locator(".dialog.reject")).to_be_visible()
    waiting[0].fulfill(status=409, json={"code": "taken", "error": "Your time with this removal ran out."})
    desk.painted(after=case)
    expect(desk.root.locator(".dialog.reject")).to_be_hidden()
    desk.press("Enter")
    desk.all_saved()
    assert stored_words(app.workspace) == before
    desk.page.unroute("**/app/removals/decisions")


def test_undo_brings_back_the_output_that_was_judged(app, page):
    case, before = case_of(app.workspace, drawn_name(2)), stored_words(app.workspace)
    desk = page.open(f"?object={case}")
    desk.back(case)
    said = judge(desk, NEXT)
    for output in (2, 1):
        desk.press("Backspace")
        desk.back(case)
        desk.shows(output)
    desk.all_saved()
    undone = [Word(each.case, each.remover, "undo") for each in reversed(said)]
    assert stored_words(app.workspace) == [*before, *said, *undone]


def test_holding_a_key_and_ten_presses_at_once_decide_one_case(app, desk):
    before, case = stored_words(app.workspace), desk.item
    hold(desk.page, "a", 1.0)
    desk.painted(after=case)
    other = desk.item
    desk.page.evaluate(HAMMER.replace('"x"', '"a"').replace('"KeyX"', '"KeyA"'), 10)
    desk.painted(after=other)
    desk.all_saved()
    accepted = [Word(each, REMOVERS[0], "accept") for each in (case, other)]
    assert stored_words(app.workspace) == [*before, *accepted]
    assert desk.unused == 9


def test_a_case_that_was_decided_elsewhere_says_so_and_the_next_one_comes(app, desk):
    case = desk.item
    removal = desk.root.locator(".output").first.get_attribute("data-removal")
    app.curate("decide", "reject", removal, "--reason", "blur")
    before = stored_words(app.workspace)
    Watched.of(desk.page).expect("409")
    desk.decide("a")
    expect(desk.root.locator(".notice")).to_contain_text("That was not saved.")
    desk.all_saved()
    assert stored_words(app.workspace) == before
    assert desk.item != case


def test_the_address_names_the_case_and_a_rejection_needs_a_reason(app, desk):
    judge(desk, SKIP)
    case, before = desk.item, stored_words(app.workspace)
    assert f"object={case}" in desk.page.url
    desk.page.reload()
    desk.back(case)
    desk.press("x", "Enter")
    expect(desk.root.locator(".dialog.reject").get_by_role("alert")).to_contain_text("Choose a reason")
    desk.press("Escape")
    assert stored_words(app.workspace) == before


def test_a_flagged_output_is_settled_at_the_other_desk(app, page):
    case, before = case_of(app.workspace, drawn_name(ALONE[1])), stored_words(app.workspace)
    page.open(f"?object={case}").back(case)
    judge(page, Way(("f", "2", *"odd", "Enter"), ((1, "flag", f"{FLAGS[1]}: odd"),)))
    page.all_saved()
    desk = page.open("?desk=adjudicate")
    expect(desk.root.locator(".vote.flagged")).to_have_text(f"⚑ {FLAGS[1]}: odd")
    screenshot(desk.page, "removals-flagged")
    desk.press("a")
    desk.until("data.state === 'empty'")
    desk.all_saved()
    flagged = Word(case, REMOVERS[0], "flag", f"{FLAGS[1]}: odd")
    assert stored_words(app.workspace) == [*before, flagged, Word(case, REMOVERS[0], "accept")]


def test_every_look_is_on_a_key_and_the_same_key_leads_back(desk):
    for key, look in (("b", "blink"), ("w", "wipe"), ("d", "difference"), ("v", "output")):
        desk.press(key)
        desk.look(look)
        desk.press("v" if look == "output" else key)
        desk.look("photo" if look == "output" else "side")
    desk.press("w")
    before = int(desk.root.locator(".wipe").get_attribute("aria-valuenow") or 0)
    desk.press("ArrowLeft", "ArrowLeft")
    expect(desk.root.locator(".wipe")).to_have_attribute("aria-valuenow", str(before - 4))
    desk.press("Escape", "m")
    expect(desk.root.locator(".main .outlines path.mask")).to_have_count(1)
    assert desk.unused == 0


def test_input_and_output_stay_at_the_same_place(desk):
    """Dragging and zooming either of them moves both, seen by where their outlines are."""
    desk.press("m")
    expect(desk.root.locator(".main .outlines path.mask")).to_have_count(1)
    for pane in ("main", "input"):
        box = desk.root.locator(f".{pane} .window").bounding_box()
        assert box is not None
        desk.page.mouse.move(box["x"] + 80, box["y"] + 90)
        was = _places(desk)["main"]
        desk.page.mouse.wheel(0, -300)
        desk.page.mouse.down()
        desk.page.mouse.move(box["x"] + 140, box["y"] + 60, steps=4)
        desk.page.mouse.up()
        desk.page.wait_for_function(STEADY, arg=desk.root.element_handle())
        now = _places(desk)
        assert now["input"] == now["main"] != was


def _places(desk: RemovalsPage) -> dict[str, str]:
    """What each pane shows, in one and the same frame."""
    return desk.root.evaluate("""(root) => Object.fromEntries(["input", "main"].map((pane) =>
        [pane, root.querySelector(`.${pane} .outlines g`).getAttribute("transform")]))""")


def test_forty_removals_by_keyboard_with_a_choice_between_two_removers(app, desk):
    said, before = [], stored_words(app.workspace)
    ways = cycle(WAYS)
    while len(said) < MANY:
        way = next(ways)
        said += judge(desk, way if outputs(desk) >= way.outputs else ACCEPT)
    desk.all_saved()
    assert stored_words(app.workspace) == [*before, *said]
    assert {each.remover for each in said if each.verdict == "accept"} == set(REMOVERS)
    assert desk.unused == 0
