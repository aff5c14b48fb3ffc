"""Three frames in a row: an object at two places, or a pair of which one shot went wrong. Measuring tells."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from curate.capture.pairing import Doubtful, FoundFrame, FoundGroup, Pairing
from curate.workflows.pair_checking import fault_of
from curate.workspace import Workspace


def read_triplets(workspace: Workspace, pairing: Pairing, *, clean_first: bool) -> None:
    """Keep as triplets what two good pairs bear out; of the others the one good pair, if there is one.

    Nothing is stored. A frame that went wrong, and three that make no good pair, become doubtful.
    """
    triplets, pairing.triplets = pairing.triplets, []
    for triplet in triplets:
        _read(workspace, pairing, triplet, clean_first)


def read_left_out(pairing: Pairing, whole: Pairing, paired: Mapping[str, Collection[UUID]]) -> None:
    """Tell frames that were left out of their scene before from those that never had a partner.

    Args:
        pairing: Of the frames that are in no pair.
        whole: Of these and those that are.
        paired: The pairs of each frame, by sha256.
    """
    partners = {
        frame.sha256: [each for each in frames if each is not frame]
        for triplet in whole.triplets
        for frames in [(*triplet.factuals, triplet.counterfactual)]
        for frame in frames
    }
    for place, doubtful in enumerate(pairing.doubtful):
        frame = doubtful.frames[0]
        others = partners.get(frame.sha256, []) if len(doubtful.frames) == 1 else []
        if others and set.intersection(*(set(paired.get(each.sha256, ())) for each in others)):
            first, second = (each.name for each in others)
            sentence = (
                f"{frame.name} is left out, as {first} and {second} of its scene are a pair: if it shows the "
                "object at another place, pair it with `curate pairs add`."
            )
            pairing.doubtful[place] = Doubtful((frame,), sentence, left_out=True)


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
        f"{left_out.name} is left out: {shown.name} and {clean.name} make a good pair, "
        f"and of one with it the check says: {fault}"
    )
    pairing.doubtful.append(Doubtful((left_out,), sentence, left_out=True))


def _none_is_good(triplet: FoundGroup, fault: str) -> str:
    first, second = triplet.factuals
    names = f"{first.name}, {second.name} and {triplet.counterfactual.name}"
    return (
        f"{names} look alike, but no two of them make a good pair ({fault.rstrip('.')}): shoot them again, "
        "or pair them by hand."
    )
