"""The app is killed and connections are cut while people decide: what was acknowledged is stored, once."""

from __future__ import annotations

import asyncio
import json
import random
import threading
import time
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Error, Page, Request

from review_screens.card_page import CardPage
from review_screens.cutting_proxy import CuttingProxy
from review_screens.drawn_groups import Drawn, draw
from review_screens.outbox_client import OutboxClient
from review_screens.running_app import RunningApp, running
from review_screens.watched import Watched

CUT = 0.05  # of the pieces of data that pass, each way
CLIENTS = 3
RELOAD_LIMIT = 120.0  # seconds; the app may die again while it starts
# Streamlit has taken over the early card, and its window about lost connections is gone.
QUIET = (
    """() => !document.querySelector(".recurate-early, [role=dialog], [data-testid=stConnectionStatus]")"""
)


@dataclass(frozen=True)
class Plan:
    decisions: int
    keys: int
    """How many of them are pressed in the browser, at least."""
    kills: int
    reloads: int


@dataclass
class Tally:
    """What all windows together were told is stored."""

    clients: list[OutboxClient]
    browser: set[str] = field(default_factory=set)
    pressed: set[str] = field(default_factory=set)
    """Events that the browser sent."""

    @property
    def acknowledged(self) -> int:
        return len(self.browser) + sum(len(each.acknowledged) for each in self.clients)


def test_what_was_acknowledged_is_stored_once(tmp_path, drawn: Drawn, open_page):
    chaos(tmp_path, drawn, open_page(), Plan(decisions=60, keys=20, kills=2, reloads=1))


@pytest.mark.slow
def test_what_was_acknowledged_of_a_thousand_decisions_is_stored_once(
    tmp_path, postgres_url, postgres_admin, open_page
):
    many = draw(tmp_path / "drawn", postgres_url, postgres_admin, groups=1100, objects=6000)
    chaos(tmp_path, many, open_page(), Plan(decisions=1000, keys=200, kills=12, reloads=5))


def chaos(folder: Path, drawn: Drawn, page: Page, plan: Plan) -> None:
    Watched.of(page).expect("")  # everything may fail on the way
    with drawn.copy(folder / "ws") as workspace, running(workspace, folder / "review.log") as app:
        connect = partial(asyncio.open_connection, "127.0.0.1", app.process.port)
        proxy = CuttingProxy(connect, seed=1)
        with proxy.running():
            tally = Tally([OutboxClient(proxy.url, seed) for seed in range(CLIENTS)])
            desk = CardPage(page, proxy.url).open()
            desk.connected()
            proxy.chance = CUT
            disturbed(app, desk, proxy, tally, plan)
            print(f"{proxy.cuts} cuts, {sum(each.again for each in tally.clients)} sent again by clients")
        check(app, tally, plan)


def disturbed(app: RunningApp, desk: CardPage, proxy: CuttingProxy, tally: Tally, plan: Plan) -> None:
    """Clients and the browser decide as much as planned, while the app dies again and again."""
    dice = random.Random(plan.decisions)
    moments = sorted(dice.sample(range(1, plan.decisions - CLIENTS), plan.kills))
    done = threading.Event()
    with ThreadPoolExecutor(CLIENTS + 1) as pool:
        # Whoever finishes first does not matter: the browser's share is left to it.
        by_clients = plan.decisions - plan.keys
        clients = [
            pool.submit(client.work, lambda: tally.acknowledged - len(tally.browser) < by_clients)
            for client in tally.clients
        ]
        killer = pool.submit(kill_at, app, moments, dice, tally, done)
        try:
            press_keys(desk, proxy, tally, plan, [*clients, killer])
            for each in clients:
                each.result()
        finally:
            done.set()
        killer.result()


def kill_at(
    app: RunningApp, moments: list[int], dice: random.Random, tally: Tally, done: threading.Event
) -> None:
    """SIGKILL as soon as so many decisions are acknowledged, and a little later."""
    for moment in moments:
        while tally.acknowledged < moment:
            if done.wait(0.005):
                return
        done.wait(dice.uniform(0, 0.05))
        app.process.kill()
        app.process.start()


def press_keys(
    desk: CardPage, proxy: CuttingProxy, tally: Tally, plan: Plan, others: list[Future[None]]
) -> None:
    """Decide in the browser until its share is done and the others have finished theirs."""
    desk.page.on("request", partial(_note, tally))
    reload_at = set(random.Random(plan.keys).sample(range(2, plan.keys - 1), plan.reloads))
    dice = random.Random(0)
    for pressed in range(plan.keys):
        if pressed in reload_at:
            _collect(desk, tally)
            _reload(desk, proxy)
        _decide(desk, proxy, dice.choice("ax"))
        _collect(desk, tally)
        for each in others:
            if each.done():
                each.result()
    desk.all_saved()
    _collect(desk, tally)


def _note(tally: Tally, request: Request) -> None:
    if request.url.endswith("/app/review/decisions"):
        tally.pressed.add(json.loads(request.post_data or "")["event"])


def _collect(desk: CardPage, tally: Tally) -> None:
    tally.browser.update(desk.page.evaluate("window.__recurate.acknowledged"))


def _decide(desk: CardPage, proxy: CuttingProxy, key: str) -> None:
    """Press until the card takes it: a press goes astray when Streamlit's window comes up just then."""
    _connected(desk, proxy)
    desk.until("data.painted === 'true' && data.unsaved < 2")
    item = desk.item
    while desk.item == item:
        desk.press("Escape", key)
    desk.painted(after=item)


def _connected(desk: CardPage, proxy: CuttingProxy) -> None:
    """Wait for Streamlit. If the app died while Streamlit was starting, it may be back on another page."""
    while desk.root.count():
        try:
            desk.page.wait_for_function(QUIET, timeout=10_000)
            break
        except Error:
            continue
    else:
        _reload(desk, proxy)


def _reload(desk: CardPage, proxy: CuttingProxy) -> None:
    """Load the page anew, without cuts: each of its hundreds of pieces has to arrive."""
    chance, proxy.chance = proxy.chance, 0.0
    deadline = time.monotonic() + RELOAD_LIMIT
    while time.monotonic() < deadline:
        try:
            desk.page.goto(f"{proxy.url}/groups")
            desk.root.wait_for(timeout=10_000)
            desk.page.wait_for_function(QUIET, timeout=10_000)
            break
        except Error:  # the app died: press F5 again
            desk.page.wait_for_timeout(200)
    desk.painted()
    proxy.chance = chance


def check(app: RunningApp, tally: Tally, plan: Plan) -> None:
    stored = Counter(map(str, app.events()))
    sent = tally.pressed.union(*(each.sent for each in tally.clients))
    acknowledged = tally.browser.union(*(each.acknowledged for each in tally.clients))
    assert tally.browser <= tally.pressed
    assert set(stored.values()) == {1}
    assert acknowledged <= set(stored)
    assert set(stored) <= sent
    decided = Counter(each.item for each in app.stored())
    assert set(decided.values()) == {1}
    assert len(decided) == len(stored) >= plan.decisions
    assert len(tally.pressed) >= plan.keys
