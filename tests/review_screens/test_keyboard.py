"""A curator judges groups with the keyboard alone; what was said is in the database, exactly."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import cycle
from uuid import UUID

from playwright.sync_api import expect

from curate.workflows import captions
from review_screens.running_app import Stored
from review_screens.screenshots import screenshot
from review_screens.watched import Watched

PRESET = "I cannot tell whether it is the same thing"


@dataclass(frozen=True)
class Way:
    """Keys that judge one group, and what they must come to; the focus begins at member 2."""

    keys: tuple[str, ...]
    verdict: str
    marks: dict[str, str] = field(default_factory=dict)
    reason: str | None = None


ACCEPT, REJECT = Way(("a",), "accept"), Way(("x",), "reject")
DROP = Way(("3", "a"), "accept", {"3": "different"})
DROP_FOCUSED = Way(("ArrowRight", "Enter", "a"), "accept", {"3": "different"})
VARIANT = Way(("ArrowRight", "v", "a"), "accept", {"3": "variant"})
NO_VARIANT = Way(("v", "v", "a"), "accept")
NEAR_DUPLICATE = Way(("n", "a"), "accept", {"2": "near_duplicate"})
SPLIT = Way(("s", "ArrowRight", "s", "a"), "accept", {"2": "second", "3": "second"})
REJECT_VARIANT = Way(("ArrowLeft", "v", "x"), "reject", {"1": "variant"})
FLAG = Way(("f", "2", "Enter"), "flag", {}, PRESET)
FLAG_IN_WORDS = Way(("f", *"xylem?", "Enter"), "flag", {}, "xylem?")
SKIP = Way((" ",), "skip")
WAYS = (
    *(ACCEPT, REJECT, DROP, VARIANT, NEAR_DUPLICATE, ACCEPT, SPLIT, SKIP, FLAG, ACCEPT),
    *(DROP_FOCUSED, REJECT_VARIANT, ACCEPT, NO_VARIANT, FLAG_IN_WORDS),
)
MANY = 50


def judge(desk, ways) -> list[Stored]:
    """Judge one card after the other; what the database must say about each."""
    said = []
    for way in ways:
        item = desk.decide(*way.keys)
        if way is not SKIP:
            said.append(Stored(item, way.verdict, way.marks, way.reason))
    desk.all_saved()
    return said


def fifty() -> list[Way]:
    """So many ways that fifty decisions come of them; the last three are an accept, a drop and a reject."""
    ways = []
    for way in cycle(WAYS):
        ways.append(way)
        if sum(each is not SKIP for each in ways) == MANY - 3:
            return [*ways, ACCEPT, DROP, REJECT]
    raise AssertionError


def test_fifty_groups_by_keyboard_with_undo_after_a_reload_and_a_restart(app, desk):
    said = judge(desk, fifty())
    assert len(said) == MANY
    assert app.stored() == said
    accepted, dropped, rejected = (each.item for each in said[-3:])

    desk.page.reload()
    desk.painted()
    desk.press("Backspace")
    desk.back(rejected)
    desk.connected()
    Watched.of(desk.page).expect("ERR_CONNECTION_REFUSED|not responding|No response received")
    app.process.stop()
    app.process.start()
    desk.connected()
    for item in (dropped, accepted):
        desk.press("Backspace")
        desk.back(item)
    desk.all_saved()
    undone = [Stored(said[n].item, "undo", {}, undoes=n) for n in (MANY - 1, MANY - 2, MANY - 3)]
    assert app.stored() == [*said, *undone]

    # the last three once more, one marked as before
    again = judge(desk, [REJECT, ACCEPT, VARIANT])
    assert [each.item for each in again] == [accepted, dropped, rejected]
    again[1] = Stored(dropped, "accept", {"3": "different"})
    assert app.stored() == [*said, *undone, *again]


def test_undo_goes_back_decision_by_decision(app, desk):
    said = judge(desk, [ACCEPT, DROP, REJECT])
    before = app.stored()
    for made in reversed(said):
        desk.press("Backspace")
        desk.back(made.item)
    desk.all_saved()
    assert [each.item for each in app.stored()[len(before) :]] == [each.item for each in reversed(said)]


def test_the_help_covers_the_card_and_takes_no_decision(app, desk):
    before, item = app.stored(), desk.item
    desk.press("h")
    help_ = desk.root.locator(".dialog.help")
    expect(help_).to_be_visible()
    screenshot(desk.page, "groups-help")
    desk.press("a", "x", "3")
    assert (desk.unused, desk.item) == (3, item)
    desk.press("Escape")
    expect(help_).to_be_hidden()
    desk.press("h", "h")
    expect(help_).to_be_hidden()
    assert app.stored() == before


def test_arrows_move_the_focus_and_marks_go_on_and_off(desk):
    current = desk.root.locator(".tile[aria-current=true]")
    expect(current).to_have_attribute("data-member", "1")
    desk.press("ArrowRight")
    expect(current).to_have_attribute("data-member", "2")
    desk.press("ArrowLeft", "ArrowLeft")
    expect(current).to_have_attribute("data-member", "0")
    desk.press("ArrowLeft")
    expect(current).to_have_attribute("data-member", "0")
    for key, mark in (("Enter", "different"), ("v", "variant"), ("n", "near_duplicate"), ("s", "second")):
        desk.press(key)
        expect(current).to_have_attribute("data-mark", mark)
    desk.press("s")
    expect(current).not_to_have_attribute("data-mark", "second")


def test_a_verdict_that_does_not_fit_the_marks_says_so_and_stores_nothing(app, desk):
    before, item = app.stored(), desk.item
    desk.press(*"s", "x")
    assert "press A to accept both" in desk.notice
    size = len(app.members[item])
    desk.press("s", *map(str, range(2, size + 1)), "a")
    assert "Fewer than two members would be left" in desk.notice
    assert desk.item == item
    assert app.stored() == before


def test_a_flag_without_a_reason_is_not_sent(app, desk):
    before, item = app.stored(), desk.item
    desk.press("f", "Enter")
    dialog = desk.root.locator(".dialog.flag")
    expect(dialog.get_by_role("alert")).to_contain_text("Choose a reason")
    screenshot(desk.page, "groups-flag")
    desk.press("Escape")
    expect(dialog).to_be_hidden()
    assert (desk.item, app.stored()) == (item, before)


def test_tab_reaches_every_button_and_shows_where_it_is(desk):
    outline = """() => {
        let focused = document.activeElement;
        while (focused?.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
        const style = getComputedStyle(focused);
        const seen = style.outlineStyle !== "none" || style.boxShadow !== "none";
        return [focused.dataset.command ?? focused.dataset.member ?? focused.tagName, seen];
    }"""
    reached = {}
    for _ in range(40):
        desk.press("Tab")
        name, seen = desk.page.evaluate(outline)
        reached[name] = seen
        if name == "help":
            break
    screenshot(desk.page, "groups-focus")
    assert {"0", "1", "2", "accept", "reject", "skip", "undo", "flag", "variant", "help"} <= set(reached)
    assert all(reached.values()), reached


def test_a_caption_is_written_saved_and_taken_back_by_keyboard(app, desk):
    words, said = desk.root.locator(".words"), desk.root.locator(".words .text")
    view = app.members[desk.item][1]  # the focus begins at member 2

    def stored() -> str:
        (found,) = captions.shown(app.workspace, view)
        return found.caption.text

    template = said.inner_text()
    expect(words).to_contain_text("made from the label")
    desk.press("e")
    expect(desk.root.locator(".caption-editor textarea")).to_have_value(template)
    desk.press("ControlOrMeta+a")
    desk.page.keyboard.type("a red mug, 1 of 2, on a shelf")
    screenshot(desk.page, "groups-caption")
    desk.press("Escape")
    expect(said).to_have_text(template)

    desk.press("e")  # the template is selected, so that words take its place
    desk.page.keyboard.type("a red mug, 1 of 2, on a shelf")
    desk.press("Enter")
    expect(said).to_have_text("a red mug, 1 of 2, on a shelf")
    expect(words).to_contain_text("written by a person")
    desk.all_saved()
    assert stored() == "a red mug, 1 of 2, on a shelf"
    assert desk.unused == 0
    desk.press("ArrowRight")
    expect(said).to_have_text(template)

    desk.press("ArrowLeft")
    captions.write(app.workspace, UUID(view), "a mug", by="bob")  # meanwhile, elsewhere
    Watched.of(desk.page).expect("409")
    desk.press("e", "End", "!", "Enter")
    expect(desk.root.locator(".notice")).to_contain_text("Somebody wrote “a mug” since you looked")
    expect(said).to_have_text("a mug")
    desk.press("e", "ControlOrMeta+a", "Delete", "Enter")
    expect(said).to_have_text(template)
    desk.all_saved()
    assert stored() == template
