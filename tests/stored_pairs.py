"""Pairs in a workspace, with checks written down by hand: exports are tested without measuring."""

from __future__ import annotations

from uuid import UUID

import numpy as np

from curate.database import pair_checks
from curate.database import pairs as pair_rows
from curate.database.pair_checks import FILES, Measurement
from curate.workflows import pairs, review, shoots
from curate.workspace import Workspace
from pair_files import DrawnPair, png


def hand_in(
    workspace: Workspace,
    files: tuple[bytes, bytes],
    shoot: str = "kitchen",
    *,
    object_name: str | None = None,
    licence: str | None = "CC-BY-4.0",
    consent: str | None = None,
    credit: str | None = "Ada L.",
    held_out: bool = False,
    photographer: str = "ada",
) -> UUID:
    """Store factual and counterfactual and make them a pair."""
    place = shoots.create(
        workspace,
        shoot,
        photographer=photographer,
        licence=licence,
        consent=consent,
        credit=credit,
        held_out=held_out,
    )
    factual, counterfactual = (
        pairs.store_frame(workspace, data, "photo.jpg", by=photographer).sha256 for data in files
    )
    return pairs.hand_in(
        workspace, factual, counterfactual, shoot=place.public_id, by=photographer, object_name=object_name
    ).pair


def check_by_hand(
    workspace: Workspace,
    pair: UUID,
    mask: np.ndarray,
    *,
    dx: float | None = None,
    given_mask: str | None = None,
) -> None:
    """Store a check of ``pair``: a shadow below ``mask``, bool [H, W], and, with ``dx``, a moved camera.

    Args:
        dx: Pixels by which the counterfactual is to be moved back.
        given_mask: sha256 of the corrected mask it rests on.
    """
    effect = np.roll(mask, mask.shape[0] // 10, 0) & ~mask
    planes = {"mask_sha256": mask * 255, "effect_sha256": effect * 255, "alpha_sha256": effect * 90}
    images = {
        column: workspace.media.put(png(planes.get(column, mask).astype(np.uint8)), ".png")
        for column in FILES
    }
    matrix = [[1.0, 0.0, dx or 0.0], [0.0, 1.0, 0.0]]
    alignment = {"dx": dx or 0.0, "dy": 0.0, "rotation": 0.0, "scale": 1.0, "corner": abs(dx or 0.0)}
    alignment |= {"certain": True, "matrix": matrix, "overlap": 0.99}
    numbers = {"alignment": alignment, "light": {"ev": 0.01}, "swapped": False, "findings": []}
    with workspace.transaction() as session:
        key = pair_rows.find(session, str(pair)).pair.id
        pair_checks.record(
            session,
            Measurement(key, "by hand", given_mask),
            {
                "verdict": "warn" if dx else "pass",
                "sentence": "This is a good pair.",
                "report": {"numbers": numbers, "models": "not asked"},
                "alignment": alignment if dx else None,
                **images,
            },
        )


def accepted(workspace: Workspace, drawn: DrawnPair, shoot: str = "kitchen", **said: object) -> UUID:
    """Hand in, check and accept a drawn pair."""
    pair = hand_in(workspace, drawn.files, shoot, **said)
    check_by_hand(workspace, pair, drawn.mask)
    review.decide(workspace, str(pair), "accept", reviewer="bob")
    return pair
