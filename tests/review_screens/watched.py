"""What goes wrong in a page without anybody seeing it: console errors, exceptions, failed requests."""

from __future__ import annotations

import re
from weakref import WeakKeyDictionary

from playwright.sync_api import ConsoleMessage, Page, Request, Response

# On a page below the root Streamlit's own scripts look for their server beside the page first.
_STREAMLIT = re.compile(r"/(groups|removals|pairs|search|progress)/_stcore/(health|host-config)")

_watched: WeakKeyDictionary[Page, Watched] = WeakKeyDictionary()


class Watched:
    """Collects the problems of one page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._seen: list[str] = []
        self._expected = [_STREAMLIT]
        page.on("console", self._console)
        page.on("pageerror", lambda error: self._seen.append(f"exception: {error}"))
        page.on("requestfailed", self._failed)
        page.on("response", self._answered)
        _watched[page] = self

    @classmethod
    def of(cls, page: Page) -> Watched:
        return _watched[page]

    def expect(self, pattern: str) -> None:
        """Problems that match this regular expression belong to the test."""
        self._expected.append(re.compile(pattern))

    @property
    def problems(self) -> list[str]:
        return [each for each in self._seen if not any(p.search(each) for p in self._expected)]

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._seen.append(f"console: {message.text} ({message.location.get('url')})")

    def _failed(self, request: Request) -> None:
        # A page that goes takes its unfinished downloads with it.
        if request.failure != "net::ERR_ABORTED":
            self._seen.append(f"failed: {request.method} {request.url} {request.failure}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self._seen.append(f"{response.status}: {response.request.method} {response.url}")
