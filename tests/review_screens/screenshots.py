"""Sizes and themes that the screens are looked at in, and where the pictures go."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import Page, ViewportSize, expect

FOLDER = Path(__file__).parents[2] / "ci-artifacts" / "screens"


@dataclass(frozen=True)
class Look:
    scheme: Literal["light", "dark"]
    width: int
    height: int

    @property
    def viewport(self) -> ViewportSize:
        return {"width": self.width, "height": self.height}

    def __str__(self) -> str:
        return f"{self.scheme}-{self.width}x{self.height}"


STANDARD = Look("light", 1280, 800)
LOOKS = (STANDARD, Look("dark", 1280, 800), Look("light", 1920, 1080), Look("dark", 1920, 1080))
OPPOSITES = (LOOKS[0], LOOKS[3])
"""Both sizes and both themes in two pictures."""


def screenshot(page: Page, name: str) -> None:
    """Keep what the window shows as ``ci-artifacts/screens/<name>.png``."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
    page.evaluate("() => document.fonts.ready.then(() => null)")
    page.screenshot(path=FOLDER / f"{name}.png", animations="disabled")
