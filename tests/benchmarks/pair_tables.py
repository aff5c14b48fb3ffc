"""What the benchmark of truth found, as text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from composed_scenes import Part
from curate.shares import Share
from pair_defects import DEFECTS
from pair_judging import Judged

GOOD_AIM, CAUGHT_AIM = 0.99, 0.95
LIMITS = (
    ("shift error, median", "shift_error", 50, 0.05, "px"),
    ("shift error, p95", "shift_error", 95, 0.15, "px"),
    ("EV error, p95", "ev_error", 95, 0.02, "EV"),
    ("object mask IoU, median", "object_iou", 50, 0.85, ""),
    ("effect mask IoU, median", "effect_iou", 50, 0.60, ""),
)
"""What, field, percentile, aim, unit."""
COLUMNS = f"{'share':>7}  {'95 %':<12}"
"""Over what ``figures`` writes."""


def print_tables(part: Part, results: Sequence[Judged]) -> None:
    good = [result for result in results if result.kind == "good"]
    bad = [result for result in results if result.kind != "good"]
    kinds = len({result.kind for result in bad})
    print(f"Counterfactual pairs, {part} part: {len(good)} good, {len(bad)} bad of {kinds} kinds")
    _print_bad(bad)
    _print_good(good)
    _print_numbers(results)
    print("\nAims")
    for line in aims(good, bad, results):
        print(f"  {line}")


def _print_bad(bad: Sequence[Judged]) -> None:
    print(f"\n{'defect':<16}{'magnitude':>10}{'n':>5}{'caught':>8}{COLUMNS}{'failed':>7}  called")
    for name, kind in DEFECTS.items():
        for magnitude in kind.counts:
            rows = [r for r in bad if r.kind == name and r.magnitude == magnitude]
            if not rows:
                continue
            caught = share(rows, is_caught)
            called = Counter(row.called[0] if row.called else "nothing" for row in rows)
            size = "" if magnitude is None else f"{magnitude} {kind.unit}"
            said = ", ".join(f"{check} {count}" for check, count in called.most_common(4))
            failed = sum(row.verdict == "fail" for row in rows)
            print(
                f"{name:<16}{size:>10}{caught.total:>5}{caught.hits:>8}{figures(caught)}{failed:>7}  {said}"
            )


def _print_good(good: Sequence[Judged]) -> None:
    print(f"\n{'good pairs':<26}{'n':>5}{'passed':>8}{COLUMNS}{'warned':>7}{'failed':>7}  called")
    rows: list[tuple[str, Callable[[Judged], bool]]] = [("all", lambda _: True)]
    rows += [(f"noise sigma {s:g}", lambda r, s=s: r.traits["sigma"] == s) for s in values(good, "sigma")]
    rows += [
        (f"JPEG {q}" if q else "PNG", lambda r, q=q: r.traits["quality"] == q)
        for q in values(good, "quality")
    ]
    for low, high in ((0, 0.35), (0.35, 0.6), (0.6, 1)):
        rows.append((f"shadow {low:.0%}-{high:.0%}", lambda r, a=low, b=high: a < r.traits["shadow"] <= b))
    rows += [(f"light: {name}", lambda r, n=name: r.traits["light"] == n) for name in values(good, "light")]
    rows += [("glossy surface", lambda r: r.traits["gloss"] > 0)]
    rows += [("camouflaged object", lambda r: r.traits["camouflage"] > 0)]
    for low, high in ((0, 0.05), (0.05, 0.15), (0.15, 1)):
        rows.append(
            (f"object {low:.0%}-{high:.0%}", lambda r, a=low, b=high: a < r.traits["object_share"] <= b)
        )
    for name, chosen in rows:
        some = [row for row in good if chosen(row)]
        if some:
            passed = share(some, lambda row: row.verdict == "pass")
            warned, failed = (sum(row.verdict == verdict for row in some) for verdict in ("warn", "fail"))
            called = Counter(row.called[0] for row in some if row.called)
            said = ", ".join(f"{check} {count}" for check, count in called.most_common(4))
            print(
                f"{name:<26}{passed.total:>5}{passed.hits:>8}{figures(passed)}{warned:>7}{failed:>7}  {said}"
            )


def _print_numbers(results: Sequence[Judged]) -> None:
    print(f"\n{'against truth':<22}{'n':>5}{'p10':>8}{'median':>8}{'p95':>8}")
    for name in ("shift_error", "ev_error", "object_iou", "effect_iou", "seconds"):
        numbers = [value for row in results if (value := getattr(row, name)) is not None]
        if numbers:
            low, middle, high = np.percentile(numbers, (10, 50, 95))
            print(f"{name.replace('_', ' '):<22}{len(numbers):>5}{low:>8.3f}{middle:>8.3f}{high:>8.3f}")


def aims(good: Sequence[Judged], bad: Sequence[Judged], results: Sequence[Judged]) -> Iterable[str]:
    """One line for every figure that was aimed at."""
    if good:
        yield _aim("good pairs that pass", share(good, lambda row: row.verdict == "pass"), GOOD_AIM)
    for name, kind in DEFECTS.items():
        rows = [r for r in bad if r.kind == name and kind.aim is not None and _counts(r.magnitude, kind.aim)]
        if rows:
            label = f"{name} >= {kind.aim:g} {kind.unit}" if kind.aim else name
            yield _aim(f"caught: {label}", share(rows, is_caught), CAUGHT_AIM)
    for label, field, percentile, limit, unit in LIMITS:
        numbers = [value for row in results if (value := getattr(row, field)) is not None]
        if numbers:
            number = float(np.percentile(numbers, percentile))
            less = "error" in field
            met = number <= limit if less else number >= limit
            aim = f"aim {'<=' if less else '>='} {limit:g}"
            yield f"{label:<34}{number:.3f} {unit} of {len(numbers)} ({aim}) {_word(met)}"


def _counts(magnitude: float | str | None, aim: float) -> bool:
    return not isinstance(magnitude, float | int) or magnitude >= aim


def _aim(label: str, caught: Share, aim: float) -> str:
    value = caught.value or 0.0
    low, high = caught.interval
    figure = f"{value:.1%} ({low:.1%}-{high:.1%}) of {caught.total}"
    return f"{label:<34}{figure} (aim >= {aim:.0%}) {_word(value >= aim)}"


def _word(met: bool) -> str:
    return "met" if met else "MISSED"


def is_caught(row: Judged) -> bool:
    return row.verdict != "pass"


def share(rows: Sequence[Judged], chosen: Callable[[Judged], bool]) -> Share:
    return Share(sum(map(chosen, rows)), len(rows))


def figures(counted: Share) -> str:
    low, high = counted.interval
    return f"{counted.value:>7.0%}  {f'{low:.0%}-{high:.0%}':<12}"


def values(rows: Sequence[Judged], trait: str) -> list[float | str]:
    return sorted({row.traits[trait] for row in rows}, key=lambda value: (value is None, value))
