"""Keys held, hammered, or pressed in two windows decide what was seen only; nothing is lost silently."""

from __future__ import annotations

from playwright.sync_api import expect

from review_screens.card_page import CardPage
from review_screens.running_app import Stored
from review_screens.watched import Watched

PRESSES = 10
WATCH = """root => {
    const seen = new Set();
    const note = () => root.dataset.painted === "true" && seen.add(root.dataset.item);
    new MutationObserver(note).observe(root, { attributes: true });
    note();
    window.__seen = seen;
}"""
HAMMER = """count => {
    const event = { key: "x", code: "KeyX", cancelable: true };
    for (let n = 0; n < count; n += 1) window.dispatchEvent(new KeyboardEvent("keydown", event));
}"""


def hold(page, key: str, seconds: float) -> None:
    """Hold a key as a keyboard does: one press, repeats every 30 ms, one release."""
    session = page.context.new_cdp_session(page)
    event = {"key": key, "code": f"Key{key.upper()}", "windowsVirtualKeyCode": ord(key.upper()), "text": key}
    session.send("Input.dispatchKeyEvent", {"type": "keyDown", **event})
    for _ in range(int(seconds / 0.03)):
        page.wait_for_timeout(30)
        session.send("Input.dispatchKeyEvent", {"type": "keyDown", "autoRepeat": True, **event})
    session.send("Input.dispatchKeyEvent", {"type": "keyUp", **event})


def test_holding_a_key_decides_one_card(app, desk):
    before, item = app.stored(), desk.item
    hold(desk.page, "a", 1.0)
    desk.painted(after=item)
    desk.all_saved()
    assert app.stored() == [*before, Stored(item, "accept", {})]
    assert desk.unused == 0


def test_ten_presses_at_once_decide_only_what_was_painted_and_the_rest_is_counted(app, desk):
    before = app.stored()
    desk.root.evaluate(WATCH)
    desk.press(*"a" * PRESSES)
    desk.all_saved()
    decided = app.stored()[len(before) :]
    assert len(decided) + desk.unused == PRESSES
    assert decided
    assert {each.item for each in decided} <= set(desk.page.evaluate("[...window.__seen]"))
    assert len({each.item for each in decided}) == len(decided)
    if desk.unused:
        expect(desk.root.locator(".unused")).to_contain_text(f"{desk.unused} key press")


def test_a_desk_that_is_hidden_takes_no_keys(app, desk):
    """As Streamlit hides one that was left for another, until its script has run to its end."""
    before, item = app.stored(), desk.item
    desk.connected()
    place = desk.page.get_by_test_id("stMain")
    place.evaluate("main => { main.style.display = 'none'; }")
    desk.press("a")
    place.evaluate("main => { main.style.display = ''; }")
    desk.decide("x")
    desk.all_saved()
    assert app.stored() == [*before, Stored(item, "reject", {})]


def test_a_desk_that_comes_back_has_the_address_and_the_keys(desk):
    """As that of somebody who chose another one and changed their mind while Streamlit's script ran."""
    page, item = desk.page, desk.item
    desk.connected()
    place = page.get_by_test_id("stMain")
    place.evaluate("main => { main.style.display = 'none'; }")
    expect(page.locator("[data-recurate=card]")).to_have_attribute("data-painted", "false")
    page.get_by_test_id("stTopNavLink").first.focus()
    page.evaluate("history.replaceState(null, '', '?item=of-another-desk')")
    place.evaluate("main => { main.style.display = ''; }")
    desk.back(item)
    assert page.url.endswith(f"?item={item}")
    desk.press("Space")
    desk.painted(after=item)


def test_a_click_on_the_choice_of_desks_leaves_the_keys_to_the_desk(desk):
    desk.connected()
    item = desk.item
    desk.page.get_by_role("radio", name="Review").click()
    desk.press("Space")
    desk.painted(after=item)
    assert desk.unused == 0


def test_presses_in_one_task_decide_one_card(app, desk):
    """Faster than any keyboard: no frame lies between the presses."""
    before, item = app.stored(), desk.item
    desk.page.evaluate(HAMMER, PRESSES)
    desk.all_saved()
    assert app.stored() == [*before, Stored(item, "reject", {})]
    assert desk.unused == PRESSES - 1
    expect(desk.root.locator(".unused")).to_have_text(f"{PRESSES - 1} key presses not used")


def test_two_windows_of_one_reviewer_never_show_the_same_group(app, desk, open_page):
    other = CardPage(open_page(), app.process.url).open()
    shown = {desk: [desk.item], other: [other.item]}
    for _ in range(3):
        for window, items in shown.items():
            window.decide("a")
            items.append(window.item)
    together = [item for items in shown.values() for item in items]
    assert len(set(together)) == len(together)
    for window in shown:
        window.all_saved()


def test_a_card_that_was_decided_elsewhere_says_so_and_stores_nothing(app, desk):
    item = desk.item
    app.curate("decide", "reject", item)
    elsewhere = app.stored()
    Watched.of(desk.page).expect("409")
    desk.decide("a")
    expect(desk.root.locator(".notice")).to_contain_text("You decided on this group elsewhere meanwhile")
    expect(desk.root.locator(".notice")).to_contain_text("That was not saved.")
    desk.all_saved()
    assert app.stored() == elsewhere
