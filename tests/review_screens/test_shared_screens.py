"""Many people: logging in, what each role sees, blind votes, and an adjudicator who settles."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from chain import make_workspace_on
from curate.database import decisions, rules
from curate.database.decisions import Said
from curate.database.tables import Decision, QueuedItem, ReviewItem
from curate.verdicts import Consensus
from curate.workflows import people
from fixtures_postgres import TEMPLATE, fresh
from review_process import free_port
from review_screens.card_page import PATIENCE, CardPage
from review_screens.running_app import RunningApp, running
from review_screens.screenshots import OPPOSITES, screenshot
from review_screens.watched import Watched
from reviewable import make_reviewable
from sessions import COOKIE_SECRET

LAB = "lab.org"
NO_SUCH_PAGE = "does not seem to exist"  # what Streamlit says of a page that somebody may not see
WORDS = "the spout gives it away"
"""What a reviewer wrote, for nobody but an adjudicator to see."""


@pytest.fixture(scope="module")
def shared(tmp_path_factory, postgres_url, postgres_admin, oidc_provider) -> Iterator[RunningApp]:
    """Two of two must agree. Of six groups bob and eve dispute the first; bob has voted on the second."""
    folder = tmp_path_factory.mktemp("shared")
    port = free_port()
    environment = {
        **oidc_provider.settings,
        "CURATE_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "CURATE_COOKIE_SECRET": COOKIE_SECRET,
    }
    for url in fresh(postgres_url, postgres_admin, TEMPLATE):
        with make_workspace_on(url, folder / "ws") as workspace:
            made = make_reviewable(workspace, folder / "photos")
            for role in people.ROLES:
                people.add(workspace, f"{role}@{LAB}", role)
            with workspace.transaction() as session:
                rules.set_consensus(session, Consensus(2, 2))
            log = folder / "review.log"
            with running(workspace, log, "--shared", port=port, **environment) as app:
                vote(app, made.items[0], "bob", Said("accept"))
                vote(app, made.items[0], "eve", Said("reject"))
                vote(app, made.items[1], "bob", Said("accept", {made.objects[5]: "different"}, WORDS))
                yield app


def vote(app: RunningApp, item: UUID, who: str, said: Said) -> None:
    with app.workspace.transaction() as session:
        decisions.decide(session, item, said, reviewer=f"{who}@{LAB}")


@pytest.fixture
def log_in(shared, oidc_provider, open_page):
    """``log_in(name)``: click through the login as this person, in a browser of their own."""

    def logged_in(name: str, **options) -> Page:
        oidc_provider.user = {"email": f"{name}@{LAB}", "email_verified": True}
        page = open_page(who=name, **options)
        page.set_default_timeout(PATIENCE)
        # What the photos are called must stay words.
        page.on("dialog", lambda dialog: pytest.fail(f"A script ran: {dialog.message}"))
        page.goto(shared.process.url)
        page.get_by_role("button", name="Log in").or_(page.get_by_role("button", name="Log out")).wait_for()
        if page.get_by_role("button", name="Log in").is_visible():
            screenshot(page, "login")
            page.get_by_role("button", name="Log in").click()
            page.get_by_role("button", name="Log out").wait_for()
        return page

    return logged_in


def test_somebody_unknown_sees_one_sentence_and_nothing_else(shared, log_in):
    page = log_in("stranger")
    Watched.of(page).expect(NO_SUCH_PAGE)
    expect(page.get_by_text("nobody has let you in yet")).to_be_visible()
    expect(page.get_by_text(f"curate people add stranger@{LAB}")).to_be_visible()
    screenshot(page, "stranger")
    for screen in ("groups", "progress"):
        page.goto(f"{shared.process.url}/{screen}")
        expect(page.get_by_text("nobody has let you in yet")).to_be_visible()
        assert not page.get_by_test_id("stTopNavLink").count()
        assert not page.locator("[data-recurate=card]").count()


def test_a_photographer_has_no_groups(shared, log_in):
    page = log_in("photographer")
    Watched.of(page).expect(NO_SUCH_PAGE)
    expect(page.get_by_text("Hand in pairs of photos")).to_be_visible()
    assert page.get_by_role("link", name="Groups").count() == 0
    screenshot(page, "photographer")
    page.goto(f"{shared.process.url}/groups")
    expect(page.get_by_text("Hand in pairs of photos")).to_be_visible()
    assert not page.locator("[data-recurate=card]").count()


def test_a_curator_sees_nothing_of_what_others_said(shared, log_in):
    page = log_in("curator")
    answers = []
    page.on("response", lambda answer: "/app/review/" in answer.url and answers.append(answer))
    desk = CardPage(page, shared.process.url).open()
    desk.connected()
    assert not page.get_by_text("Disputed and flagged").count()
    seen = []
    for _ in range(3):
        seen.append(page.content() + desk.root.evaluate("root => root.outerHTML"))
        desk.decide("a")
    desk.all_saved()
    texts = [answer.text() for answer in answers]
    assert len(texts) >= 4
    for text in (*texts, *seen):
        assert not any(word in text for word in ("bob@", "eve@", WORDS))
        assert '"votes":[{' not in text


def test_an_adjudicator_settles_a_disagreement_without_knowing_whose(shared, log_in):
    page = log_in("adjudicator", look=OPPOSITES[1])
    desk = CardPage(page, shared.process.url)
    page.goto(f"{shared.process.url}/groups")
    page.get_by_text("Disputed and flagged").click()
    votes = desk.root.locator(".votes")
    expect(votes).to_contain_text("reject")
    desk.painted()
    screenshot(page, "groups-adjudicate")
    shown = desk.root.evaluate("root => root.outerHTML")
    assert "accept" in votes.inner_text()
    assert not any(word in shown for word in ("bob@", "eve@"))
    item = desk.item
    desk.press("a")
    desk.all_saved()
    with shared.workspace.transaction() as session:
        rows = select(Decision.adjudicates, Decision.verdict, QueuedItem.state)
        rows = rows.join(ReviewItem, ReviewItem.id == Decision.item_id)
        rows = rows.join(QueuedItem, QueuedItem.item_id == ReviewItem.id)
        rows = rows.where(Decision.reviewer == f"adjudicator@{LAB}", ReviewItem.public_id == UUID(item))
        assert session.execute(rows).all() == [(True, "accept", "accepted")]
    expect(desk.root.get_by_text("Nothing to settle")).to_be_visible()
    screenshot(page, "groups-settled")
