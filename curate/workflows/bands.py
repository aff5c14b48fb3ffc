"""The similarity band of an embedder: given, or the registry's with its provenance."""

from __future__ import annotations

from curate.errors import NotFoundError
from curate.records import Band
from curate.vision.embedder_cards import EMBEDDERS

NOT_MEASURED_SAID = "The band of this embedder was not measured: look at the groups and set --band LOW HIGH."


def own(embedder: str | None) -> Band | None:
    """The registry's band of the embedder with this name; None if it has none."""
    return next((card.band for card in EMBEDDERS if card.name == embedder), None)


def given_or_default(embedder: str, given: Band | None) -> Band:
    """``given``, or the embedder's own: also where ``given`` has its very numbers, so that both are one run.

    Raises:
        NotFoundError: nothing is given, and the embedder has no band of its own.
    """
    default = own(embedder)
    if given is not None and (default is None or (default.low, default.high) != (given.low, given.high)):
        return given
    if default is None:
        raise NotFoundError(f"The embedder {embedder} has no default band: say --band LOW HIGH.")
    return default
