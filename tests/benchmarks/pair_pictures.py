"""Contact sheets of pairs that were judged wrongly."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from composed_pairs import ComposedPair, Recipe
from composed_scenes import Part
from curate.capture.check import judge, measure
from curate.capture.frames import decode_pair
from pair_defects import compose_pair
from pair_judging import Judged

HEIGHT = 300
"""Pixels of a row."""
MOST = 12
"""Rows on a sheet."""
RED, BLUE, GREEN = (255, 0, 0), (0, 80, 255), (0, 170, 0)


def write_sheets(part: Part, results: Sequence[Judged], folder: Path) -> None:
    """One PNG per kind: factual, counterfactual, truth and findings side by side."""
    folder.mkdir(parents=True, exist_ok=True)
    wrong: dict[str, list[Judged]] = defaultdict(list)
    for result in results:
        if (result.verdict == "pass") != (result.kind == "good"):
            wrong[result.kind].append(result)
    for kind, some in wrong.items():
        rows = [_row(part, result) for result in some[:MOST]]
        width = max(row.shape[1] for row in rows)
        padded = [
            np.pad(row, ((0, 4), (0, width - row.shape[1]), (0, 0)), constant_values=255) for row in rows
        ]
        cv2.imwrite(str(folder / f"{part}-{kind.replace(' ', '-')}.png"), np.vstack(padded)[..., ::-1])


def _row(part: Part, result: Judged) -> NDArray[np.uint8]:
    pair = compose_pair(Recipe(part, result.kind, result.magnitude, result.index))
    frames = decode_pair(pair.factual, pair.counterfactual)
    check = judge(measure(*frames))
    factual, counterfactual = (np.rint(frame.working * 255).astype(np.uint8) for frame in frames)
    found = _tinted(
        factual, {RED: check.object_mask, BLUE: check.effect_mask, GREEN: check.measured.other_mask}
    )
    pictures = [factual, counterfactual, _truth(pair, factual), found]
    small = [cv2.resize(p, (p.shape[1] * HEIGHT // p.shape[0], HEIGHT)) for p in pictures]
    traits = pair.truth.traits
    label = (
        f"{result.magnitude} #{result.index} sigma {traits['sigma']} q {traits['quality']}: {result.sentence}"
    )
    title = np.full((22, sum(p.shape[1] for p in small), 3), 255, np.uint8)
    cv2.putText(title, label, (4, 16), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (0, 0, 0), 1, cv2.LINE_AA)
    return np.vstack([title, np.hstack(small)])


def _truth(pair: ComposedPair, factual: NDArray[np.uint8]) -> NDArray[np.uint8]:
    size = factual.shape[1::-1]
    masks = [pair.truth.object_mask, pair.truth.effect_mask()]
    small = [
        cv2.resize(mask.astype(np.uint8), size, interpolation=cv2.INTER_AREA).astype(bool) for mask in masks
    ]
    return _tinted(factual, dict(zip((RED, BLUE), small, strict=True)))


def _tinted(
    picture: NDArray[np.uint8], masks: dict[tuple[int, int, int], NDArray[np.bool_]]
) -> NDArray[np.uint8]:
    tinted = picture.copy()
    for colour, mask in masks.items():
        tinted[mask] = tinted[mask] // 2 + np.array(colour, np.uint8) // 2
    return tinted
