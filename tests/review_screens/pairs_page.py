"""The Pairs screen as a photographer sees it."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from playwright.sync_api import Locator, Page, expect

PATIENCE = 90_000.0  # ms; a verdict takes seconds on an idle machine


class PairsPage:
    """Hands in files and looks at pairs."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        page.set_default_timeout(PATIENCE)

    def open(self, query: str = "") -> Self:
        self.page.goto(f"{self.url}/pairs{query}")
        self.page.locator("[data-recurate=pairs][data-state=ready]").wait_for()
        return self

    def begin_shoot(self, name: str = "kitchen, morning") -> Self:
        self.page.get_by_role("button", name="New shoot").click()
        form = self.page.get_by_role("form", name="New shoot")
        form.get_by_label("Name of the shoot").fill(name)
        form.get_by_label("Licence").fill("CC-BY-4.0")
        form.get_by_label("Consent of people and owners").fill("nobody in the picture")
        form.get_by_role("button", name="Begin", exact=True).click()
        expect(self.shoot).to_contain_text(name)
        return self

    def agree(self) -> Self:
        """Send what was dropped to the shoot that is shown."""
        self.page.get_by_role("group", name="Before anything is sent").get_by_role("button").click()
        return self

    @property
    def shoot(self) -> Locator:
        return self.page.get_by_role("region", name="Shoot", exact=True)

    def drop(self, *paths: Path) -> None:
        self.page.locator("input[type=file]").first.set_input_files(paths)

    def file(self, name: str) -> Locator:
        return self.page.locator(".file").filter(has_text=name)

    def pair(self, verdict: str) -> Locator:
        return self.page.locator(f".pair[data-verdict={verdict}]")

    def filter(self, label: str) -> Locator:
        return self.page.get_by_role("group", name="Show pairs").get_by_role("button", name=label)

    @property
    def detail(self) -> Locator:
        return self.page.locator(".detail")

    @property
    def banner(self) -> Locator:
        return self.page.locator(".banner")

    def measured(self, verdict: str) -> None:
        """Wait until the pair that is looked at has this verdict and its pictures."""
        expect(self.detail).to_have_attribute("data-verdict", verdict)
        self.painted()
        expect(self.page.locator(".outlines[data-drawn] canvas").first).to_be_attached()
        self.page.wait_for_function(
            "() => [...document.querySelectorAll('*')].every((host) => !host.shadowRoot"
            " || [...host.shadowRoot.querySelectorAll('.frame[src]')].every((image) => image.complete))"
        )

    def painted(self) -> None:
        """Wait until the pair that is looked at can be judged: what was not seen is not."""
        expect(self.page.locator(".viewer[data-seen]")).to_be_visible()
