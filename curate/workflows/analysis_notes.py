"""What stands below the title of a plot in a file, so that it can be read without its page."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from curate.plurals import count
from curate.workflows.analysis_style import Json
from curate.workflows.analysis_words import MOST_CLASSES, TOO_FEW_TO_GROW, few_judged, recurring


def origin(result: Json) -> str:
    """What was mined, by what and in which band."""
    counts, band = result["counts"], result["band"]
    return (
        f"{count(counts['photos'], 'photo')}, {count(counts['objects'], 'object')}. "
        f"Boxes: {result['detector']}. Vectors: {result['embedder']}. "
        f"Band: {band['low']:g} to {band['high']:g} (cosine). Run {result['run'][:8]}."
    )


def note(name: str, result: Json) -> str:
    """How the plot of this name is read."""
    return _NOTES[name](result)


def _counts(_: Json) -> str:
    return (
        "Objects with something inside the band in so many other photos. Below: as printed in ObjectMate "
        "(arXiv 2412.08645), table 1, with its features and band 0.93 to 0.975. * Probably a misprint."
    )


def _similarity(result: Json) -> str:
    found = result["nearest"]
    drawn = "" if found["objects"] == found["of"] else f" of {found['of']:,}, drawn at random"
    return f"The 3 nearest in other photos of each of {count(found['objects'], 'object')}{drawn}."


def _precision(result: Json) -> str:
    pairs = count(result["precision"]["pairs"], "pair")
    return (
        f"{few_judged(result)}{pairs} that people settled, as the queue "
        "showed them: no random sample of all pairs. Another variant is not the same thing. Ribbon: "
        "Clopper-Pearson, as if pairs of one group were independent."
    )


def _growth(result: Json) -> str:
    too_few = "" if any(result["growth"]["fits"].values()) else f"{TOO_FEW_TO_GROW} "
    return (
        f"{too_few}Mean of {result['growth']['draws']} random draws of so many photos; lines: lowest to "
        "highest draw. Sizes in which nothing recurs are left out."
    )


def _classes(result: Json) -> str:
    found = len(recurring(result))
    most = f"The {MOST_CLASSES} with most recurring objects of {found}. " if found > MOST_CLASSES else ""
    return f"{most}In brackets: objects of the class. Lines: 95 % interval (Clopper-Pearson)."


def _neighbours(result: Json) -> str:
    recurring = count(result["counts"]["with_1"]["hits"], "object that recurs", "objects that recur")
    return f"The {recurring}, by how often."


_NOTES: Mapping[str, Callable[[Json], str]] = {
    "counts": _counts,
    "similarity": _similarity,
    "precision": _precision,
    "growth": _growth,
    "classes": _classes,
    "neighbours": _neighbours,
}
