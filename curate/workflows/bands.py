"""The similarity band of an embedder: given, or the registry's with its provenance."""

from __future__ import annotations

from curate.database import fingerprints
from curate.errors import NotFoundError
from curate.records import Band
from curate.vision.registry import find_card
from curate.workspace import Workspace


def given_or_default(workspace: Workspace, embedder: str | None, given: tuple[float, float] | None) -> Band:
    """``given`` as a band, or the default of the embedder whose vectors are mined.

    Raises:
        NotFoundError: nothing was embedded, or the embedder has no band at all.
    """
    if given is not None:
        return Band(given[0], given[1], "given")
    with workspace.transaction() as session:
        model = fingerprints.only(session, "embedder", embedder)
        name = model.name
    return default_band(name)


def default_band(embedder: str) -> Band:
    """The band on the card of an embedder.

    Raises:
        NotFoundError: it has none.
    """
    band = find_card(embedder).band
    if band is None:
        raise NotFoundError(f"The embedder {embedder} has no default band: say --band LOW HIGH.")
    return band
