"""New views of an accepted group: what the card shows of them, and what its keys say."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest
from playwright.sync_api import expect

from curate.workflows import review
from review_screens.card_page import PATIENCE, CardPage
from review_screens.drawn_groups import Drawn, mine_larger
from review_screens.running_app import RunningApp, Stored, running
from review_screens.screenshots import OPPOSITES, Look, screenshot

BEFORE, NOW = (4, 4, 4, 4), (6, 6, 6, 4)
"""Views of four groups: new ones join all but the last."""
TOLD = "3"
"""The member that was set apart when the third group was accepted."""


@pytest.fixture(scope="module")
def grown_app(tmp_path_factory, drawn: Drawn) -> Iterator[RunningApp]:
    """Bob accepted three groups, one of them without a member; then photos came."""
    folder = tmp_path_factory.mktemp("grown")
    # Four groups for many pages: what a closed page held is free at once.
    lease = {"CURATE_LEASE_SECONDS": "1"}
    with drawn.copy(folder / "ws") as workspace, running(workspace, folder / "review.log", **lease) as app:
        with workspace.transaction() as session:
            mine_larger(session, BEFORE)
        for n, item in enumerate(groups_of(app)[:3]):
            apart = {"variant": [app.members[item][int(TOLD) - 1]]} if n == 2 else {}
            review.decide(workspace, item, "accept", marks=apart, reviewer="bob")
        with workspace.transaction() as session:
            mine_larger(session, NOW)
        yield app


@pytest.fixture
def items(grown_app) -> list[str]:
    return groups_of(grown_app)


def groups_of(app: RunningApp) -> list[str]:
    """The groups as they were mined last, in the order of ``NOW``."""
    return [str(each.public_id) for each in reversed(review.groups(app.workspace))]


def desk_of(grown_app, open_page, item: str, **look) -> CardPage:
    desk = CardPage(open_page(**look), grown_app.process.url).open(f"?item={item}")
    desk.back(item)
    return desk


def label(desk: CardPage, command: str) -> str:
    return desk.root.locator(f"[data-command={command}] .label").inner_text()


def known(app: RunningApp, item: str) -> tuple[str, set[int]]:
    """The state of a group, and which of its members are accepted, counted from 1."""
    group = review.group(app.workspace, item)
    return group.state, {n for n, each in enumerate(app.members[item], 1) if UUID(each) in group.kept}


@pytest.mark.parametrize("look", OPPOSITES, ids=str)
def test_new_views_stand_apart_from_the_accepted_and_the_keys_say_what_they_mean(
    grown_app, items, open_page, look
):
    desk = desk_of(grown_app, open_page, items[0], look=look)
    tagged = desk.root.locator(".tile:has(.added)")
    assert [each.get_attribute("data-member") for each in tagged.all()] == ["4", "5"]
    expect(tagged.first.locator(".added")).to_be_visible()
    assert ", new, kept" in (tagged.first.get_attribute("aria-label") or "")
    expect(desk.root.locator(".views")).to_have_text("6 views, 2 new")
    asked = desk.root.locator(".asked")
    expect(asked).to_have_text(
        "Members 5 and 6 joined a group that was accepted. A: they are the same thing. "
        "X: they are not, and the group stays accepted without them."
    )
    assert (label(desk, "accept"), label(desk, "reject")) == ("Accept all 6", "Reject 2 new")
    screenshot(desk.page, f"groups-new-views-{look}")
    desk.press("1", "2", "3")
    expect(asked).to_contain_text("X now also says that those accepted before are not the same thing.")
    assert (label(desk, "accept"), label(desk, "reject")) == ("Accept 3 of 6", "Reject all 6")
    desk.open(f"?item={items[3]}").back(items[3])
    expect(asked).to_be_hidden()
    expect(tagged).to_have_count(0)
    assert label(desk, "reject") == "Reject"


def test_rejecting_new_views_leaves_what_was_accepted_as_it_is(grown_app, items, open_page):
    assert known(grown_app, items[0]) == ("partial", {1, 2, 3, 4})
    desk = desk_of(grown_app, open_page, items[0])
    expect(desk.root.locator(".tile[aria-current=true]")).to_have_attribute("data-member", "4")
    desk.press("ArrowRight", "v")
    desk.decide("x")
    assert "the group stays accepted" in desk.notice
    assert label(desk, "undo") == "Undo reject 2 new"
    desk.all_saved()
    desk.open(f"?item={items[3]}").back(items[3])  # from here on it is the server that tells
    assert label(desk, "undo") == "Undo reject 2 new"
    marks = {"5": "different", "6": "variant"}
    assert grown_app.stored()[-1] == Stored(items[0], "accept", marks)
    assert known(grown_app, items[0]) == ("accepted", {1, 2, 3, 4})


def test_where_the_accepted_are_marked_apart_too_the_whole_group_is_rejected(grown_app, items, open_page):
    desk = desk_of(grown_app, open_page, items[1])
    desk.press("1", "2", "3")
    desk.decide("x")
    assert label(desk, "undo") == "Undo reject"
    desk.all_saved()
    assert grown_app.stored()[-1].verdict == "reject"
    assert known(grown_app, items[1]) == ("disputed", set())  # Bob accepted it


def test_taking_x_back_takes_back_the_marks_that_it_set_and_no_others(grown_app, items, open_page):
    desk = desk_of(grown_app, open_page, items[2], look=Look("light", 1400, 800))
    marked = desk.root.locator(".tile[data-mark]")
    asked = desk.root.locator(".asked")
    screenshot(desk.page, "groups-new-views-light-1400x800")

    def marks() -> dict[str, str]:
        return {each.get_attribute("data-member"): each.get_attribute("data-mark") for each in marked.all()}

    assert keys_are_inside(desk)
    desk.press("5")
    expect(asked).to_contain_text("A: they are the same thing, but for those marked.")
    desk.decide("x")
    assert label(desk, "undo") == "Undo reject 2 new"
    assert keys_are_inside(desk)
    desk.all_saved()
    said = Stored(items[2], "accept", {TOLD: "variant", "5": "different", "6": "different"})
    assert grown_app.stored()[-1] == said
    desk.press("Backspace")
    desk.back(items[2])
    assert marks() == {"2": "variant", "4": "different"}
    assert label(desk, "accept") == "Accept 4 of 6"
    desk.press("6")
    expect(asked).to_contain_text("A: they are set apart as marked.")
    desk.all_saved()
    desk.open(f"?item={items[2]}").back(items[2])  # a new page knows of no marks that were set by hand
    assert marks() == {"2": "variant"}
    assert label(desk, "accept") == "Accept 5 of 6"
    expect(asked).to_contain_text("A: they are the same thing. X:")


def keys_are_inside(desk: CardPage) -> bool:
    """Whether every key that is printed lies within the window."""
    bar = desk.root.locator("footer")
    rights = "(all) => all.map((each) => each.getBoundingClientRect().right)"
    (end,) = bar.evaluate_all(rights)
    return max(bar.locator("button").evaluate_all(rights)) <= end + 0.5


def test_a_member_that_was_set_apart_before_still_is_when_new_views_are_accepted(grown_app, items, open_page):
    assert known(grown_app, items[2]) == ("partial", {1, 2, 4})
    desk = desk_of(grown_app, open_page, items[2])
    assert label(desk, "accept") == "Accept 5 of 6"
    desk.decide("a")
    assert label(desk, "undo") == "Undo accept"
    desk.all_saved()
    desk.open(f"?item={items[3]}").back(items[3])
    assert label(desk, "undo") == "Undo accept"
    assert grown_app.stored()[-1] == Stored(items[2], "accept", {TOLD: "variant"})
    assert known(grown_app, items[2]) == ("accepted", {1, 2, 4, 5, 6})


def test_a_short_id_in_the_address_and_a_run_that_found_nothing(grown_app, items, open_page):
    desk = CardPage(open_page(), grown_app.process.url).open(f"?item={items[3][:13]}")
    desk.back(items[3])
    with grown_app.workspace.transaction() as session:
        mine_larger(session, ())
    desk.page.goto(f"{grown_app.process.url}/groups")
    expect(desk.root.get_by_text("The latest mining run has no groups")).to_be_visible(timeout=PATIENCE)
    expect(desk.root).to_contain_text("Decisions on groups of earlier runs are kept.")
    expect(desk.root).to_contain_text("curate runs")
    screenshot(desk.page, "groups-found-nothing")
