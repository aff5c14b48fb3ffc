"""Every screen in both sizes and themes: empty, with data, and while the database is away."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import make_url

from chain import make_workspace_on
from curate.database import decisions
from curate.database.decisions import Said
from curate.workflows import pairs, shoots
from curate.workspace import Workspace
from fixtures_postgres import TEMPLATE, fresh
from review_screens.card_page import PATIENCE, CardPage
from review_screens.cutting_proxy import CuttingProxy
from review_screens.drawn_groups import Drawn, mine_larger
from review_screens.drawn_pairs import write_pair
from review_screens.drawn_removals import draw_removals
from review_screens.focus import assert_focus_is_seen
from review_screens.pairs_page import PairsPage
from review_screens.running_app import RunningApp, running
from review_screens.screenshots import LOOKS, OPPOSITES, Look, screenshot
from review_screens.watched import Watched

SIZES = (12, 20, 5, 4, 3, 6, 4, 5, 3, 4)
SCREENS = ("home", "groups", "removals", "pairs", "search", "progress")

# What an empty screen tells to type, or to do.
ADVICE = {
    "home": "curate ingest FOLDER",
    "groups": "curate run FOLDER",
    "removals": "curate remove",
    "pairs": "Drop photos or a folder",
    "search": "curate embed",
    "progress": "curate mine",
}
CHARTS = "[data-testid=stVegaLiteChart] :is(canvas, svg.marks)"

SCROLLS = """() => {
    const scrollers = [document.documentElement, document.querySelector("[data-testid=stMain]")];
    return {
        right: Math.max(...scrollers.map((each) => each.scrollWidth - each.clientWidth)),
        down: Math.max(...scrollers.map((each) => each.scrollHeight - each.clientHeight)),
    };
}"""


@pytest.fixture(scope="module")
def empty_app(tmp_path_factory, postgres_url, postgres_admin) -> Iterator[RunningApp]:
    """A workspace without a single photo."""
    folder = tmp_path_factory.mktemp("empty")
    for url in fresh(postgres_url, postgres_admin, TEMPLATE):
        workspace = make_workspace_on(url, folder / "ws")
        with workspace, running(workspace, folder / "review.log") as app:
            yield app


@pytest.fixture(scope="module")
def full_app(tmp_path_factory, drawn: Drawn) -> Iterator[RunningApp]:
    """Groups of up to twenty members, some decided by three people; three pairs; removals."""
    folder = tmp_path_factory.mktemp("full")
    with drawn.copy(folder / "ws") as workspace:
        with workspace.transaction() as session:
            mine_larger(session, SIZES)
        _hand_in_pairs(workspace, folder / "in")
        draw_removals(workspace, folder / "removals", 4)
        # Ten groups for many pages: what a closed page held is free at once.
        with running(workspace, folder / "review.log", CURATE_LEASE_SECONDS="1") as app:
            small = [item for item, members in app.members.items() if len(members) < 10]
            for n, item in enumerate(small[:6]):
                said = Said("reject" if n == 3 else "accept", seconds=1.5 + n)
                with workspace.transaction() as session:
                    decisions.decide(session, UUID(item), said, reviewer=("ada", "bob", "eve")[n % 3])
            yield app


def _hand_in_pairs(workspace: Workspace, folder: Path) -> None:
    rights = {"licence": "CC-BY-4.0", "consent": "nobody in the picture"}
    shoot = shoots.create(workspace, "kitchen, morning", photographer="ada", **rights).public_id
    for number, fault in enumerate(({"clean_first": True}, {"shift": 7}, {}), 1):
        paths = write_pair(folder, number, **fault)
        frames = [pairs.store_frame(workspace, each.read_bytes(), each.name, by="ada") for each in paths]
        made = pairs.hand_in(workspace, *(each.sha256 for each in frames), shoot=shoot, by="ada")
        pairs.check(workspace, made.pair, models=False)


def walk(page: Page, app: RunningApp, screens: tuple[str, ...] = SCREENS) -> Iterator[str]:
    """Open one screen after the other from the navigation; those that have been opened."""
    page.set_default_timeout(PATIENCE)
    page.goto(app.process.url)
    for screen in screens:
        page.get_by_role("link", name=screen.capitalize(), exact=True).click()
        page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
        yield screen


def assert_fits(page: Page, screen: str) -> None:
    scrolls = page.evaluate(SCROLLS)
    assert scrolls["right"] == 0, screen
    if screen in ("groups", "removals", "pairs"):
        assert scrolls["down"] == 0, screen


def content_of(page: Page, screen: str) -> Locator:
    """What a screen with data shows last."""
    return {
        "home": page.get_by_role("button", name="Start reviewing"),
        "groups": page.locator("[data-recurate=card][data-painted=true]"),
        "removals": page.locator("[data-recurate=removals][data-painted=true]"),
        "pairs": page.locator("[data-recurate=pairs][data-state=ready]"),
        "search": page.get_by_text("Find what looks alike"),
        "progress": page.locator(CHARTS).nth(3),
    }[screen]


@pytest.mark.parametrize("look", OPPOSITES, ids=str)
def test_an_empty_workspace_says_on_every_screen_what_to_type(empty_app, open_page, look: Look):
    page = open_page(look)
    for screen in walk(page, empty_app):
        expect(page.get_by_text(ADVICE[screen]).first).to_be_visible(timeout=PATIENCE)
        assert_fits(page, screen)
        screenshot(page, f"{screen}-empty-{look}")


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_every_screen_fits_its_window_and_tab_shows_where_it_is(full_app, open_page, look: Look):
    page = open_page(look)
    for screen in walk(page, full_app, SCREENS if look in OPPOSITES else ("groups", "removals", "pairs")):
        expect(content_of(page, screen)).to_be_visible(timeout=PATIENCE)
        if screen == "pairs":
            PairsPage(page, full_app.process.url).measured("pass")
        assert_fits(page, screen)
        screenshot(page, f"{screen}-{look}")
        if look in OPPOSITES:
            assert_focus_is_seen(page, stops=10)


@pytest.mark.parametrize("look", OPPOSITES, ids=str)
def test_twenty_members_and_every_mark_fit_too(full_app, open_page, look: Look):
    items = {len(members): item for item, members in full_app.members.items()}
    desk = CardPage(open_page(look), full_app.process.url).open(f"?item={items[20]}")
    desk.back(items[20])
    for key in "vns":
        desk.press("ArrowRight", key)
    desk.press("9", "ArrowLeft")
    screenshot(desk.page, f"groups-marked-{look}")
    assert_fits(desk.page, "groups")
    desk.press("z")
    screenshot(desk.page, f"groups-zoomed-{look}")
    assert_fits(desk.page, "groups")


def test_while_the_database_is_away_every_screen_says_so_and_recovers(tmp_path, drawn: Drawn, open_page):
    """The app reaches Postgres through a proxy of ours, which turns everybody away."""
    with drawn.copy(tmp_path / "ws") as workspace:
        real = make_url(workspace.settings.database_url.get_secret_value())
        place = f"{real.query['host']}/.s.PGSQL.{real.query['port']}"
        draw_removals(workspace, tmp_path / "removals", 1)
        proxy = CuttingProxy(partial(asyncio.open_unix_connection, place), seed=0)
        with proxy.running():
            through = real.set(host="127.0.0.1", port=proxy.port, query={})
            url = through.render_as_string(hide_password=False)
            log = tmp_path / "review.log"
            with running(workspace, log, CURATE_DATABASE_URL=url) as app:
                desk = CardPage(open_page(), app.process.url).open()
                page = open_page()
                Watched.of(desk.page).expect("503")
                with proxy.away():
                    _every_screen_says_so(app, page)
                    item = desk.item
                    desk.press("a")
                    expect(desk.root.locator("[data-saving=trouble]")).to_contain_text("1 unsaved")
                    screenshot(desk.page, "groups-away")
                    assert desk._data("unsaved") == "1"
                _every_screen_recovers(app, page)
                desk.all_saved()
                assert [(each.item, each.verdict) for each in app.stored()] == [(item, "accept")]


def _every_screen_says_so(app: RunningApp, page: Page) -> None:
    Watched.of(page).expect("503")
    for screen in walk(page, app):
        said = (
            "no connection" if screen in ("groups", "removals", "pairs") else "The database does not answer"
        )
        expect(page.get_by_text(said)).to_be_visible(timeout=PATIENCE)
        screenshot(page, f"{screen}-away")


def _every_screen_recovers(app: RunningApp, page: Page) -> None:
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("The database does not answer")).to_be_hidden(timeout=PATIENCE)
    for screen in walk(page, app):
        if screen != "progress":
            expect(content_of(page, screen)).to_be_visible(timeout=PATIENCE)
