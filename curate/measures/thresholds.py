"""Every constant of the numbers of a removal output: one name, one unit, one provenance.

*tuning* is the tuning part of ``tests/benchmarks/removal_numbers.py``: 63 to 81 clean outputs and 47 to 64
of each defect, but 21 to 31 for effects; ``ours`` is a judgement that nobody has measured.
"""

from __future__ import annotations

WORKING_SIDE = 320
"""Pixels, long side of the working region's small copy. ours: shadows and outlines still show."""
OBJECT_SIDE = 96
"""Pixels, square root of the mask's area on the copy on which places are compared. ours: sets the time."""
LEAST_BACKGROUND = 100
"""Pixels of the region outside the mask below which nothing is said about it. ours."""

CHANGED_STEPS = 3
"""8-bit steps of a 3 x 3 mean from which a pixel changed. tuning: AUC .996; 1.5 to 4 steps .992 to .997."""
OUTLINE_ROOM = 4
"""Pixels around the mask that count as neither: removers feather what they paste. ours."""
ZONE_STOPS = 0.02
"""Change of light beyond the region's own median up to which background is background. ours: 1.4 %."""
ZONE_BORDER = 0.35
"""Share of the region's border in a change of light from which it is no effect but a repainted photo. tuning:
effects .20 in nine of ten."""

EFFECT_STOPS = 0.05
"""Stops by which light must differ to be an effect's. ours: 3.5 %."""
KEPT_AREA = 0.01
"""Of the mask's area: where an effect of that size was taken away, what is left counts half. tuning: .01 AUC
.980, .03 .977, .1 .970."""
STEP_COLOUR = (0.08, 0.3)
"""Stops, and share of a step, by which a channel of a shadow's step may differ from grey. ours."""
LARGEST_STEP = 1.5
"""Stops: what is darker is no shadow. As capture's ``DEEPEST_SHADOW``."""
DARK_STOPS = 0.15
"""Stops by which a shaded place at the object's foot is darker than further out. tuning."""
DARK_COLOUR = 0.1
"""Stops by which its colour may differ, a little more than beside an outline. ours."""
DARK_WEIGHT = 0.1
"""Stops for a foot that is all shaded: fills that go on with the shadow leave no step. tuning: AUC .974 ->
.980, of Telea's fills .944 -> .960."""
FOOT = 0.35
"""Of the object's height, from below: there its shadow begins. ours."""

EXPLAINED = (0.1, 0.7)
"""Residual object from which on, and at which, all that is strange inside the mask is X's own. tuning."""
BRIGHT = 200
"""8-bit steps to which the brightest quarter of the surroundings is brought where places are compared.
tuning: AUC .908 -> .942; a brightest tenth .929. held-out, with it: .884. What stands out to u2netp, as a
factor, gave .977 on tuning and .873 held out, so nobody asks it."""
STRANGE_SHARE = 0.9
"""Quantile of the places inside the mask that speaks for the strangest. tuning: .80 to .98 worse or equal."""
STEADY_DISTANCE = 3.0
"""Added to how far places of the surroundings differ, CIELAB: plain ones differ by nothing. tuning."""

BOX_SCORE = 0.4
"""Confidence 0..1 of a box that counts. As capture's."""
BOX_SHARE = 0.5
"""Of a box's area that lies in the mask, and overlap with a box on X from which it is the same. ours."""

RESIDUAL = 0.2
"""From here on a reason is suggested. tuning: 95 % of clean outputs <= .13, 90 % of those with an object left
>= .30."""
NEW_OBJECT = 0.8
"""tuning: 90 % of clean outputs <= .71: a first look, no more."""
BACKGROUND_CHANGED = 0.05
"""Share of the background. tuning: 95 % of clean outputs <= .023, 90 % of the others >= .17."""
OUTSIDE_CHANGED = 0.001
"""Share of what lies outside the region. ours: any at all breaks the rule, a thousandth is worth saying."""
EFFECT_LEFT = 0.03
"""Stops. tuning: 90 % of clean outputs <= .016, 90 % of the others >= .030."""
SEAM = 9.0
"""8-bit steps. tuning: 95 % of clean outputs <= 8.8, whatever filled them. Not measured as a defect."""
