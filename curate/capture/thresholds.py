"""Every threshold of the checks on a pair: one name, one unit, one provenance.

*first pairs* are 30 good and some 70 bad ones of the tuning part of ``tests/benchmarks/composed_pairs.py``,
*tuning* up to 60 good and 190 bad ones of it later; ``objectdrop`` is the paper; ``ours`` is a judgement that
nobody has measured yet. All values are part of ``check.FINGERPRINT``; ``check.VERSION`` stands for
the rest: windows and strips in pixels that the modules keep to themselves.
"""

from __future__ import annotations

WORKING_SIDE = 1024
"""Pixels, long side of the working copy. ours: sub-pixel shifts still show and a check stays near
a second."""
SMALLEST_SIDE = 64
"""Pixels of the full-size photo. ours: below it there is no background to align."""
BLANK = 0.004
"""Standard deviation of a frame, coded 0..1, below which it shows nothing. ours: one 8-bit step."""

ZOOM_RESIDUAL = 0.9
"""Share of what correlation leaves open to which a zoom must bring it down. tuning: good pairs >= .98,
zooms of .2 % <= .82; without it 5 of 90 good pairs had moved by .5 to 1.2 px at a corner."""
SAME_SCENE_OVERLAP = 0.25
"""Share of structured blocks found again below which two frames may show different scenes. tuning: 18 other
scenes <= .23; the same scene less in 2 of 150 good pairs, whose large objects hide all structure."""
SAME_SCENE_UNCHANGED = 0.48
"""Share of the frame that does not change in the same scene. tuning: good pairs >= .50."""
SAME_SCENE_NOISE = 4.0
"""Noise of the difference, 8-bit steps, up to which that share counts. tuning: good pairs <= 2.2; of 18 other
scenes those that change less than half of the frame 8.9 and more."""
SEED_OVERLAP = 0.5
"""Overlap above which features are not looked for. ours: saves time only."""
STRUCTURED_BLOCK = 4 / 255
"""Root mean square of a block's structure, relative to its brightness. ours: above noise of sigma 8 after
smoothing."""
FEWEST_BLOCKS = 20
"""Blocks that a statement about overlap or light needs. ours."""
CERTAIN_CORNER = 0.15
"""Working pixels, standard error of a corner's place. ours: well under ``STILL_CORNER``."""
STILL_CORNER = 0.35
"""Working pixels a corner may move. first pairs: good ones <= .20, a turn of .05 degrees >= .45, but two of
the other defects, which stood still, .60 and .81. From here to ``ALIGNABLE_CORNER`` the verdict is ``warn``
with the reason ``camera_moved``, which counts as caught."""
ALIGNABLE_CORNER = 2.0
"""Full-size pixels up to which a pair may be aligned and cropped. ours."""
RESAMPLED_CORNER = 0.1
"""Working pixels below which resampling would blur more than it mends. ours."""

EXPOSURE_STOPS = 0.08
"""Stops. first pairs: good ones measured within .011 (their lamps differ by .008), .15 within .002."""
BALANCE_STOPS = 0.06
"""Stops of red or blue against green. first pairs: good ones within .002, .1 measured within .001."""
GRADIENT_STOPS = 0.12
"""Stops across the frame. tuning: 240 good ones <= .068, a cloud of .1 measures .088 to .10, one of .2 .18 to
.22. With .085 four of 281 held-out good pairs failed, so faint clouds are let pass."""
DARKEST_LIGHT = 0.004
"""Linear light of a block below which its stops say more about noise. ours: 8-bit value 13."""
BRIGHTEST_LIGHT = 0.92
"""Linear light above which a pixel may be clipped once noise is added. ours: 8-bit value 246."""
CLIPPED_LIGHT = 0.98
"""Linear light from which a channel counts as at its end. ours: 8-bit value 253."""
CLIPPED_SHARE = 0.1
"""Share of the frame. ours: a bright window may be in it."""
SHARPNESS_RATIO = 0.94
"""Loss of fine structure. tuning: 60 good ones .989 to 1.01, a disc of 1.2 px .82 to .87, one of .7 px .91 to
.99."""

CHANGED = 5.0
"""Standard deviations of noise. first pairs: JPEG's tails stay below it but for single specks."""
FAINTEST = 0.3 / 255
"""Coded values added to every sigma. ours: a change of 1.5 steps is the least anybody can want to know."""
ROUGH_STOPS = 0.12
"""Standard deviation of the light ratio close by that reads as texture, noise apart. first pairs."""
COLOUR_STOPS = 0.15
"""Deviation of a channel from grey that a shadow does not have, noise apart. first pairs."""
SHADOW_STOPS = 3.5
"""Stops in either direction beyond which a pixel was replaced, not lit differently. ours."""
OTHER_TEXTURE = 0.2
"""Correlation of the two frames' fine structure below which something stands in front. tuning: mends what
``ROUGH_STOPS`` leaves open where object and floor have one colour."""
SAME_TEXTURE = 0.6
"""Correlation above which both frames show the same, in whatever light. tuning, like ``LIT_SHARE``: keeps
hard shadows from being taken for the object."""
LEAST_TEXTURE = 0.02
"""Stops of fine structure that count as texture. ours: 2 % of the light."""
LIT_SHARE = 0.4
"""Share of a plain region's textured part that must look alike in both frames for an effect. tuning."""
HULL_SHARE = 0.5
"""Share of a plain region inside the hull of textured ones. first pairs: most parts of objects > .6, shadows
< .46."""
FAINT_STOPS = 0.3
"""Stops below which a plain region is an effect wherever it lies. first pairs: most shadows are fainter."""
HARD_OUTLINE = 0.55
"""Change at the outline over that inside. first pairs: shadows <= .55 beyond ``FAINT_STOPS``."""
DEEPEST_SHADOW = 1.5
"""Stops. first pairs: plain regions darker than that were objects."""
BRIGHTEST_REFLECTION = 1.0
"""Stops. ours: the counterpart for brighter ones."""
SMALLEST_REGION = 0.0002
"""Share of the frame. ours: a piece of 11 x 11 working pixels."""
EFFECT_STOPS = 0.06
"""Stops by which light must differ to be an effect. ours: 4 % is the least that anybody sees."""
EFFECT_SIGMAS = 4.0
"""Standard deviations of noise, after smoothing, beyond which it counts. tuning: effect IoU .48 -> .60, with
``EFFECT_STOPS``."""
SHORE_STOPS = 0.1
"""Stops by which the light at an object's rim may differ from the shadow beside it and still be the shadow's.
tuning: effect IoU of 60 good pairs .53 -> .63, object IoU .944 -> .959."""
SLIVER = 3.0
"""Working pixels, half the thickness of what at the object's outline is that outline's error, no effect."""
SLIVER_PLACE = 10.0
"""Working pixels from the object within which it lies. tuning: effect IoU of 130 good pairs .607 -> .629."""
SHADE_STOPS = 0.2
"""Stops by which a piece in the shadow may differ from it, where they meet, and still be shadow. tuning: hard
shadows across other things."""
SHADE_ROUGH = 0.15
"""Stops of texture, noise apart, that such a piece may have. tuning: shadows on textured things <= .141, a
cube that was moved within the shadow .166."""
CORE_STOPS = 0.7
"""The same for plain grey pieces that are darker: where a lamp is hidden altogether. tuning: tips of long
hard shadows."""
MIRROR_SHARE = 0.9
"""Share of a piece that lies below the object, in its columns, from which it is the object's mirror image.
ours."""
DETACHED_EFFECT = 0.001
"""Share of the frame from which a change away from the object is an effect and no noise. first pairs."""
OBJECT_GAP = 0.025
"""Of the long side: pieces of one object lie closer. first pairs: bystanders stand .04 away."""
ALPHA_EPS = 0.01
"""Linear light added below the line of alpha. ours: keeps black pixels from a large alpha."""

SMALLEST_OBJECT = 0.002
"""Share of the frame. ours: a tenth of the smallest object the benchmark places."""
MASK_CHANGED = 0.6
"""Share of a drawn mask that must have changed. ours: plain parts of an object may look like what was behind
them."""
OTHER_SHARE = 0.002
"""Share of the frame that may change elsewhere. tuning: 147 of 150 good ones <= .0018; another object of .3 %
that was moved or added measures .0036 and more where it stands apart."""
SEAM_WEIGHT = 8.0
"""Log-odds per unit of seam contrast. tuning: seam .14 and more in 60 good pairs, its
sign right in all."""
SHADOW_WEIGHT = 2.0
"""Log-odds of the order for an effect that darkens or brightens all over. ours: less than the seam's."""
BOX_WEIGHT = 1.0
"""Log-odds of the order for a detector's box on the object in one frame only. ours."""
BOX_SCORE = 0.4
"""Confidence 0..1 of a box that counts. ours."""
BOX_OVERLAP = 0.5
"""Intersection over union of a box with the object's. ours."""
CLEAR_CONTRAST = 0.3
"""Contrast -1..1 of the two frames' steps across an outline from which one of them has the edge. tuning."""
FAINT_STEP = 0.05
"""Coded colour difference below which a step says little. tuning: noise of sigma 8 leaves .01 of it."""
BAY_SHARE = 0.25
"""Share of a bay's shore from which it is the object's. tuning: dark objects before darkness, IoU .60 -> .76;
no good mask got worse."""
BRIGHT_OUTLINE = 0.3
"""Share of a brighter part's own outline with the edge in the factual from which it is the object's. tuning:
parts of objects >= .39, light of lamps <= .032; object IoU of a plain box before a wall .85 -> .96."""
STRAY_OUTLINE = 0.15
"""Share of a lobe's outline with the edge in the counterfactual. tuning: good pairs <= .07; things moved
beside the object .19 to .42."""
AGAINST_OUTLINE = 0.108
"""Share of the outline along which the counterfactual may have the edge. tuning: 239 of 240 good pairs <=
.107; objects pushed aside .11 to .44 (13 of 14), of which a half was left .11 to .40 (12 of 14)."""
LAMP_EFFECT = 0.03
"""Share of the frame that the object may brighten, or darken above its own top. tuning: 239 of 240 good pairs
<= .028, lamps of .2 stops .068 and more. Shadows on a wall may be such, so it warns."""
FAR_EFFECT = 0.006
"""Share of the frame in which light may change away from the object. tuning: 130 of 132 good pairs 0; the
others, .011, are shadows cut in two, but .012 let a plain grey thing of 1 % pass."""
SAME_COSINE = 0.9
"""Cosine of crop(X, M) and crop(Y, M) above which the object may still be there. ours; depends on the
embedder."""

OBJECT_SHARES = (0.05, 0.5)
"""Share of the frame that an object should take. objectdrop, bootstrap step 2."""
BORDER_SHARE = 0.02
"""Share of the frame's border that the object may cover. ours."""
LOWER_BORDER_SHARE = 0.2
"""Share of the lower border that object and shadow may cover. objectdrop, bootstrap step 3."""

SETTING_STOPS = 0.1
"""Stops of aperture, shutter or ISO below which EXIF means the same. ours: cameras step by 1/3, phones freely
and round 1/120 s to 1/121 s."""
FOCAL_RATIO = 0.02
"""Relative change of focal length that a zoom reports by refocusing alone. ours"""
OUTLINE_REACH = 2
"""Working pixels to each side of an enlarged outline that are decided anew. ours, to be measured."""
OUTLINE_CONTRAST = 0.02
"""Coded change between inside and outside from which it speaks for an outline. ours, to be measured."""
REFINED_CORNER = 0.1
"""Full-size pixels from which the frames are laid on each other first. ours, to be measured."""
