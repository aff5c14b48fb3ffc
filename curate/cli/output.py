"""How commands speak: results on stdout, everything else on stderr, bars only on a terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from curate import plurals

if TYPE_CHECKING:
    from rich.progress import Progress

    from curate.records import Step

Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON on standard output.")]

_IDS, _DIGITS = 5, 8

count = plurals.count


def say(text: str) -> None:
    """A line for the person who watches, on standard error."""
    print(text, file=sys.stderr, flush=True)


def result(text: str) -> None:
    """A line that is the answer, on standard output."""
    print(text, flush=True)


def result_json(value: object) -> None:
    """The answer for a program. Sorted keys, so that two answers can be compared as text."""
    print(json.dumps(value, indent=2, sort_keys=True, default=str, ensure_ascii=False), flush=True)


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table on standard output; plain columns when it is not a terminal."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        drawn.add_column(column, overflow="fold")
    for row in rows:
        # Text, not str: file names may hold square brackets, which Rich would read as markup.
        drawn.add_row(*(Text(str(cell)) for cell in row))
    Console(soft_wrap=not sys.stdout.isatty(), width=None if sys.stdout.isatty() else 200).print(drawn)


def follow(steps: Iterable[Step]) -> Mapping[str, Any]:
    """Run a workflow to its end with a bar on a terminal; the summary of its last step."""
    shown = _with_bar(steps) if sys.stderr.isatty() else steps
    summary: Mapping[str, Any] = {}
    try:
        for step in shown:
            summary = step.summary or summary
    except KeyboardInterrupt:
        for each in (shown, steps):
            if isinstance(each, Generator):
                each.close()  # now: a traceback may keep it, and what it began on a thread, until that ends
        raise
    return summary


@contextmanager
def counting(what: str) -> Iterator[Callable[[int, int], None]]:
    """What a workflow calls with the number of things done and to do; a bar on a terminal."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    with _bar() as progress:
        bar = progress.add_task(what, total=None)
        yield lambda done, total: progress.update(bar, completed=done, total=total)


def _bar() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description:<8}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)


def _with_bar(steps: Iterable[Step]) -> Iterable[Step]:
    with _bar() as progress:
        bars: dict[str, Any] = {}
        for step in steps:
            if step.stage not in bars:
                bars[step.stage] = progress.add_task(step.stage, total=step.total)
            failed = f" ({step.failed} failed)" if step.failed else ""
            progress.update(
                bars[step.stage], completed=step.done, total=step.total, description=step.stage + failed
            )
            yield step


def some_ids(ids: Sequence[object], where: str = " (--json lists all)") -> str:
    """The starts of at most five ids, which commands take for whole ones, and how many more there are."""
    more = f" and {len(ids) - _IDS} more{where}" if len(ids) > _IDS else ""
    return ", ".join(str(each)[:_DIGITS] for each in ids[:_IDS]) + more
