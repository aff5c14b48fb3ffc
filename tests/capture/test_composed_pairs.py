"""The generator of pairs keeps its word: true motion, light and noise, and two parts that share nothing."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from composed_camera import Camera, Exposure, from_srgb, to_srgb
from composed_scenes import SURFACES, part_of
from scanned_things import FAMILIES


def camera(**changes) -> Camera:
    size = {"height": 240, "width": 320, "oversampling": 2.0, "phase": (0.3, -0.6)}
    return Camera(**(size | {"sigma": 0.0, "quality": None, "grain": 0.0, "vignette": 0.2} | changes))


def canvas(of: Camera) -> np.ndarray:
    rough = np.random.default_rng(1).random((*of.canvas, 3), dtype=np.float32)
    return cv2.normalize(cv2.GaussianBlur(rough, (0, 0), 6), None, 0.1, 0.9, cv2.NORM_MINMAX)


def decoded(data: bytes) -> np.ndarray:
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB)


@pytest.mark.parametrize(
    "moved",
    [Exposure(shift=(0.37, -0.81)), Exposure(rotation=0.3), Exposure(zoom=1.01), Exposure(shift=(5.5, 3.2))],
)
def test_the_stated_motion_is_the_one_in_the_pixels(moved):
    taken = camera()
    scene = canvas(taken)
    still, shaken = (cv2.cvtColor(taken.seen(scene, e), cv2.COLOR_RGB2GRAY) for e in (Exposure(), moved))
    stated = taken.motion(Exposure(), moved, 320)
    found = stated.astype(np.float32)
    found[:, 2] += 0.2  # the search must come back
    criteria = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 200, 1e-8)
    _, found = cv2.findTransformECC(still, shaken, found, cv2.MOTION_AFFINE, criteria)
    corners = np.array([[0, 0, 1], [319, 0, 1], [319, 239, 1], [0, 239, 1]]).T
    assert np.abs((found - stated) @ corners).max() < 0.02


def test_motion_is_stated_for_the_copy_asked_for():
    moved = camera().motion(Exposure(), Exposure(shift=(2.0, 1.0)), 160)
    assert moved[:, 2] == pytest.approx([1.0, 0.5])


def test_one_stop_more_light_is_one_stop_more():
    taken = camera(vignette=0.0)
    scene = np.full((*taken.canvas, 3), 0.2, np.float32)
    frames = [
        from_srgb(
            decoded(taken.taken(scene, Exposure(gain=np.full(3, gain, np.float32)), np.random.default_rng(0)))
        )
        for gain in (1, 2)
    ]
    assert np.log2(frames[1].mean() / frames[0].mean()) == pytest.approx(1.0, abs=0.02)


def test_noise_at_mid_grey_has_the_stated_sigma():
    taken = camera(sigma=4.0, vignette=0.0)
    scene = np.full((*taken.canvas, 3), 0.18, np.float32)
    assert decoded(taken.taken(scene, Exposure(), np.random.default_rng(0))).std() == pytest.approx(
        4.0, rel=0.05
    )


def test_srgb_coding_is_undone_exactly():
    levels = np.arange(256, dtype=np.uint8)
    assert (np.rint(to_srgb(from_srgb(levels)) * 255) == levels).all()


def test_no_photo_and_no_thing_is_on_both_sides():
    scenes = {surface.photo: surface.scene for surface in SURFACES}
    assert len(scenes) == len(SURFACES)
    families = [names.split()[0] for group in FAMILIES.values() for names in group]
    for names in ({*scenes.values()}, {*families}):
        sides = {part: {name for name in names if part_of(name) == part} for part in ("tuning", "held-out")}
        assert min(map(len, sides.values())) >= 8
        assert len(sides["held-out"]) > len(sides["tuning"])


def test_the_held_out_part_is_never_the_default():
    from pair_defects import GOOD, recipes

    assert {recipe.part for recipe in recipes()} == {"tuning"}
    held_out = list(recipes("held-out"))
    kinds = {recipe.kind for recipe in held_out}
    assert GOOD >= 300
    assert len(held_out) - GOOD >= 300
    assert len(kinds) > 12
