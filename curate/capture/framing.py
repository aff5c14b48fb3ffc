"""How the object sits in the frame: advice for the next pair, never a reason to refuse this one."""

from __future__ import annotations

import numpy as np

from curate.capture.records import Framing, Mask


def measure_framing(object_: Mask, effect: Mask) -> Framing:
    """Shares of the frame and its borders that object and effect take; both are [h, w]."""
    border = np.concatenate([object_[0], object_[-1], object_[1:-1, 0], object_[1:-1, -1]])
    return Framing(
        share=float(object_.mean()),
        border=float(border.mean()),
        lower_border=float((object_ | effect)[-1].mean()),
    )


def is_advice(check: str) -> bool:
    """True for the name of a finding about framing, which passes whatever it says."""
    return check.startswith("framing_")
