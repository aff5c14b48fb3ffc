"""Contact sheets of the removal outputs that a number tells worst."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from composed_scenes import Part
from removal_numbers import NUMBERS, Measured
from removal_numbers_cases import Case, Pixels, scene_cases

HEIGHT, MOST = 260, 6
"""Pixels of a row; outputs of each kind on a sheet."""
GREEN, RED = (0, 170, 0), (255, 0, 0)


def write_sheets(part: Part, results: Sequence[Measured], folder: Path) -> None:
    """One PNG per defect: spoilt outputs with the lowest numbers, then clean ones with the highest."""
    folder.mkdir(parents=True, exist_ok=True)
    for defect in NUMBERS:
        ordered = sorted(results, key=lambda r: r.value(defect))
        missed = [r for r in ordered if r.defect == defect][:MOST]
        suspected = [r for r in reversed(ordered) if r.defect is None][:MOST]
        rows = [_row(part, result, defect) for result in (*missed, *suspected)]
        width = max(row.shape[1] for row in rows)
        sheet = [np.pad(row, ((0, 4), (0, width - row.shape[1]), (0, 0))) for row in rows]
        cv2.imwrite(str(folder / f"{part}-{defect.replace(' ', '-')}.png"), np.vstack(sheet)[..., ::-1])


def _row(part: Part, result: Measured, defect: str) -> Pixels:
    """Input with the mask's outline, and output, both cut to the region."""
    case = next(case for case in scene_cases(part, result.scene) if case.name == result.name)
    outline, _ = cv2.findContours(case.mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    drawn = cv2.drawContours(case.x.copy(), outline, -1, GREEN, 2)
    row = np.hstack([_cut(drawn, case), _cut(case.z, case)])
    return cv2.putText(row, f"{result.value(defect):.3f} {case.name} {case.fill}", (4, 14), 0, 0.4, RED)


def _cut(photo: Pixels, case: Case) -> Pixels:
    region = case.region
    part = photo[int(region.y) : int(region.bottom), int(region.x) : int(region.right)]
    return cv2.resize(
        part, (round(HEIGHT * part.shape[1] / part.shape[0]), HEIGHT), interpolation=cv2.INTER_AREA
    )
