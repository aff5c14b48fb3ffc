"""``curate doctor``: what disagrees, counted by kind."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

import typer

from curate.cli.context import open_workspace
from curate.cli.output import Json, result, result_json, say, table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from curate.workflows.findings import Finding

_SHOWN, _TOLD = 3, 1000
"""Findings of one kind that are named in the table, and to programs."""


@dataclass
class _Kind:
    """Findings that say the same of different things."""

    count: int = 0
    first: list[Finding] = field(default_factory=list)


def register(app: typer.Typer) -> None:
    app.command()(doctor)


def doctor(
    context: typer.Context,
    photos: Annotated[
        bool, typer.Option("--photos", help="Also read every photo again and compare.")
    ] = False,
    forget_vectors: Annotated[
        bool, typer.Option("--forget-vectors", help="Go on although all vectors of a model are lost.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Find and mend disagreements.

    Database, media store, search index and, with --photos, the photos themselves are compared.
    """
    from curate.workflows.doctor import examine_workspace

    with open_workspace(context) as workspace:
        kinds = _by_kind(examine_workspace(workspace, originals=photos, forget_vectors=forget_vectors))
    if as_json:
        result_json([row for kind in kinds for row in _rows(kind)])
        if any(kind.count > _TOLD for kind in kinds):
            say(f"Of each kind the first {_TOLD:,} are told; `alike` says how many there are.")
    elif not kinds:
        result("All is well.")
    else:
        columns = ("finding", "how many", "where", "what was done, or what to do")
        table(columns, [_line(kind) for kind in kinds])
        if any(kind.count > _SHOWN for kind in kinds):
            result(f"--json tells where the first {_TOLD:,} of each kind are.")
    if not all(kind.first[0].mended for kind in kinds):
        raise typer.Exit(1)


def _by_kind(findings: Iterable[Finding]) -> list[_Kind]:
    """In the order in which each kind came first; not all findings are kept, there may be millions."""
    kinds: dict[tuple[str, bool], _Kind] = {}
    for each in findings:
        kind = kinds.setdefault((each.what, each.mended), _Kind())
        kind.count += 1
        if len(kind.first) < _TOLD:
            kind.first.append(each)
    return list(kinds.values())


def _line(kind: _Kind) -> tuple[str, str, str, str]:
    first = kind.first[0]
    where = [each.subject for each in kind.first[:_SHOWN]]
    if kind.count > len(where):
        where.append(f"and {kind.count - len(where):,} more")
    advice = dict.fromkeys(each.advice for each in kind.first[:_SHOWN])
    done = "mended" if first.mended else "\n".join(advice)
    return first.what, f"{kind.count:,}", "\n".join(where), done


def _rows(kind: _Kind) -> list[dict[str, object]]:
    keys = ("what", "subject", "mended", "advice")
    return [{key: getattr(each, key) for key in keys} | {"alike": kind.count} for each in kind.first]
