"""A reviewer's window without a browser: decides card after card, and sends as the card's outbox does."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

from review_process import HEADERS

PAUSE = 0.05  # seconds; the browser waits longer, but a test has no time


@dataclass
class OutboxClient:
    """Sends under the same event id until there is an answer, one after the other."""

    url: str
    seed: int
    sent: set[str] = field(default_factory=set)
    acknowledged: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    seat: str = field(default_factory=lambda: str(uuid4()))
    again: int = 0
    """Attempts that got no answer."""

    def work(self, goes_on: Callable[[], bool]) -> None:
        """Decide cards while there are any and ``goes_on()``, asked before each."""
        dice = random.Random(self.seed)
        with httpx.Client(base_url=self.url, headers=HEADERS, timeout=10) as http:
            cards = self._insist(http, "cards", {"want": 4, "have": []})["cards"]
            while cards and goes_on():
                card, *ahead = cards
                answer = self._decide(http, card, dice.choice(["accept", "reject"]), ahead)
                cards = [*ahead, *answer["cards"]]

    def _decide(
        self, http: httpx.Client, card: dict[str, Any], verdict: str, ahead: list[dict[str, Any]]
    ) -> dict[str, Any]:
        event = str(uuid4())
        self.sent.add(event)
        said = {"event": event, "item": card["item"], "version": card["version"], "verdict": verdict}
        have = [each["item"] for each in (card, *ahead)]
        answer = self._insist(http, "decisions", {**said, "marks": {}, "want": 4 - len(ahead), "have": have})
        self.acknowledged.append(event)
        return answer

    def _insist(self, http: httpx.Client, path: str, fields: dict[str, Any]) -> dict[str, Any]:
        body = {"seat": self.seat, "desk": "review", **fields}
        while True:
            try:
                answer = http.post(f"/app/review/{path}", json=body)
            except httpx.TransportError:
                answer = None
            if answer is not None and answer.status_code == 200:
                return answer.json()
            assert answer is None or answer.status_code >= 500, answer.text
            self.again += 1
            time.sleep(PAUSE)
