"""What the doctor tells."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be."""

    what: str
    subject: str
    mended: bool
    advice: str = ""
    """What to type, where mending is not the doctor's business."""
