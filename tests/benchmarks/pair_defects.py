"""What goes wrong with pairs, as changes to the draft of a good one, and how many of each are judged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np

from cast_views import SCALE
from composed_pairs import (
    ComposedPair,
    Defect,
    Draft,
    Recipe,
    beside,
    canvas_of,
    compose,
)
from composed_scenes import Part, surfaces
from composed_things import Floats, Placed, apart

GOOD = 320
"""Good pairs in the held-out part."""
ANY = 0.0
"""Aim of kinds that have no size."""
Magnitude = float | str | None


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of defect."""

    apply: Defect
    unit: str
    counts: dict[Magnitude, int]
    """Pairs per magnitude in the held-out part."""
    aim: float | None = None
    """Magnitude from which 95 % must be caught; None: shown only."""


def compose_pair(recipe: Recipe) -> ComposedPair:
    """The pair of a recipe, good or not."""
    if recipe.kind == "good":
        return compose(recipe)
    if recipe.kind.startswith("other"):
        # The object must be the larger of the two things that change, or nobody can say which is meant.
        return compose(recipe, DEFECTS[recipe.kind].apply, smallest=max(0.02, 3 * recipe.magnitude / 100))
    return compose(recipe, DEFECTS[recipe.kind].apply)


def recipes(part: Part = "tuning") -> Iterator[Recipe]:
    """Every recipe of a part, in a fixed order."""
    for index in range(GOOD):
        yield Recipe(part, "good", None, index)
    for name, kind in DEFECTS.items():
        for magnitude, count in kind.counts.items():
            for index in range(count):
                yield Recipe(part, name, magnitude, index)


def _shift(draft: Draft, pixels: float) -> None:
    angle = draft.rng.uniform(0, 2 * np.pi)
    length = pixels * draft.camera.working
    draft.counterfactual.shift = (length * np.cos(angle), length * np.sin(angle))


def _rotation(draft: Draft, degrees: float) -> None:
    draft.counterfactual.rotation = degrees * draft.rng.choice([-1, 1])


def _zoom(draft: Draft, percent: float) -> None:
    draft.counterfactual.zoom = 1 + percent / 100 * draft.rng.choice([-1, 1])


def _exposure(draft: Draft, stops: float) -> None:
    draft.counterfactual.gain = np.full(3, 2 ** (stops * draft.rng.choice([-1, 1])), np.float32)


def _white_balance(draft: Draft, stops: float) -> None:
    warm = stops * draft.rng.choice([-1, 1])
    draft.counterfactual.gain = (2 ** np.array([warm, 0, -warm])).astype(np.float32)


def _light_gradient(draft: Draft, stops: float) -> None:
    """A cloud: light falls off across the frame by that much, its mean unchanged."""
    across, down = _grid(draft)
    angle = draft.rng.uniform(0, 2 * np.pi)
    ramp = across * np.cos(angle) + down * np.sin(angle)
    ramp = (ramp - ramp.min()) / np.ptp(ramp) - 0.5
    draft.counterfactual.light = np.float32(2) ** (stops * ramp)


def _lamp_flicker(draft: Draft, stops: float) -> None:
    """A lamp lights a round part of the frame more strongly in one of the frames."""
    across, down = _grid(draft)
    x, y = draft.rng.uniform(-0.4, 0.4, 2)
    radius = draft.rng.uniform(0.12, 0.25)
    glow = np.exp(-((across - x) ** 2 + (down - y) ** 2) / (2 * radius**2))
    draft.counterfactual.light = np.float32(2) ** (stops * draft.rng.choice([-1, 1]) * glow)


def _grid(draft: Draft) -> tuple[Floats, Floats]:
    """Places across [1, w] and down [h, 1], the long side -0.5..0.5."""
    camera = draft.camera
    long = max(camera.height, camera.width)
    rows = (np.arange(camera.height, dtype=np.float32) - camera.height / 2) / long
    columns = (np.arange(camera.width, dtype=np.float32) - camera.width / 2) / long
    return columns[None], rows[:, None]


def _other_moved(draft: Draft, percent: float) -> None:
    """Another thing stands a third to one of its sizes further on."""
    other = _bystander(draft, percent)
    size = np.sqrt(percent / 100 * np.prod(draft.background.shape[:2]))
    step = size * draft.rng.uniform(0.35, 1.0)
    turn = draft.rng.uniform(0, 2 * np.pi)
    ways = [(np.cos(turn + extra), 0.3 * np.sin(turn + extra)) for extra in np.arange(8) * np.pi / 4]
    places = [replace(other, foot=(other.foot[0] + step * x, other.foot[1] + step * y)) for x, y in ways]
    draft.factual_things.append(other)
    draft.counterfactual_things.append(next((p for p in places if apart(p, draft.object, 0)), places[0]))


def _other_added(draft: Draft, percent: float) -> None:
    draft.counterfactual_things.append(_bystander(draft, percent))


def _other_removed(draft: Draft, percent: float) -> None:
    draft.factual_things.append(_bystander(draft, percent))


def _bystander(draft: Draft, percent: float) -> Placed:
    """Another thing clear of the object."""
    while True:
        other = beside(draft, draft.part, percent / 100)
        if other is not None:
            return other
        draft.make_room()


def _object_left(draft: Draft, how: str) -> None:
    """The object is still there: where it was, a little off, or without its upper half."""
    left = draft.object
    if how == "nudged":
        size = np.sqrt(left.view.alpha.size) / SCALE * left.scale
        step = draft.rng.uniform(0.03, 0.15) * size * draft.rng.choice([-1, 1])
        left = replace(left, foot=(left.foot[0] + step, left.foot[1]))
    elif how == "partly":
        left = replace(left, gone=0.5)
    draft.counterfactual_things.append(left)


def _wrong_scene(draft: Draft, _: Magnitude) -> None:
    others = [surface for surface in surfaces(draft.part) if surface.scene != draft.surface.scene]
    surface = others[draft.rng.integers(len(others))]
    draft.counterfactual_background, _spot = canvas_of(surface, draft.camera, draft.rng)
    draft.counterfactual_things = []


def _viewpoint(draft: Draft, percent: float) -> None:
    """The tripod stood elsewhere: every corner moves by about that share of the long side."""
    height, width = draft.camera.height, draft.camera.width
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    moved = corners + draft.rng.uniform(-1, 1, (4, 2)) * percent / 100 * max(height, width)
    draft.counterfactual.viewpoint = cv2.getPerspectiveTransform(corners, moved.astype(np.float32))


def _swapped(draft: Draft, _: Magnitude) -> None:
    draft.swapped = True


def _defocus(draft: Draft, pixels: float) -> None:
    """One of the frames is blurred by a disc of that radius at 1024 px."""
    radius = pixels * draft.camera.working
    size = 2 * int(np.ceil(radius)) + 3
    fine = cv2.circle(
        np.zeros((8 * size, 8 * size), np.float32), (4 * size, 4 * size), round(8 * radius), 1.0, -1
    )
    _blur(draft, cv2.resize(fine, (size, size), interpolation=cv2.INTER_AREA))


def _motion_blur(draft: Draft, pixels: float) -> None:
    """One of the frames is smeared along a line of that length at 1024 px."""
    length = pixels * draft.camera.working
    size = 2 * int(np.ceil(length / 2)) + 3
    angle = draft.rng.uniform(0, np.pi)
    reach = np.array([np.cos(angle), np.sin(angle)]) * length * 4
    ends = [tuple(np.rint(4 * size + sign * reach).astype(int).tolist()) for sign in (-1, 1)]
    fine = cv2.line(np.zeros((8 * size, 8 * size), np.float32), ends[0], ends[1], 1.0, 8)
    _blur(draft, cv2.resize(fine, (size, size), interpolation=cv2.INTER_AREA))


def _blur(draft: Draft, kernel: Floats) -> None:
    exposure = draft.factual if draft.rng.random() < 0.5 else draft.counterfactual
    exposure.kernel = kernel / kernel.sum()


def _clipping(draft: Draft, percent: float) -> None:
    """Both frames are overexposed until that share of the pixels is white."""
    gain = 1 / max(float(np.quantile(draft.background.max(axis=2), 1 - percent / 100)), 0.02)
    draft.factual.gain = draft.factual.gain * np.float32(gain)
    draft.counterfactual.gain = draft.counterfactual.gain * np.float32(gain)


DEFECTS = {
    "shift": Kind(_shift, "px", {0.3: 8, 0.5: 8, 1: 12, 2: 12, 4: 12, 8: 12}, aim=1),
    "rotation": Kind(_rotation, "deg", {0.02: 8, 0.05: 14, 0.1: 12, 0.3: 12}, aim=0.05),
    "zoom": Kind(_zoom, "%", {0.2: 8, 0.5: 8, 2: 8}),
    "exposure": Kind(_exposure, "EV", {0.05: 8, 0.1: 8, 0.15: 14, 0.3: 12, 0.7: 12}, aim=0.15),
    "white balance": Kind(_white_balance, "EV", {0.05: 8, 0.1: 8, 0.2: 8}),
    "light gradient": Kind(_light_gradient, "EV", {0.1: 8, 0.2: 8, 0.4: 8}),
    "lamp flicker": Kind(_lamp_flicker, "EV", {0.1: 8, 0.2: 8, 0.4: 8}),
    "other moved": Kind(_other_moved, "%", {0.1: 8, 0.3: 14, 1: 14, 3: 14}, aim=0.3),
    "other added": Kind(_other_added, "%", {0.1: 8, 0.3: 14, 1: 14, 3: 14}, aim=0.3),
    "other removed": Kind(_other_removed, "%", {0.1: 8, 0.3: 10, 1: 10, 3: 10}),
    "object left": Kind(_object_left, "", {"whole": 16, "nudged": 16, "partly": 16}, aim=ANY),
    "wrong scene": Kind(_wrong_scene, "", {None: 24}, aim=ANY),
    "viewpoint": Kind(_viewpoint, "%", {4: 8, 10: 8}, aim=ANY),
    "swapped": Kind(_swapped, "", {None: 40}, aim=ANY),
    "defocus": Kind(_defocus, "px", {0.7: 8, 1.2: 8, 2: 8}),
    "motion blur": Kind(_motion_blur, "px", {2: 8, 4: 8, 8: 8}),
    "clipping": Kind(_clipping, "%", {10: 8, 30: 8}),
}
