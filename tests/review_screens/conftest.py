"""A real Chromium, the review app as a real process, and groups to judge."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from sqlalchemy import Engine

from chain import make_workspace_on
from fixtures_postgres import TEMPLATE, fresh
from review_screens.card_page import PATIENCE, CardPage
from review_screens.chromium import find_chromium, launch
from review_screens.drawn_groups import Drawn, draw
from review_screens.running_app import RunningApp, running
from review_screens.screenshots import STANDARD, Look
from review_screens.watched import Watched

OpenPage = Callable[..., Page]
Contexts = Callable[[Look, str], BrowserContext]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium per module: Playwright's event loop would get in the way of other tests."""
    if find_chromium() is None:
        missing = "There is no Chromium here: type `apt-get install -y chromium-headless-shell`."
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        launched = launch(playwright.chromium)
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def contexts(browser: Browser) -> Iterator[Contexts]:
    """One browser profile for each look and name, which keep Streamlit's scripts for the next page."""
    made: dict[tuple[Look, str], BrowserContext] = {}

    def context(look: Look, who: str) -> BrowserContext:
        if (look, who) not in made:
            made[look, who] = browser.new_context(viewport=look.viewport, color_scheme=look.scheme)
        return made[look, who]

    yield context
    for each in made.values():
        each.close()


@pytest.fixture
def open_page(contexts: Contexts) -> Iterator[OpenPage]:
    """``open_page(look, who)``: a page whose console and requests are watched, in the browser of ``who``.

    What went wrong in a page fails the test at its end; ``Watched.of(page).expect`` names what may.
    """
    watched: list[Watched] = []

    def opened(look: Look = STANDARD, who: str = "") -> Page:
        watched.append(Watched(contexts(look, who).new_page()))
        return watched[-1].page

    yield opened
    wrong = [problem for each in watched for problem in each.problems]
    for each in watched:
        each.page.goto("about:blank")  # closing does not tell the page that it goes: it gives its cards back
        each.page.close()
    assert not wrong


@pytest.fixture(scope="session")
def drawn(tmp_path_factory: pytest.TempPathFactory, postgres_url: str, postgres_admin: Engine) -> Drawn:
    """A hundred groups of three to eight drawn things, made once; ``Drawn.copy`` gives workspaces."""
    return draw(tmp_path_factory.mktemp("drawn") / "ws", postgres_url, postgres_admin)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, drawn: Drawn) -> Iterator[RunningApp]:
    """``curate review`` for one local reviewer, on a copy of ``drawn``."""
    folder = tmp_path_factory.mktemp("app")
    with drawn.copy(folder / "ws") as workspace, running(workspace, folder / "review.log") as started:
        yield started


@pytest.fixture
def desk(app: RunningApp, open_page: OpenPage) -> CardPage:
    """The Groups screen, with a card on it."""
    return CardPage(open_page(), app.process.url).open()


@pytest.fixture
def pairs_app(tmp_path: Path, postgres_url, postgres_admin) -> Iterator[RunningApp]:
    """``curate review`` for one local reviewer on an empty workspace."""
    for url in fresh(postgres_url, postgres_admin, TEMPLATE):
        workspace = make_workspace_on(url, tmp_path / "ws")
        with workspace, running(workspace, tmp_path / "review.log") as app:
            yield app
