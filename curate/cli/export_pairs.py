"""``curate export removal`` and ``insertion-pairs``: accepted counterfactual pairs."""

from __future__ import annotations

from functools import partial
from typing import Any, Literal

import typer

from curate.cli.export_command import Asked, export_command

_REMOVAL = """For object removal, from accepted counterfactual pairs.

Each record is a photo with an object, the object's mask, and the photo without it; the mask of its
shadow and reflections comes along. Pairs of held-out shoots always go to the split test.
"""
_INSERTION = """For object insertion: the same pairs the other way round.

Each record is the object pasted into the photo without it, the object's mask, and the photo with it,
whose shadow and reflections are to be learned. Pairs of held-out shoots always go to the split test.
"""


def register(app: typer.Typer) -> None:
    export_command(app, "removal", "pair", partial(_pairs, "removal"), _REMOVAL)
    export_command(app, "insertion-pairs", "pair", partial(_pairs, "insertion-pairs"), _INSERTION)


def _pairs(task: Literal["removal", "insertion-pairs"], **common: Any) -> Asked:
    from curate.workflows.export_pairs import PairOptions, export_pairs

    return partial(export_pairs, task), PairOptions(**common)
