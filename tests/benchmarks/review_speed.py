"""The review app in a real browser: from key to the next painted card, first card, saving, and memory.

    python tests/benchmarks/review_speed.py [--workspace FOLDER] [--groups 100000] [--cards 500]

A workspace that is there already is used again; its decisions stay in it.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import psutil
from playwright.sync_api import Browser, Locator, Page, sync_playwright
from sqlalchemy import text

sys.path.insert(0, str(Path(__file__).parents[1]))

from chain import forget_servers
from curate.workspace import MARKER, Workspace
from many_groups import make_many_groups
from review_process import ReviewProcess

CARD = "[data-recurate=card]"
PAINTED = f"{CARD}[data-painted=true]"
WINDOWS = 5
"""Fresh browsers whose first card is timed."""
THINKING = (0.15, 0.4)
"""Seconds between seeing a card and pressing a key: a quick reviewer on easy groups."""

# Key presses, before the card sees them, and growth of its count of saved decisions: ms of performance.now().
PRESSES = """
    window.benchmark = { pressed: [], saved: [] };
    addEventListener("keydown", (event) => window.benchmark.pressed.push(event.timeStamp), true);
"""
SAVES = """card => {
    let saved = Number(card.dataset.saved);
    new MutationObserver(() => {
        for (; saved < Number(card.dataset.saved); saved += 1) window.benchmark.saved.push(performance.now());
    }).observe(card, { attributes: true, attributeFilter: ["data-saved"] });
}"""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--workspace", type=Path, help="Folder of a workspace; made there if there is none.")
    parser.add_argument("--groups", type=int, default=100_000)
    parser.add_argument("--cards", type=int, default=500)
    options = parser.parse_args()
    forget_servers()
    with tempfile.TemporaryDirectory() as folder:
        root = options.workspace or Path(folder) / "ws"
        if not (root / MARKER).exists():
            print(make_many_groups(root, options.groups, 5 * options.groups))
        measure(root, Path(folder) / "review.log", options.cards)


def measure(root: Path, log: Path, cards: int) -> None:
    """Print everything about one workspace."""
    print(f"{os.cpu_count()} processors, load average {os.getloadavg()[0]:.2f} before")
    decided = decisions(root)
    start = time.perf_counter()
    app = ReviewProcess(root, log).start()
    print(f"start of the app: {time.perf_counter() - start:.1f} s")
    try:
        with sync_playwright() as playwright:
            sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=sandbox)
            first_cards(browser, app)
            judge(browser, app, cards)
            browser.close()
    finally:
        app.stop()
    print(f"saved: {decisions(root) - decided} of {cards} decisions")
    print(f"load average {os.getloadavg()[0]:.2f} after")


def first_cards(browser: Browser, app: ReviewProcess) -> None:
    """From the start of the navigation to the first painted card; a page of a browser that knows nothing
    of the app, then one of a browser that has its scripts."""
    cold, warm = [], []
    for _ in range(WINDOWS):
        context = browser.new_context()
        cold.append(first_card(context.new_page(), app))
        warm.append(first_card(context.new_page(), app))
        context.close()
    print(
        f"first card in a new browser: {spread(cold)}; the very first after the app's start {cold[0]:.0f} ms"
    )
    print(f"first card in a browser that was here before: {spread(warm)}")


def first_card(page: Page, app: ReviewProcess) -> float:
    page.goto(f"{app.url}/groups", wait_until="commit")
    page.locator(PAINTED).wait_for()
    return float(page.evaluate("performance.now()"))  # ms since the navigation began


def judge(browser: Browser, app: ReviewProcess, cards: int) -> None:
    """Accept ``cards`` groups with the key A, each as soon as it was seen and thought about."""
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.add_init_script(PRESSES)
    first_card(page, app)
    page.locator(CARD).evaluate(SAVES)
    dice = np.random.default_rng(0)
    assert app.process is not None
    process = psutil.Process(app.process.pid)
    outside, memory = [], {}
    for number in range(1, cards + 1):
        time.sleep(dice.uniform(*THINKING))
        outside.append(press_and_see(page))
        if number in (50, cards // 2, cards):
            memory[number] = process.memory_info().rss / 2**20
    wait_until_saved(page.locator(CARD), cards)
    paints = page.evaluate("window.__recurate.paints")
    seen = page.evaluate("window.benchmark")
    saving = [after - before for before, after in zip(seen["pressed"], seen["saved"], strict=True)]
    print(f"key to next card painted, in the page: {spread(paints)} (aim p95 150)")
    print(f"key to next card painted, from outside: {spread(outside)}")
    print(f"key to decision saved: {spread(saving)}")
    print(f"keys that were not used: {page.locator(CARD).get_attribute('data-unused')}")
    print("memory of the app: " + ", ".join(f"{mb:.0f} MB at card {n}" for n, mb in memory.items()))


def press_and_see(page: Page) -> float:
    """Press A on the card that is shown; ms until another one is painted, with the wait for room to save."""
    item = page.locator(CARD).get_attribute("data-item")
    start = time.perf_counter()
    page.locator(f'{PAINTED}:not([data-unsaved="2"])').wait_for()
    page.keyboard.press("a")
    page.locator(f'{PAINTED}:not([data-item="{item}"])').wait_for()
    return 1000 * (time.perf_counter() - start)


def wait_until_saved(card: Locator, count: int) -> None:
    card.and_(card.page.locator(f'[data-saved="{count}"]')).wait_for()


def decisions(root: Path) -> int:
    with Workspace.open(root) as workspace, workspace.transaction() as session:
        return int(session.scalar(text("SELECT count(*) FROM decisions")) or 0)


def spread(milliseconds: Sequence[float]) -> str:
    p50, p95, p99 = np.percentile(milliseconds, (50, 95, 99))
    return f"p50 {p50:.0f}, p95 {p95:.0f}, p99 {p99:.0f} ms of {len(milliseconds)}"


if __name__ == "__main__":
    main()
