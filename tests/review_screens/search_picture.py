"""The search screen for the README: drawn shelves, their things embedded by the offline model.

PYTHONPATH=tests:tests/benchmarks python tests/review_screens/search_picture.py
python tests/review_screens/readme_pictures.py
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import expect, sync_playwright
from sqlalchemy import select

from chain import forget_servers, last
from curate.database.tables import Object
from curate.vision.loading import load_embedder
from curate.workflows.embed import embed
from curate.workspace import Workspace
from drawn_shelves import PER_SHELF, SIGHTINGS
from many_groups import make_many_groups
from review_screens.running_app import running
from review_screens.screenshots import OPPOSITES, screenshot

# Crops in the window; those below it are not loaded before somebody scrolls there.
SHOWN = """() => {
  const seen = [...document.images].filter((each) => each.getBoundingClientRect().top < innerHeight);
  return seen.length > 10 && seen.every((each) => each.naturalWidth);
}"""


def main() -> None:
    """Keep ``search-found-<look>.png`` with the other screens."""
    forget_servers()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "ws"
        make_many_groups(root, SIGHTINGS, SIGHTINGS * PER_SHELF)
        with Workspace.open(root) as workspace:
            last(embed(workspace, load_embedder("sscd", workspace.settings.models_dir)))
            with workspace.transaction() as session:
                wanted = session.scalars(select(Object.public_id).order_by(Object.id).limit(1)).one()
            with running(workspace, Path(folder) / "review.log") as app:
                _take(f"{app.process.url}/search?object={wanted}")


def _take(address: str) -> None:
    expect.set_options(timeout=60_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--hide-scrollbars"]
        )
        for look in OPPOSITES:
            page = browser.new_page(viewport=look.viewport, color_scheme=look.scheme)
            page.goto(address)
            expect(page.get_by_text("most similar first")).to_be_visible()
            page.wait_for_function(SHOWN, timeout=60_000)
            screenshot(page, f"search-found-{look}")
        browser.close()


if __name__ == "__main__":
    main()
