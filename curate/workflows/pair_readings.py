"""Three frames in a row: an object at two places, or a pair of which one shot went wrong. Measuring tells."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import combinations
from uuid import UUID

from curate.capture.pairing import Doubtful, FoundFrame, FoundGroup, Pairing
from curate.capture.repeated_frames import by_name, without_repeats
from curate.capture.scenes import scenes
from curate.workflows.pair_checking import fault_of
from curate.workspace import Workspace


def read_triplets(workspace: Workspace, pairing: Pairing, *, clean_first: bool) -> None:
    """Keep as triplets what two good pairs bear out; of the others the one good pair, if there is one.

    Nothing is stored. A frame that went wrong, and three that make no good pair, become doubtful.
    """
    triplets, pairing.triplets = pairing.triplets, []
    for triplet in triplets:
        _read(workspace, pairing, triplet, clean_first)


def read_left_out(
    pairing: Pairing,
    found: Sequence[FoundFrame],
    paired: Mapping[str, Collection[UUID]],
    *,
    growing: bool = False,
) -> None:
    """Tell frames that were left out of their scene before from those that never had a partner.

    Args:
        pairing: Of the frames that are in no pair.
        found: These and those that are.
        paired: The pairs of each frame, by sha256.
        growing: The last frame of a scene may wait for its partner, and one that is paired cannot be paired
            by hand once more.
    """
    advice = (
        "nobody has to pair it."
        if growing
        else "if it shows the object at another place, pair it with `curate pairs add`."
    )
    kept, _ = without_repeats(by_name(found), paired)
    places = {frame.sha256: (scene, at) for scene in scenes(kept) for at, frame in enumerate(scene)}
    for number, doubtful in enumerate(pairing.doubtful):
        frame = doubtful.frames[0]
        if len(doubtful.frames) > 1 or frame.sha256 not in places:
            continue
        scene, at = places[frame.sha256]
        if two := _pair_of(scene, 0 if len(scene) == 3 and not growing else at, paired):
            names = f"{two[0].name} and {two[1].name}"
            sentence = f"{frame.name} is left out, as {names} of its scene are a pair: {advice}"
            pairing.doubtful[number] = Doubtful((frame,), sentence, left_out=True)


def _pair_of(
    scene: Sequence[FoundFrame], after: int, paired: Mapping[str, Collection[UUID]]
) -> tuple[FoundFrame, FoundFrame] | None:
    """The first two frames of a scene that are a pair, of which the second comes after this place."""
    for (_, first), (at, second) in combinations(enumerate(scene), 2):
        common = set(paired.get(first.sha256, ())).intersection(paired.get(second.sha256, ()))
        if at > after and common:
            return first, second
    return None


def _read(workspace: Workspace, pairing: Pairing, triplet: FoundGroup, clean_first: bool) -> None:
    clean, (first, second) = triplet.counterfactual, triplet.factuals
    wrong = {
        each: fault for each in (first, second) if (fault := fault_of(workspace, each.sha256, clean.sha256))
    }
    if not wrong:
        pairing.triplets.append(triplet)
    elif len(wrong) == 1:
        ((left_out, fault),) = wrong.items()
        (good,) = {first, second} - {left_out}
        _keep(pairing, good, clean, left_out, fault)
    else:
        # The clean plate itself may be the one that went wrong, with another one in the middle.
        shown, other = (second, first) if clean_first else (first, second)
        if fault_of(workspace, shown.sha256, other.sha256) is None:
            _keep(pairing, shown, other, clean, wrong[shown])
        else:
            pairing.doubtful.append(Doubtful((first, second, clean), _none_is_good(triplet, wrong[first])))


def _keep(pairing: Pairing, shown: FoundFrame, clean: FoundFrame, left_out: FoundFrame, fault: str) -> None:
    pairing.pairs.append(FoundGroup(clean, (shown,)))
    sentence = (
        f"{left_out.name} is left out ({_clause(fault)}). "
        f"{shown.name} and {clean.name} make a good pair: nothing is to be done."
    )
    pairing.doubtful.append(Doubtful((left_out,), sentence, left_out=True))


def _clause(fault: str) -> str:
    """What is seen, without what to do: here that is nothing."""
    seen = fault.partition(":")[0].rstrip(".")
    return seen[:1].lower() + seen[1:]


def _none_is_good(triplet: FoundGroup, fault: str) -> str:
    first, second = triplet.factuals
    names = f"{first.name}, {second.name} and {triplet.counterfactual.name}"
    return (
        f"{names} look alike, but no two of them make a good pair ({fault.rstrip('.')}): shoot them again, "
        "or pair them by hand."
    )
