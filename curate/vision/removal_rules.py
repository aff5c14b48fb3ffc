"""The numbers of segmenting and removing that change what comes out, and so are part of fingerprints."""

from __future__ import annotations

SEGMENT_PADDINGS = (0.5, 1.0)
"""Shares of a box's width and height that a segmenter of salient things sees on each side, in two looks.

Detectors cut off what sticks out: NanoDet's boxes around the demo's jug leave out its handle, and with .05,
.15 or .3 around them u2netp loses it too. At .5 it finds the handle in three of the four photos and at 1 in
the fourth, and of eight other things none got worse by the second look.
"""
PROMPTED_PADDINGS = (0.5,)
"""The same for segmenters that are told which thing is meant."""
INSIDE_SHARE = 0.5
"""Share of a connected piece of a mask that must lie inside the box; other pieces are neighbours."""
SMALLEST_SHARE = 0.05
"""Of the box; a mask that fills less is not the object that the detector boxed."""
MASK_RULE = (
    f"looks {SEGMENT_PADDINGS} or {PROMPTED_PADDINGS}, pieces {INSIDE_SHARE} inside,"
    f" {SMALLEST_SHARE} of the box/1"
)
"""Part of every segmenter's fingerprint; the number goes up when the code changes the masks."""

DILATION_SHARE = 0.02
"""Of the object's size (the root of its box's area): what a mask is widened by, unless somebody says so.

Ours; ObjectDrop states none. u2netp gives 320 pixels for twice the box, so that one of them is .6 % of the
object, and its soft edge is about three wide.
"""
SMALLEST_DILATION, LARGEST_DILATION = 3, 64
"""Pixels. JPEG smears edges over a few, however small the object is."""
SMALLEST_REGION = 256
"""Shortest side of a working region, pixels: something to continue around a small object too."""
REMOVAL_RULE = f"region at least {SMALLEST_REGION}, shrunk by area, enlarged cubic, changes added outside/1"
"""Part of every remover's fingerprint. The dilation is not: it is recorded with each removal."""
