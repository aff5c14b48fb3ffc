"""Measuring pairs: each is measured once per version of the checks, set of models and corrected mask."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from dataclasses import asdict
from typing import Any
from uuid import UUID

import numpy as np

from curate.capture.change_picture import change_map_image
from curate.capture.check import FINGERPRINT, judge, measure
from curate.capture.frames import decode_pair
from curate.capture.full_size import full_size_masks
from curate.capture.mask_files import full_mask, png, working_mask
from curate.capture.records import Evidence, Frame, PairCheck
from curate.capture.report_image import report_image
from curate.database import pair_checks, pair_votes, pairs
from curate.database.pair_checks import FILES, Measurement
from curate.database.pairs import PairRow, pair_id
from curate.database.tables import PairCheck as Row
from curate.errors import MediaDamagedError, MediaMissingError
from curate.workflows.pair_evidence import Models, pulled_models
from curate.workflows.pair_faults import measuring
from curate.workflows.pair_frames import frame_bytes
from curate.workflows.pair_lists import report_of
from curate.workflows.pair_records import IMAGE_SUFFIX, PairReport
from curate.workspace import Workspace

NOT_ASKED = "not asked"


def check(
    workspace: Workspace, pair: UUID | str, *, models: bool = True, viewer: str | None = None
) -> PairReport:
    """Measure a pair and store the verdict; what was measured so before is not measured again.

    What is answered is the current check from then on. A check with models answers for one without, too.

    Args:
        models: Ask the offline detector and embedder too, if they are pulled.

    Raises:
        NotFoundError: there is no such pair.
        PhotoError: a frame cannot be decoded, or is missing or damaged in the media store; or measuring them
            ended in an error of the program.
        MediaError: the media store does not answer or cannot be written.
    """
    with workspace.transaction() as session:
        row = pairs.find(session, str(pair), viewer)
    return check_row(workspace, row, pulled_models(workspace.settings) if models else None)


def fingerprint_with(models: Models | None) -> str:
    """Names the checks and the models that are asked; whatever changes a verdict changes it."""
    asked = f"{models.detector_fingerprint}/{models.embedder_fingerprint}" if models else NOT_ASKED
    return hashlib.sha256(f"{FINGERPRINT}/{asked}".encode()).hexdigest()


def check_row(workspace: Workspace, row: PairRow, models: Models | None) -> PairReport:
    """``check`` for a pair that was looked up, with models that may be loaded."""
    with measuring(row.public_id):
        return _check_row(workspace, row, models)


def _check_row(workspace: Workspace, row: PairRow, models: Models | None) -> PairReport:
    fingerprint = fingerprint_with(models)
    with workspace.transaction() as session:
        corrections = pair_checks.masks(session, row.pair.id)
        given_sha256 = corrections[0].sha256 if corrections else None
        what = Measurement(row.pair.id, fingerprint, given_sha256, fingerprint_with(None) if models else None)
        stored = pair_checks.find(session, what)
    # Pictures that were lost are made again: the same checks give the same ones.
    if stored and _has_pictures(workspace, stored):
        with workspace.transaction() as session:
            return report_of(row.public_id, pair_checks.again(session, stored))
    factual, counterfactual = _frames(workspace, row)
    given = workspace.media.get(what.given_mask_sha256, IMAGE_SUFFIX) if what.given_mask_sha256 else None
    measured = measure(factual, counterfactual, working_mask(given, factual) if given else None)
    evidence = models.evidence(factual, counterfactual, measured) if models else Evidence()
    checked = judge(measured, evidence)
    with workspace.claims() as claims:
        claims.share_writing()
        images = _stored_images(workspace, factual, counterfactual, checked, given)
        with workspace.transaction() as session:
            made = pair_checks.record(session, what, {**_told(checked, models), **images})
    return report_of(row.public_id, made)


def looked_at(workspace: Workspace, factual_sha256: str, counterfactual_sha256: str) -> PairCheck:
    """What the checks would say of two stored frames, without models; nothing is stored.

    Raises:
        PhotoError: as for ``check``.
    """
    files = (frame_bytes(workspace, sha256) for sha256 in (factual_sha256, counterfactual_sha256))
    with measuring(pair_id(factual_sha256, counterfactual_sha256)):
        return judge(measure(*decode_pair(*files, max_pixels=workspace.settings.max_pixels)))


def correct_mask(
    workspace: Workspace, pair: UUID | str, mask: bytes, by: str, viewer: str | None = None
) -> PairReport:
    """Store a corrected object mask and check the pair with it.

    Args:
        mask: 8-bit PNG of the factual's full upright size, white on the object.

    Raises:
        NotFoundError: there is no such pair.
        DecisionError: it was accepted, and the viewer does not judge pairs.
        PhotoError: the file is no such mask, or as for ``check``.
    """
    with workspace.transaction() as session:
        row = pairs.find(session, str(pair), viewer)
        pair_votes.refuse_withdrawal(session, row.pair.item_id, viewer)
    with measuring(row.public_id):
        working_mask(
            mask, _frames(workspace, row)[0]
        )  # refuses wrong sizes and kinds before anything is kept
    with workspace.claims() as claims:
        claims.share_writing()
        sha256 = workspace.media.put(mask, IMAGE_SUFFIX)
        with workspace.transaction() as session:
            pair_checks.hold(session, row.pair.id)
            pair_votes.refuse_withdrawal(session, row.pair.item_id, viewer)
            pair_checks.add_mask(session, row.pair.id, sha256, by)
    return check_row(workspace, row, pulled_models(workspace.settings))


def _has_pictures(workspace: Workspace, stored: Row) -> bool:
    try:
        for column in FILES:
            workspace.media.get(getattr(stored, column), IMAGE_SUFFIX)
    except (MediaMissingError, MediaDamagedError):
        return False
    return True


def _frames(workspace: Workspace, row: PairRow) -> tuple[Frame, Frame]:
    files = (frame_bytes(workspace, frame.sha256) for frame in (row.factual, row.counterfactual))
    return decode_pair(*files, max_pixels=workspace.settings.max_pixels)


def _stored_images(
    workspace: Workspace, factual: Frame, counterfactual: Frame, checked: PairCheck, given: bytes | None
) -> dict[str, str]:
    """sha256 of every picture by its column."""
    drawn = full_mask(given, factual) if given else None
    masks = full_size_masks(factual, counterfactual, checked, drawn)
    made: dict[str, Callable[[], bytes]] = {
        "mask_sha256": lambda: png(masks.mask),
        "effect_sha256": lambda: png(masks.effect),
        "alpha_sha256": lambda: png(masks.alpha),
        "change_sha256": lambda: change_map_image(checked),
        "report_sha256": lambda: report_image(factual, counterfactual, checked),
    }
    return {column: workspace.media.put(make(), IMAGE_SUFFIX) for column, make in made.items()}


def _told(checked: PairCheck, models: Models | None) -> dict[str, Any]:
    report = {
        "numbers": checked.numbers(),
        "models": f"{models.detector_name} and {models.embedder_name}" if models else NOT_ASKED,
    }
    return {
        "verdict": checked.verdict,
        "sentence": checked.sentence,
        "report": _json(report),
        "alignment": _json(asdict(checked.measured.alignment)) if _is_to_be_aligned(checked) else None,
    }


def _is_to_be_aligned(checked: PairCheck) -> bool:
    """A camera that moved so little that the pair can be mended is warned of, with the limit it passed."""
    return any(
        each.check == "shift" and each.verdict == "warn" and (each.number or 0) > (each.threshold or 0)
        for each in checked.findings
    )


def _json(value: Any) -> Any:
    """``value`` with what Postgres takes as JSON: no NaN, no infinity, no numpy."""
    if isinstance(value, dict):
        return {str(key): _json(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_json(each) for each in value]
    if isinstance(value, np.ndarray | np.generic):
        return _json(value.tolist())
    return None if isinstance(value, float) and not math.isfinite(value) else value
