"""The Removals screen on photos of 24 megapixels in a real browser: first and next case, zoom, pan and wipe.

python tests/benchmarks/removal_screen.py [--cases 6]
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, Response, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from chain import RIGHTS, forget_servers, last, make_workspace
from curate.records import Box
from curate.workflows.ingest import ingest
from review_process import ReviewProcess
from review_screens.drawn_removals import draw_case, write_photo

SIZE = (6000, 4000)
BOX = Box(2600, 1500, 900, 1100)
PAINTED = "[data-recurate=removals][data-painted=true]"
THINKING = 2000
"""Milliseconds between seeing a case and judging it."""
AIM = 100
"""Milliseconds from any frame to the next."""

FRAMES = """
    window.__frames = [];
    const note = (now) => { window.__frames.push(now); requestAnimationFrame(note); };
    requestAnimationFrame(note);
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--cases", type=int, default=6)
    options = parser.parse_args()
    forget_servers()
    with tempfile.TemporaryDirectory() as folder:
        root = make(Path(folder), options.cases)
        measure(root, Path(folder) / "review.log", options.cases)


def make(folder: Path, cases: int) -> Path:
    """A workspace with so many cases of two outputs each."""
    (folder / "photos").mkdir()
    files = [write_photo(folder / "photos" / f"{n}.png", n, SIZE, BOX) for n in range(cases)]
    with make_workspace(folder / "ws") as workspace:
        last(ingest(workspace, [str(folder / "photos")], RIGHTS))
        for number, file in enumerate(files):
            draw_case(workspace, file, number, size=SIZE, box=BOX)
    return folder / "ws"


def measure(root: Path, log: Path, cases: int) -> None:
    print(f"{os.cpu_count()} processors, load average {os.getloadavg()[0]:.2f} before")
    app = ReviewProcess(root, log).start()
    try:
        with sync_playwright() as playwright:
            sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=sandbox)
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.add_init_script(FRAMES)
            sizes: list[int] = []
            page.on("response", lambda answer: sizes.extend(told_size(answer)))
            page.goto(f"{app.url}/removals", wait_until="commit")
            page.locator(PAINTED).wait_for()
            print(f"first case: {page.evaluate('performance.now()'):.0f} ms, nothing made before")
            page.wait_for_timeout(THINKING)
            for name, act in MOVES.items():
                print(f"{name}: {frames(page, act)}")
            judge(page, cases)
            print(f"largest of {len(sizes):,} answers: {max(sizes) / 1e3:.0f} KB")
            browser.close()
    finally:
        app.stop()
    print(f"load average {os.getloadavg()[0]:.2f} after")


def told_size(answer: Response) -> list[int]:
    """Bytes of an answer of ours."""
    return [int(answer.headers["content-length"])] if "/app/" in answer.url else []


def frames(page: Page, act: Callable[[Page], None]) -> str:
    """What passes from frame to frame while something moves, once more after its tiles have come."""
    told = []
    for _ in range(2):
        page.evaluate("window.__frames.length = 0")
        act(page)
        page.wait_for_timeout(400)
        told.append(spread(np.diff(page.evaluate("window.__frames"))))
    return f"{told[0]}; again: {told[1]}"


def spread(milliseconds: np.ndarray) -> str:
    p50, p95, p99 = np.percentile(milliseconds, (50, 95, 99))
    late = int((milliseconds > AIM).sum())
    return f"p50 {p50:.0f}, p95 {p95:.0f}, p99 {p99:.0f}, most {milliseconds.max():.0f} ms, {late} over {AIM}"


def middle(page: Page) -> tuple[float, float]:
    box = page.locator(".main .window").bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def zoom(page: Page) -> None:
    page.mouse.move(*middle(page))
    for step in (*[-240] * 12, *[240] * 12):
        page.mouse.wheel(0, step)
        page.wait_for_timeout(40)


def pan(page: Page) -> None:
    x, y = middle(page)
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(40):
        page.mouse.move(x + 250 * np.sin(step / 5), y + 120 * np.cos(step / 5))
        page.wait_for_timeout(16)
    page.mouse.up()


def wipe(page: Page) -> None:
    page.keyboard.press("w")
    grip = page.locator(".grip").bounding_box()
    assert grip is not None
    x, y = grip["x"] + grip["width"] / 2, grip["y"] + grip["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(60):
        page.mouse.move(x + 380 * np.sin(step / 6), y)
        page.wait_for_timeout(16)
    page.mouse.up()
    page.keyboard.press("w")


def blink(page: Page) -> None:
    page.keyboard.press("b")
    page.wait_for_timeout(2000)
    page.keyboard.press("b")


MOVES = {"zoom": zoom, "pan": pan, "wipe": wipe, "blink": blink}


def judge(page: Page, cases: int) -> None:
    """Accept all but one case, each after a while."""
    for _ in range(cases - 1):
        page.wait_for_timeout(THINKING)
        item = page.locator(PAINTED).get_attribute("data-item")
        page.keyboard.press("a")
        page.locator(f'{PAINTED}:not([data-item="{item}"])').wait_for()
    print(f"key to next case painted: {spread(np.array(page.evaluate('window.__recurate.paints')))}")


if __name__ == "__main__":
    main()
