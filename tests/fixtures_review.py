"""The review app and a login service, as real processes and sockets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from curate.workspace import Workspace
from oidc_provider import Provider, running_provider
from review_process import ReviewProcess

StartReview = Callable[..., ReviewProcess]


@pytest.fixture
def start_review(tmp_path: Path) -> Iterator[StartReview]:
    """``start_review(root, *arguments, **environment)`` starts an app; the test's end stops it."""
    started: list[ReviewProcess] = []

    def start(root: Path, *arguments: str, **environment: str) -> ReviewProcess:
        log = tmp_path / f"review-{len(started)}.log"
        started.append(ReviewProcess(root, log, environment, arguments))
        return started[-1].start()

    yield start
    for each in started:
        each.stop()
        with Workspace.open(each.root) as workspace:
            workspace.stop_database(force=True)  # a killed app could not


@pytest.fixture(scope="session")
def oidc_provider() -> Iterator[Provider]:
    with running_provider() as provider:
        yield provider
