"""Work that calls back, as steps."""

from __future__ import annotations

from queue import SimpleQueue

import pytest

from curate.records import Step
from curate.workflows.reported import Report, steps_of


def test_reports_are_steps_and_what_was_made_comes_last():
    def work(report: Report) -> str:
        for n in range(3):
            report("compare", n, 3)
        return "made"

    def whole():
        made = yield from steps_of(work)
        yield made

    assert list(whole()) == [*(Step("compare", n, 3) for n in range(3)), "made"]


def test_an_error_of_the_work_is_raised_where_steps_are_taken():
    def work(report: Report) -> None:
        report("compare", 1, 2)
        raise KeyError("seven")

    steps = steps_of(work)
    assert next(steps) == Step("compare", 1, 2)
    with pytest.raises(KeyError, match="seven"):
        next(steps)


def test_who_stops_taking_steps_ends_the_work():
    stopped: SimpleQueue[BaseException] = SimpleQueue()

    def work(report: Report) -> None:
        try:
            while True:
                report("compare", 1, 2)
        except BaseException as reason:
            stopped.put(reason)
            raise

    steps = steps_of(work)
    next(steps)
    steps.close()
    assert "Abandoned" in repr(stopped.get_nowait())
