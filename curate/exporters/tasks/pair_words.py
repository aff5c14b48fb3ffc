"""What the dataset cards of all tasks made of counterfactual pairs say."""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from curate.exporters.bare_bytes import KEPT_OR_DECODED, NOTHING_BESIDE
from curate.exporters.tasks.pair_rules import ALIGNED_UP_TO, moved_too_far
from curate.exporters.tasks.tally import Tally
from curate.exporters.tasks.task import Row

NOTHING = "Nothing is approved for export: accept pairs in the review app or with `curate decide` first."
COUNTS = (
    "Shoots: {shoots}. Scenes: {scenes}. Photos: {photos}. No photo, scene or shoot, and no object "
    "that its photographer named, is in two splits; objects of two photographers count as two."
)
RIGHTS = (
    "Licence and consent are those of the shoot. What the people in the photos agreed to stands in "
    "`consent`, as it was stated when the photos were handed in, and whom they want named in `credit`. How "
    "photographers log in is in no column, but `shoot_id` and `object_key` are made from it, so that names "
    "can be tried out on them."
)
MAKING = (
    f"{KEPT_OR_DECODED} Both RAW files of a pair were decoded alike. Where `aligned` is true the "
    "photo without the object was moved onto the other, and both were cropped with their masks to what they "
    "share. The object mask is what changed between the photos, or what a person drew, as reviewers saw it. "
    f"Masks are PNG. {NOTHING_BESIDE}"
)
LIMITS = (
    "Camera, light and focus were measured, and people looked; what moved or changed by less than the "
    "measurement sees (a third of a percent of the frame, or a smaller thing behind the object) is still in. "
    "Noise differs between the two photos. Scenes are those of the photographers' rooms."
)
TWO_EXPOSURES = (
    "The photos with and without the object are two exposures: they differ by noise everywhere, also where "
    "nothing changed. Tools that want the object black have to invert `mask`."
)


def facts(row: Row) -> Iterator[tuple[str, Hashable]]:
    """What ``described`` counts."""
    yield "size", (row["width"] * row["height"], row["width"], row["height"])
    yield "aligned", row["aligned"]
    yield "held out", row["held_out"]
    yield "doubted", row["qc_verdict"] != "pass"
    if _moved(row):
        yield "moved", row["pair_id"]


def described(tally: Tally) -> str:
    """What a trainer wants to know before loading: sizes, aligned pairs, verdicts, held-out pairs."""
    sizes = sorted(tally.of("size"))
    (_, *smallest), (_, *largest) = sizes[0], sizes[-1]
    shown = "{} x {}".format(*smallest)
    if largest != smallest:
        shown += " to {} x {}".format(*largest)
    told = [f"Pictures have {shown} pixels, and all of one record have the same size."]
    if aligned := tally.of("aligned")[True]:
        told.append(f"Aligned and cropped: {aligned} of {tally.records}.")
    if held_out := tally.of("held out")[True]:
        told.append(f"Taken to test with (`held_out`): {held_out}.")
    if doubted := tally.of("doubted")[True]:
        told.append(f"Accepted by people though a measurement warned or failed (`qc_verdict`): {doubted}.")
    if moved := tally.of("moved"):
        told.append(
            f"Not aligned though the camera moved by more than {ALIGNED_UP_TO:g} pixels (`qc_shift`), as an "
            f"adjudicator accepted them all the same: {', '.join(sorted(moved))}."
        )
    return " ".join(told)


def _moved(row: Row) -> bool:
    return moved_too_far(row["qc_verdict"], row["qc_shift"], aligned=row["aligned"])


def pairs(tally: Tally) -> str:
    """How many, in words."""
    return "1 counterfactual pair" if tally.records == 1 else f"{tally.records} counterfactual pairs"
