"""Which pair of a tether folder the next photo mends: frames that were shot again are found by measuring."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from curate.capture.records import PairCheck
from curate.capture.thresholds import SMALLEST_OBJECT
from curate.database.pair_votes import FAIL
from curate.errors import PhotoError
from curate.verdicts import ACCEPTED
from curate.workflows.pair_checks import looked_at
from curate.workflows.pair_intake import Intake
from curate.workflows.pair_lists import standing_of
from curate.workflows.pair_records import PairSummary
from curate.workspace import Workspace

_INSIDE = 0.5
"""Share of an object that lies where another one does, from which on it stands in its place. Things within
the outline of drawn pairs had 1.0; what a bad exposure or a moved camera only seems to change had 0.0."""


@dataclass(frozen=True, slots=True)
class Mending:
    """A pair that does not fail, in place of one that is there."""

    old: PairSummary
    factual_sha256: str
    counterfactual_sha256: str


@dataclass(frozen=True, slots=True)
class Unclear:
    """A photo that may mend a pair in several ways, of which none is taken."""

    old: PairSummary

    @property
    def sentence(self) -> str:
        """For the photographer."""
        with_it, without = self.old.factual_name, self.old.counterfactual_name
        return (
            f"It makes good pairs with {with_it} and {without} in more than one way, so it begins a scene: "
            "if it is one of them shot again, pair it by hand with "
            f"`curate pairs add WITH WITHOUT --supersedes {str(self.old.pair)[:8]}`."
        )


def mending(
    workspace: Workspace, latest: str, new: str, came: Mapping[str, int], intake: Intake
) -> Mending | Unclear | None:
    """How a photo mends the last pair of the folder, None if it begins another scene.

    Nothing is remembered from photo to photo: whether the last pair failed, and still stands, is asked anew.

    Args:
        workspace: Holds the pairs.
        latest: sha256 of the last photo of the folder that is in a pair.
        new: sha256 of the photo that came after it.
        came: The place of each photo in the order they came, by sha256.
        intake: Of the folder; pairs of other shoots are left alone.
    """
    shoot = intake.shoot.photographer, intake.shoot.name
    standing = [
        each for each in standing_of(workspace, latest) if (each.photographer, each.shoot_name) == shoot
    ]
    if not standing or standing[-1].state == ACCEPTED:
        return None
    old = standing[-1]
    looks = {taken: _look(workspace, taken) for taken in _readings(old, new, came, intake)}
    good = [taken for taken, found in looks.items() if found and found.verdict != FAIL]
    if len(good) > 1:
        return Unclear(old)
    if not good or _begins_scene(workspace, old, good[0], looks[good[0]], intake):
        return None
    return Mending(old, *good[0])


def _readings(old: PairSummary, new: str, came: Mapping[str, int], intake: Intake) -> list[tuple[str, str]]:
    """What the next photo may make a pair with, as factual and counterfactual."""
    frames = old.factual_sha256, old.counterfactual_sha256
    first, second = reversed(frames) if intake.clean_first else frames
    taken: list[tuple[str, str]] = []
    if old.verdict in (FAIL, None):
        taken = [
            (first, new),  # the second one was shot again
            (new, second),  # the first one was
            (second, new),  # the first one was a shot without a partner: else all would be off by one
        ]
    elif first in came and second in came and came[first] > came[second]:
        taken = [(first, new)]  # the first one mended the pair, and the second one was shot again, too
    return [(b, a) for a, b in taken] if intake.clean_first else taken


def _begins_scene(
    workspace: Workspace, old: PairSummary, taken: tuple[str, str], found: PairCheck | None, intake: Intake
) -> bool:
    """Whether what seems to be the clean plate shot again holds the next object, in the last one's place.

    A small thing within a larger one's outline makes a good pair with it. Against the old clean plate, bad
    as that may be, the small thing is seen to have gone.
    """
    factual, new = taken
    if intake.clean_first or factual != old.factual_sha256 or found is None:
        return False
    against_old = _look(workspace, (new, old.counterfactual_sha256))
    if against_old is None or against_old.swapped:
        return False
    gone = against_old.object_mask
    return bool(gone.mean() >= SMALLEST_OBJECT and np.mean(found.object_mask[gone]) > _INSIDE)


def _look(workspace: Workspace, taken: tuple[str, str]) -> PairCheck | None:
    """What the checks say of two frames as a pair; None if they cannot be measured, as the log tells."""
    try:
        return looked_at(workspace, *taken)
    except PhotoError:
        return None
