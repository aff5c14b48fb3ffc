"""What the Removals screen says of the numbers, in words of somebody who looks at photos."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from curate.capture.palette import KINDS
from curate.measures.reasons import LIMITS
from curate.workflows.removal_pyramids import DIFFERENCE_GAIN


@dataclass(frozen=True, slots=True)
class Measure:
    """How one of ``curate.measures.records.RemovalNumbers`` is shown."""

    name: str
    label: str
    meaning: str
    digits: int = 2
    unit: str = ""
    factor: float = 1.0
    """What the number is shown times."""

    @property
    def limit(self) -> float | None:
        """The value above which it speaks for rejecting; None if it never does."""
        return next((limit for _, name, limit in LIMITS if name == self.name), None)


def _share(name: str, label: str, meaning: str) -> Measure:
    return Measure(name, label, meaning, digits=1, unit=" %", factor=100)


MEASURES = (
    Measure("residual_object", "Object left", "How much of the object's structure is still there: 0 to 1."),
    Measure(
        "same_class_score", "Still detected", "How sure the detector is that the object is there: 0 to 1."
    ),
    Measure("new_object", "Strange filling", "How unlike everything around it the strangest place is."),
    Measure(
        "new_object_score", "New thing detected", "How sure the detector is of a thing that was not there."
    ),
    Measure("effect_left", "Shadow left", "How much darker its surroundings still are.", unit=" stops"),
    Measure("seam", "Seam", "Step along the outline of the mask.", digits=1, unit=" / 255"),
    Measure(
        "sharpness", "Sharpness", "Fine structure inside over that around it: 1 is alike, less is blurred."
    ),
    _share("background_changed", "Background changed", "Of the working region outside of mask and shadow."),
    _share(
        "outside_changed", "Changed outside", "Of the photo outside of the working region: none, by rule."
    ),
    Measure("background_psnr", "Background kept", "PSNR there: more is closer.", digits=1, unit=" dB"),
    Measure(
        "effect_removed", "Shadow taken away", "Area around the mask whose light changed.", unit=" × mask"
    ),
    Measure(
        "object_cosine", "Likeness", "Of input and output where the object was, as the embedder sees it."
    ),
)
"""In the order to read them: what speaks for rejecting first."""

REASONS: Mapping[str, str] = MappingProxyType(
    {
        "residual": "Object still there, or part of it",
        "new_object": "Something new was painted",
        "background_changed": "Background changed",
        "shadow_left": "Shadow left",
        "reflection_left": "Reflection left",
        "seam": "Seam visible",
        "blur": "Blurred",
        "bad_mask": "Mask is wrong",
        "other": "Something else",
    }
)
"""Reasons to reject a removal, on the keys 1 to 9."""

COLOURS: Mapping[str, str] = MappingProxyType(
    {"object": KINDS["object"], "mask": KINDS["other"], "effect": KINDS["shadow"]}
)
"""Of the outlines: the object's mask, what was filled, and what else changed."""


def removal_words() -> dict[str, object]:
    """All of it as the scripts of the screen read it."""
    shown = ("name", "label", "meaning", "digits", "unit", "factor", "limit")
    return {
        "numbers": [{field: getattr(each, field) for field in shown} for each in MEASURES],
        "reasons": [list(each) for each in REASONS.items()],
        "colours": dict(COLOURS),
        "gain": DIFFERENCE_GAIN,
    }
