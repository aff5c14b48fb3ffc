"""Hold removers against photos that were taken, or rendered, without the object."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from statistics import mean
from typing import TYPE_CHECKING

import numpy as np

from curate.errors import CurateError, ModelError, RemovalError
from curate.measures.against_truth import TruthNumbers, measure_against_truth
from curate.records import Step
from curate.vision.interfaces import RGB, Mask, Remover
from curate.vision.regions import bounds
from curate.vision.working_region import default_dilation, dilated, remove_object
from curate.workflows.pair_evidence import Models
from curate.workflows.truth_cases import Pixels, TruthCase

if TYPE_CHECKING:
    from curate.vision.lpips import Lpips

STAGE = "evaluate"
COPY = "nothing removed"
"""The input as it is: what every remover has to beat."""
BEST = "best possible"
"""The truth in the mask and in the effect, the input elsewhere. What is left is noise between the two photos:
no remover that leaves the rest of a photo alone comes nearer."""
EQUAL_DB = 100.0
"""PSNR of equal pixels, so that there are means."""


@dataclass(frozen=True, slots=True)
class Judges:
    """What is asked beside PSNR and SSIM."""

    lpips: Lpips | None = None
    models: Models | None = None
    """Their embedder compares output and truth in the box around the mask."""


@dataclass(frozen=True, slots=True)
class Score:
    """One output against its truth."""

    case: str
    by: str
    """A remover's name, ``COPY`` or ``BEST``."""
    numbers: dict[str, float]
    """``psnr_whole`` in dB, ``ssim_inside``, ``lpips_outside`` and so on, ``cosine``, ``seconds``; what
    nobody measured is not there. Inside is the mask that removers were given, outside all around it."""


@dataclass(frozen=True, slots=True)
class Unscored:
    """What failed."""

    case: str
    by: str | None
    """None: the case cannot be read."""
    reason: str


@dataclass(slots=True)
class Evaluation:
    """What a run has found so far."""

    scores: list[Score] = field(default_factory=list)
    failed: list[Unscored] = field(default_factory=list)

    def shared_cases(self) -> set[str]:
        """Cases that every remover could do: only over the same cases can they be compared."""
        done = [{each.case for each in self.scores if each.by == name} for name in self.names()]
        return set.intersection(*done) if done else set()

    def means(self) -> dict[str, dict[str, float]]:
        """Mean of every number over ``shared_cases`` by name, in the order of ``names``."""
        shared = self.shared_cases()
        rows = {
            name: [each.numbers for each in self.scores if each.by == name and each.case in shared]
            for name in self.names()
        }
        return {
            name: {key: mean(row[key] for row in some) for key in some[0] if all(key in row for row in some)}
            for name, some in rows.items()
            if some
        }

    def names(self) -> list[str]:
        """``COPY``, the removers that could do any, ``BEST``; nothing if none could."""
        removers = dict.fromkeys(each.by for each in self.scores if each.by not in (COPY, BEST))
        return [COPY, *removers, BEST] if removers else []


OnOutput = Callable[[Pixels, Mask, RGB, Score], None]
"""Told about every output: its case, the mask that was given, the output, its score."""


def evaluate(
    evaluation: Evaluation,
    cases: Sequence[TruthCase],
    removers: Sequence[Remover],
    judges: Judges,
    *,
    dilation: int | None = None,
    on_output: OnOutput | None = None,
) -> Iterator[Step]:
    """Score every remover on every case; progress after each case. What fails is noted and the run goes on.

    Args:
        evaluation: Gets the scores.
        dilation: Pixels to widen masks by; None takes the rule of ``curate remove``.

    Raises:
        ModelError: a remover or judge cannot work at all.
    """
    yield Step(STAGE, 0, len(cases))
    for done, case in enumerate(cases, start=1):
        try:
            pixels = case.read()
            mask = _widened(pixels.mask, dilation)
            for by, output, seconds in _outputs(evaluation, case.name, pixels, mask, removers, dilation):
                score = Score(case.name, by, _numbers(pixels, mask, output, judges) | seconds)
                evaluation.scores.append(score)
                if on_output:
                    on_output(pixels, mask, output, score)
        except ModelError:
            raise
        except CurateError as error:
            evaluation.failed.append(Unscored(case.name, None, str(error)))
        yield Step(STAGE, done, len(cases), len({each.case for each in evaluation.failed}))


def _widened(mask: Mask, dilation: int | None) -> Mask:
    box = bounds(mask)
    if box is None:
        raise RemovalError("The mask shows no object.")
    return dilated(mask, box, default_dilation(box) if dilation is None else dilation)


def _outputs(
    evaluation: Evaluation,
    case: str,
    pixels: Pixels,
    mask: Mask,
    removers: Sequence[Remover],
    dilation: int | None,
) -> Iterator[tuple[str, RGB, dict[str, float]]]:
    """By whom, pixels, and the seconds that a remover took."""
    yield COPY, pixels.photo, {}
    for remover in removers:
        try:
            removed = remove_object(remover, pixels.photo, pixels.mask, dilation=dilation)
        except RemovalError as error:
            evaluation.failed.append(Unscored(case, remover.name, str(error)))
            continue
        yield remover.name, removed.pixels, {"seconds": removed.seconds}
    done = (mask | pixels.effect)[..., None]
    yield BEST, np.where(done, pixels.truth, pixels.photo), {}


def _numbers(pixels: Pixels, mask: Mask, output: RGB, judges: Judges) -> dict[str, float]:
    box = bounds(mask)
    found = measure_against_truth(
        output,
        pixels.truth,
        mask,
        lpips=judges.lpips.distances(output, pixels.truth) if judges.lpips else None,
        feature_cosine=judges.models.cosine([output, pixels.truth], box) if judges.models and box else None,
    )
    return _flat(found)


def _flat(found: TruthNumbers) -> dict[str, float]:
    parts = {"whole": found.whole, "inside": found.inside, "outside": found.outside}
    named = {
        f"{number}_{part}": getattr(near, number)
        for number in ("psnr", "ssim", "lpips")
        for part, near in parts.items()
    }
    named |= {"cosine": found.feature_cosine}
    return {name: min(value, EQUAL_DB) for name, value in named.items() if value is not None}
