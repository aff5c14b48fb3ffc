"""Which removals make a bootstrapped insertion sample (ObjectDrop, section 5): frame rules, effect rule."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curate.errors import SettingsError

_PROVENANCE = {
    "smallest_mask": "objectdrop",
    "largest_mask": "objectdrop",
    "lower_border": "objectdrop",
    "smallest_effect": "ours",
}


@dataclass(frozen=True, slots=True)
class BootstrapNumbers:
    """What the rules are about."""

    mask_share: float
    """Of the photo that the object's mask covers, 0..1."""
    border_share: float
    """Of the photo's lowest row of pixels that lies in the mask, 0..1."""
    effect_share: float
    """Area outside of the widened mask whose light the removal changed, over that mask's area; >= 0."""


@dataclass(frozen=True, slots=True)
class BootstrapRules:
    """Limits of ``BootstrapNumbers``."""

    smallest_mask: float = 0.05
    largest_mask: float = 0.5
    lower_border: float = 0.2
    """At most: of an object that is cut by it the shadow is out of the frame too."""
    smallest_effect: float = 0.03
    """The paper has such a rule and leaves its limit open. On 45 outputs composed as for
    ``tests/benchmarks/removal_numbers.py`` (tuning part) that took no effect away reach .013, and nine in ten
    of those that did .048."""

    def __post_init__(self) -> None:
        kept = (  # NaN keeps none of them
            0 <= self.smallest_mask <= self.largest_mask <= 1,
            0 <= self.lower_border <= 1,
            0 <= self.smallest_effect < math.inf,
        )
        if not all(kept):
            raise SettingsError(
                "Masks and the lower border have limits from 0 to 1, the smallest mask not above the "
                "largest, and the effect one of 0 or more: give other numbers."
            )

    def parameters(self) -> dict[str, dict[str, object]]:
        """For the manifest: each limit and where it comes from."""
        usual = asdict(BootstrapRules())
        return {
            name: {"limit": limit, "provenance": _PROVENANCE[name] if limit == usual[name] else "given"}
            for name, limit in asdict(self).items()
        }

    @classmethod
    def from_parameters(cls, stored: Any) -> BootstrapRules:
        """The other way round, of what a manifest says.

        Raises:
            SettingsError: it does not hold exactly these limits, each a number that can be one.
        """
        held = stored if isinstance(stored, Mapping) else {}
        limits: dict[str, Any] = {
            name: each.get("limit") if isinstance(each, Mapping) else None for name, each in held.items()
        }
        numbers = all(type(each) in (int, float) for each in limits.values())
        if limits.keys() != _PROVENANCE.keys() or not numbers:
            raise SettingsError(f"Rules are {', '.join(_PROVENANCE)}, each with a number as its limit.")
        return cls(**limits)

    def broken_by(self, numbers: BootstrapNumbers) -> str | None:
        """Which objects break the rule that is broken first, in the paper's order; None if all are kept."""
        if numbers.mask_share < self.smallest_mask:
            return f"whose mask covers less than {_percent(self.smallest_mask)} of the photo"
        if numbers.mask_share > self.largest_mask:
            return f"whose mask covers more than {_percent(self.largest_mask)} of the photo"
        if numbers.border_share > self.lower_border:
            return (
                f"whose mask touches more than {_percent(self.lower_border)} of the photo's lower border, "
                "so that the shadow may lie out of the frame"
            )
        if numbers.effect_share < self.smallest_effect:
            return (
                "whose removal took no shadow or reflection away to speak of: it changed the light around "
                f"them on less than {_percent(self.smallest_effect)} of their mask's area"
            )
        return None


def mask_shares(mask: NDArray[np.uint8]) -> tuple[float, float]:
    """Of the photo and of its lower border, 0..1, for a mask [height, width] that is 255 on the object."""
    inside = mask == 255
    return float(inside.mean()), float(inside[-1].mean())


def _percent(share: float) -> str:
    return f"{100 * share:g} %"
