"""The Groups screen as somebody sees it who has a keyboard and nothing else."""

from __future__ import annotations

from typing import Any, Self

from playwright.sync_api import ElementHandle, Locator, Page, TimeoutError

from review_screens.screenshots import screenshot

PATIENCE = 90_000.0  # ms; an idle machine needs a hundredth of it, a busy one in CI may not


class CardPage:
    """Presses keys, and waits for what the card says of itself in its ``data-`` attributes."""

    SCREEN = "groups"
    NAME = "card"

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        page.set_default_timeout(PATIENCE)

    def open(self, query: str = "") -> Self:
        """Go to the screen and wait for the first card."""
        self.page.goto(f"{self.url}/{self.SCREEN}{query}")
        self.painted()
        return self

    @property
    def root(self) -> Locator:
        # Streamlit hides a desk that was left for another, and takes it away once its script has run.
        return self.page.locator(f"[data-recurate={self.NAME}]:visible")

    @property
    def item(self) -> str:
        return self._data("item")

    @property
    def unused(self) -> int:
        """Presses that the card did not use, as it counts them."""
        return int(self._data("unused"))

    @property
    def notice(self) -> str:
        return self.root.locator(".notice").inner_text()

    def painted(self, after: str = "") -> str:
        """Wait until a card other than ``after`` is painted; its item."""
        self.until("data.painted === 'true' && data.item !== argument", after)
        return self.item

    def back(self, item: str) -> None:
        """Wait until this item's card is painted."""
        self.until("data.painted === 'true' && data.item === argument", item)

    def connected(self) -> None:
        """Wait until Streamlit, too, is up: it takes over the early card, and its window hides a lost one."""
        busy = ".recurate-early, [role=dialog], [data-testid=stConnectionStatus]"
        self.until(f"!document.querySelector('{busy}')")

    def all_saved(self) -> None:
        """Wait until nothing is unsaved or being taken back."""
        self.until("data.unsaved === '0' && !root.querySelector('[data-saving=busy], [data-saving=trouble]')")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def decide(self, *keys: str) -> str:
        """Press keys of which the last one decides, and wait for the next card; the item decided.

        Like a person, waits while two decisions are unsaved: the card would not use the press.
        """
        self.until("data.painted === 'true' && data.unsaved < 2")
        decided = self.item
        self.press(*keys)
        self.painted(after=decided)
        return decided

    def until(self, condition: str, argument: Any = None) -> None:
        """Wait for a condition on ``root``, its ``data`` and ``argument``; looked at in every frame."""
        script = f"([root, argument]) => {{ const data = root.dataset; return {condition}; }}"
        root = self._handle()
        try:
            self.page.wait_for_function(script, arg=[root, argument], timeout=PATIENCE)
        except TimeoutError as error:
            said = root.evaluate("root => [{ ...root.dataset }, root.innerText]")
            screenshot(self.page, "timeout")
            raise AssertionError(f"{condition} with {argument!r} never held: {said}") from error

    def _data(self, name: str) -> str:
        return self.root.get_attribute(f"data-{name}") or ""

    def _handle(self) -> ElementHandle:
        return self.root.element_handle()
