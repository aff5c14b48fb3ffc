"""What the dataset cards of all tasks made of counterfactual pairs say."""

from __future__ import annotations

from collections.abc import Sequence

from curate.exporters.pair_rules import ALIGNED_UP_TO, moved_too_far
from curate.exporters.task import Row

NOTHING = "Nothing is approved for export: accept pairs in the review app or with `curate decide` first."
COUNTS = (
    "Shoots: {shoots}. Scenes: {scenes}. Photos: {photos}. No photo, scene or shoot, and no object "
    "that its photographer named, is in two splits; objects of two photographers count as two."
)
RIGHTS = (
    "Licence and consent are those of the shoot. What the people in the photos agreed to stands in "
    "`consent`, as it was stated when the photos were handed in."
)
MAKING = (
    "Photos that were upright 8-bit sRGB JPEG or PNG without location data are here byte for byte; all "
    "else was decoded once (both RAW files of a pair alike), turned upright, converted to 8-bit sRGB and "
    "written as PNG. Where `aligned` is true the photo without the object was moved onto the other, and "
    "both and their masks were cropped to what they share. The object mask is what changed between the "
    "photos, or what a person drew, as the reviewers saw it. Masks are PNG. No file carries location data."
)


TWO_EXPOSURES = (
    "The photos with and without the object are two exposures: they differ by noise everywhere, also where "
    "nothing changed. Tools that want the object black have to invert `mask`."
)


def facts(rows: Sequence[Row]) -> str:
    """What a trainer wants to know before loading: sizes, aligned pairs, verdicts, held-out pairs."""
    sizes = sorted({(row["width"] * row["height"], row["width"], row["height"]) for row in rows})
    (_, *smallest), (_, *largest) = sizes[0], sizes[-1]
    shown = "{} x {}".format(*smallest)
    if largest != smallest:
        shown += " to {} x {}".format(*largest)
    told = [f"Pictures have {shown} pixels, and all of one record have the same size."]
    if aligned := sum(row["aligned"] for row in rows):
        told.append(f"Aligned and cropped: {aligned} of {len(rows)}.")
    if held_out := sum(row["held_out"] for row in rows):
        told.append(f"Taken to test with (`held_out`): {held_out}.")
    if doubted := sum(row["qc_verdict"] != "pass" for row in rows):
        told.append(f"Accepted by people though a measurement warned or failed (`qc_verdict`): {doubted}.")
    if moved := [row["pair_id"] for row in rows if _moved(row)]:
        told.append(
            f"Not aligned though the camera moved by more than {ALIGNED_UP_TO:g} pixels (`qc_shift`), as an "
            f"adjudicator accepted them all the same: {', '.join(sorted(moved))}."
        )
    return " ".join(told)


def _moved(row: Row) -> bool:
    return moved_too_far(row["qc_verdict"], row["qc_shift"], aligned=row["aligned"])


def pairs(rows: Sequence[Row]) -> str:
    """How many, in words."""
    return "1 counterfactual pair" if len(rows) == 1 else f"{len(rows)} counterfactual pairs"
