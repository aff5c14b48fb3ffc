"""``curate export removal`` and ``insertion-pairs``: accepted counterfactual pairs."""

from __future__ import annotations

from functools import partial
from typing import Literal

import typer

from curate.cli.export_options import (
    AllowUnknownRights,
    Format,
    IncludeAutomatic,
    Name,
    Seed,
    Shares,
    To,
    Version,
    write,
)
from curate.cli.output import Json

_REMOVAL = """For object removal, from accepted counterfactual pairs.

Each record is a photo with an object, the object's mask, and the photo without it; the mask of its
shadow and reflections comes along. Pairs of held-out shoots always go to the split test.
"""
_INSERTION = """For object insertion: the same pairs the other way round.

Each record is the object pasted into the photo without it, the object's mask, and the photo with it,
whose shadow and reflections are to be learned. Pairs of held-out shoots always go to the split test.
"""


def register(app: typer.Typer) -> None:
    _register(app, "removal", _REMOVAL)
    _register(app, "insertion-pairs", _INSERTION)


def _register(app: typer.Typer, task: Literal["removal", "insertion-pairs"], text: str) -> None:
    """The command that exports accepted pairs as ``task``."""

    @app.command(task, help=text)
    def export(
        context: typer.Context,
        name: Name,
        to: To,
        version: Version = "1",
        format_name: Format = "imagefolder",
        include_automatic: IncludeAutomatic = False,
        allow_unknown_rights: AllowUnknownRights = False,
        shares: Shares = (80, 10, 10),
        seed: Seed = 0,
        as_json: Json = False,
    ) -> None:
        from curate.workflows.export_pairs import PairOptions, export_pairs

        options = PairOptions(
            name=name,
            version=version,
            format=format_name,
            include_automatic=include_automatic,
            allow_unknown_rights=allow_unknown_rights,
            shares=shares,
            seed=seed,
        )
        write(context, partial(export_pairs, task), options, to, "pair", as_json)
