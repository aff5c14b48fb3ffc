"""Hold the numbers of removal outputs against outputs of which all is known.

    python tests/benchmarks/removal_numbers.py             the held-out part: the published figures
    python tests/benchmarks/removal_numbers.py --tuning    the part that constants are chosen on

For every defect: how well its number separates outputs with the defect from clean ones, and from outputs with
another defect, as area under the ROC curve. Scenes are resampled for the interval, because the outputs of one
scene resemble each other. No model is asked, because none of these numbers depends on one. The first run
fetches 360 MB of scanned things and renders them.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from scipy.stats import mannwhitneyu

from composed_scenes import Part, fetch_things
from curate.measures.reasons import suggested_reasons
from curate.measures.records import RemovalNumbers
from curate.measures.removal_numbers import measure_removal
from removal_numbers_cases import scene_cases

AIM, FEWEST = 0.9, 40
"""Of the area under the curve; outputs with and without each defect."""
SCENES = {"tuning": 64, "held-out": 200}
"""A third are too large, two in five of the others show an effect: enough for ``FEWEST``."""
PROCESSES, RESAMPLES = 2, 1000
NUMBERS = {
    "residual object": "residual_object",
    "new object": "new_object",
    "background changed": "background_changed",
    "effect left": "effect_left",
}
"""Field of ``RemovalNumbers`` by defect."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One output's numbers, without its pixels."""

    name: str
    scene: int
    defect: str | None
    how: str
    fill: str
    numbers: RemovalNumbers
    reasons: tuple[str, ...]
    seconds: float

    def value(self, defect: str) -> float:
        """0 where the number cannot be told: nothing is suspected."""
        found: float | None = getattr(self.numbers, NUMBERS[defect])
        return found or 0.0


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--tuning", action="store_true", help="the other part")
    parser.add_argument("--scenes", type=int, help="only so many")
    parser.add_argument("--pictures", type=Path, help="write what was told worst into this folder")
    options = parser.parse_args()
    part: Part = "tuning" if options.tuning else "held-out"
    results = run(part, options.scenes or SCENES[part])
    print(f"Removal outputs, {part} part: {len(results)} of {len({r.scene for r in results})} scenes")
    met = [print_defect(results, defect) for defect in NUMBERS]
    print_reasons(results)
    if options.pictures:
        from removal_numbers_pictures import write_sheets

        write_sheets(part, results, options.pictures)
    return 0 if all(met) else 1


def run(part: Part, scenes: int) -> list[Measured]:
    fetch_things()
    with ProcessPoolExecutor(PROCESSES, initializer=cv2.setNumThreads, initargs=(1,)) as pool:
        futures = [pool.submit(measured_scene, part, number) for number in range(scenes)]
        for count, future in enumerate(as_completed(futures), start=1):
            print(f"{count} of {scenes} scenes", file=sys.stderr, flush=True)
            future.result()
        return [result for future in futures for result in future.result()]


def measured_scene(part: Part, number: int) -> list[Measured]:
    found = []
    for case in scene_cases(part, number):
        start = time.perf_counter()
        numbers = measure_removal(case.x, case.z, case.mask, case.region)
        seconds = time.perf_counter() - start
        known = (case.name, number, case.defect, case.how, case.fill)
        found.append(Measured(*known, numbers, suggested_reasons(numbers), seconds))
    return found


def print_defect(results: Sequence[Measured], defect: str) -> bool:
    """The lines of one defect; whether the aim is met."""
    spoilt = [r for r in results if r.defect == defect]
    clean = [r for r in results if r.defect is None]
    others = [r for r in results if r.defect not in (None, defect)]
    value, low, high = area(spoilt, clean, defect)
    enough = min(len(spoilt), len(clean)) >= FEWEST
    met = value >= AIM and enough
    print(
        f"\n{defect}: AUC {value:.3f} ({low:.3f}-{high:.3f}), {len(spoilt)} with it, {len(clean)} clean",
        end="",
    )
    print(f" (aim >= {AIM} of >= {FEWEST}) {'met' if met else 'MISSED'}")
    rows: list[tuple[str, list[Measured], list[Measured]]] = [("against other defects", spoilt, others)]
    for how in sorted({r.how.split(" ")[0] for r in spoilt}):
        rows.append((f"  {how}", [r for r in spoilt if r.how.split(" ")[0] == how], clean))
    rows += [(f"  clean: {how}", spoilt, [r for r in clean if r.how == how]) for how in hows(clean)]
    for fill in sorted({r.fill for r in results}):
        some, rest = ([r for r in group if r.fill == fill] for group in (spoilt, clean))
        rows.append((f"  fill: {fill}", some, rest))
    for label, some, rest in rows:
        if some and rest:
            print(
                "  {:<26}{:.3f} ({:.3f}-{:.3f})".format(label, *area(some, rest, defect)),
                len(some),
                len(rest),
            )
    print("  clean p50 p90 p95:", quantiles(clean, defect, (50, 90, 95)), end="; ")
    print("spoilt p5 p10 p50:", quantiles(spoilt, defect, (5, 10, 50)))
    return met


def area(spoilt: Sequence[Measured], rest: Sequence[Measured], defect: str) -> tuple[float, float, float]:
    """Area under the ROC curve and its 95 % interval over resampled scenes."""
    high, low = (np.array([r.value(defect) for r in some]) for some in (spoilt, rest))
    scenes = sorted({r.scene for r in (*spoilt, *rest)})
    place = {scene: number for number, scene in enumerate(scenes)}
    of_high, of_low = (np.array([place[r.scene] for r in some]) for some in (spoilt, rest))
    wins = (high[:, None] > low) + 0.5 * (high[:, None] == low)
    rng = np.random.default_rng(0)
    draws = []
    for _ in range(RESAMPLES):
        times = np.bincount(rng.integers(len(scenes), size=len(scenes)), minlength=len(scenes))
        weight = np.outer(times[of_high], times[of_low])
        if weight.any():
            draws.append(float((wins * weight).sum() / weight.sum()))
    found = mannwhitneyu(high, low).statistic / len(high) / len(low)
    first, last = np.quantile(draws, (0.025, 0.975))
    return float(found), float(first), float(last)


def quantiles(results: Sequence[Measured], defect: str, shares: Sequence[float]) -> str:
    found = np.percentile([r.value(defect) for r in results], shares)
    return " ".join(f"{value:.3f}" for value in found)


def hows(results: Sequence[Measured]) -> list[str]:
    return sorted({r.how for r in results})


def print_reasons(results: Sequence[Measured]) -> None:
    """How often the suggested reasons hold what is wrong, and how often a clean output gets any."""
    print("\nSuggested reasons (the first is prefilled)")
    for defect in (None, *NUMBERS):
        some = [r for r in results if r.defect == defect]
        first: dict[str, int] = {}
        for row in some:
            name = row.reasons[0] if row.reasons else "none"
            first[name] = first.get(name, 0) + 1
        told = ", ".join(
            f"{name} {count}" for name, count in sorted(first.items(), key=lambda item: -item[1])
        )
        print(f"  {defect or 'clean':<20}{len(some):>4}: {told}")
    print(f"  seconds, median: {np.median([r.seconds for r in results]):.2f}")


if __name__ == "__main__":
    sys.exit(main())
