"""What an analysis says, in sentences and rows, for the command, the folder of plots and the review app."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from curate.plurals import count

Json = Mapping[str, Any]

PAPER = (
    {"corpus": "COCO (boxes by people)", "photos": 108_151, "objects": 362_684,
     "with_1": {"hits": 31_445, "value": 0.087}, "with_3": {"hits": 17_119, "value": 0.047}},
    {"corpus": "Open Images (boxes by people)", "photos": 1_743_042, "objects": 8_067_907,
     "with_1": {"hits": 471_091, "value": 0.058},
     "with_3": {"hits": 64_991, "value": 0.024, "doubtful": True}},
    {"corpus": "Web (boxes by a detector)", "photos": 47_992_480, "objects": 55_232_441,
     "with_1": {"hits": 9_947_017, "value": 0.18}, "with_3": {"hits": 4_550_770, "value": 0.082}},
)  # fmt: skip
"""ObjectMate (arXiv 2412.08645), table 1, at its features and its band 0.93 to 0.975; shares as printed."""

PAPER_NOTE = (
    "The other rows are printed in ObjectMate's table 1 (arXiv 2412.08645), for its own features and the "
    "band 0.93 to 0.975. Starred: 64,991 of 8,067,907 objects are 0.8 %, not the 2.4 % printed beside it; "
    "one of the two is a misprint."
)
HOW_COUNTED = (
    "An object is counted if something inside the band was found in at least so many other photos; photos "
    "that are near-duplicates count as one."
)
NOTHING_JUDGED = (
    "Nobody has judged a pair of this run yet: type `curate review`, judge some groups, and analyse again."
)


FEW_PAIRS = 20
"""Judged pairs below which the interval of their share is wider than 40 points."""
TOO_FEW_TO_GROW = "Too few objects recur to see how their share grows: that needs ten in each of three sizes."
MOST_CLASSES = 20
"""Drawn in a plot."""


def corpora(result: Json) -> list[Json]:
    """The counts of the workspace, then those of the paper."""
    return [{"corpus": "this workspace", **result["counts"]}, *PAPER]


def share_of(row: Json, k: int) -> str:
    """The share of a row's objects in at least ``k`` other photos, with a star if it may be a misprint."""
    share = row[f"with_{k}"]
    return percent(share["value"]) + ("*" if share.get("doubtful") else "")


def percent(value: float | None) -> str:
    """``0.87 %``: two digits that count."""
    if value is None:
        return "-"
    return f"{100 * value:.0f} %" if value >= 0.1 or not value else f"{100 * value:.2g} %"


def counted(result: Json) -> str:
    """The second way of counting, and whether the corpus has changed since it was mined."""
    counts = result["counts"]
    if counts["nearest_1_in_band"] is None:
        said = HOW_COUNTED
    else:
        said = (
            f"{HOW_COUNTED} Counted the other way, by objects whose nearest 1 or 3 all lie in the band, it "
            f"is {counts['nearest_1_in_band']:,} and {counts['nearest_3_in_band']:,}."
        )
    return f"{said} {changed(result)}".strip()


def changed(result: Json) -> str:
    """A warning if the objects are not those that were mined, else nothing."""
    now, then = result["counts"]["objects"], result["counts"]["objects_when_mined"]
    if then is None or now == then:
        return ""
    now_there = f"there {'is' if now == 1 else 'are'} {now:,}"
    return f"This run was mined of {count(then, 'object')}, and now {now_there}: type `curate mine` first."


def nearest(result: Json) -> str:
    """Where the three nearest lie, and of how many objects."""
    found, band = result["nearest"], result["band"]
    if not found["bins"]:
        return "There is no object in any other photo to compare with."
    lie = found["all"]
    total = max(1, sum(lie.values()))
    whose = (
        f"all {count(found['of'], 'object')}"
        if found["objects"] == found["of"]
        else f"{found['objects']:,} of {count(found['of'], 'object')}, drawn at random"
    )
    return (
        f"The three nearest in other photos of {whose}: {percent(lie['below'] / total)} below the band "
        f"{band['low']:g} to {band['high']:g}, {percent(lie['inside'] / total)} inside, "
        f"{percent(lie['above'] / total)} above."
    )


def precision(result: Json) -> str:
    """What was judged, and what that cannot say."""
    found = result["precision"]
    if not found["pairs"]:
        return NOTHING_JUDGED
    inside, said = found["band"], few_judged(result)
    if inside["total"]:
        judged = count(inside["total"], "judged pair is", "judged pairs are")
        said += (
            f"Inside the band {percent(inside['value'])} ({percent(inside['low'])} to "
            f"{percent(inside['high'])}) of {judged} the same thing. "
        )
    return (
        f"{said}People settled {count(found['pairs'], 'pair')}: {found['same']:,} the same, "
        f"{found['different']:,} different, {found['variant']:,} another variant, which is not the same. "
        "These are the pairs that were shown to them, not a random sample of all pairs. Intervals: 95 % "
        "(Clopper-Pearson, as if pairs of one group were independent)."
    )


def few_judged(result: Json) -> str:
    """A warning if too few pairs were judged to say much, else nothing."""
    pairs = result["precision"]["pairs"]
    if pairs >= FEW_PAIRS:
        return ""
    judged = count(pairs, "pair was", "pairs were")
    return f"Only {judged} judged, and fewer than {FEW_PAIRS} decide nothing: judge more groups. "


def growth(result: Json) -> str:
    """The exponents, and what they do not promise."""
    fits = {k: result["growth"]["fits"][f"with_{k}"] for k in (1, 3)}
    said = [
        f"with at least {k} the share grows as photos^{_slope(fit['share'])} and the number as "
        f"photos^{_slope(fit['count'])}"
        for k, fit in fits.items()
        if fit is not None
    ]
    if not said:
        return TOO_FEW_TO_GROW
    return (
        f"Of objects {'; '.join(said)}. Intervals: 95 %, over {result['growth']['draws']} random orders of "
        "the photos. While recurrences are rare their share grows about as fast as the number of photos, "
        "because pairs grow with its square; the more objects recur already, the slower it grows. So the "
        "line is no forecast."
    )


def _slope(fit: Json) -> str:
    return f"{fit['slope']:.2f} ({fit['low']:.2f} to {fit['high']:.2f})"


def recurring(result: Json) -> list[Json]:
    """Classes of which something recurs, most first."""
    return [row for row in result["classes"] if row["with_1"]["hits"]]


def classes(result: Json) -> str:
    """How many classes recur."""
    found, of = len(recurring(result)), len(result["classes"])
    if not found:
        return "Nothing recurs inside the band: `curate mine --band LOW HIGH` tries another."
    shown = f"The {MOST_CLASSES} with most are drawn. " if found > MOST_CLASSES else ""
    some = f"{found:,} of {count(of, 'class', 'classes')}"
    return f"Something recurs of {some}. {shown}Lines: 95 % interval. {HOW_COUNTED}"


def hubs(result: Json) -> str:
    """How uneven it is, and what to look for."""
    found = result["hubs"]
    if not found["neighbours"]:
        return "No object has a neighbour inside the band."
    if found["skewness"] is None:
        return "No object is named by more others than the rest."
    return (
        "The object named most often is among the 3 nearest of "
        f"{count(found['named_by_most'], 'other')}. Skewness {found['skewness']:.1f}: 0 is even; far above "
        "it few objects are everybody's neighbour, as blurred or empty crops are, and spoil groups. Look at "
        "one: `curate search OBJECT`."
    )
