"""The ``insertion-bootstrap`` task: input y = M*x + (1-M)*z, target x (ObjectDrop, section 5, first stage).

x is a photo, z an accepted removal of its object, and M the object's own mask, not the one that was widened
for the remover: the ring between them shows ground with the object's contact shadow, which is what a model is
to learn to add, and whoever inserts an object has no more of it than its own pixels.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from curate.errors import SettingsError
from curate.exporters.pixels import pasted
from curate.exporters.tasks import backgrounds
from curate.exporters.tasks.backgrounds import (
    BACKGROUND,
    MASK,
    MASK_MEANING,
    TARGET,
    background_pixel_faults,
    background_row_faults,
)
from curate.exporters.tasks.bootstrap_records import INPUT, TASK, sample_id
from curate.exporters.tasks.bootstrap_rules import BootstrapNumbers, BootstrapRules, mask_shares
from curate.exporters.tasks.subject import SUBJECT, box_is_inside
from curate.exporters.tasks.tally import Tally
from curate.exporters.tasks.task import CardWords, Column, Holdings, PixelsOf, Row, SizeOf, Task, listed

_PICTURES = (
    Column(INPUT, pa.string(), "y = M*x + (1-M)*z: the object pasted onto the background; PNG"),
    Column(MASK, pa.string(), "M: where the object is in input and target, not widened; PNG"),
    Column(TARGET, pa.string(), "x: the photo with the object, its shadow and reflections"),
    Column(BACKGROUND, pa.string(), "z: the photo without the object, output of a remover; PNG"),
)
_TOLD = ("label", "box", "score", "object_id", "source_sha256", "licence", "consent", "source")
_NUMBERS = (
    Column("mask_share", pa.float64(), "share 0..1 of the photo that the mask covers"),
    Column("border_share", pa.float64(), "share 0..1 of the photo's lowest row of pixels in the mask"),
    Column(
        "effect_share",
        pa.float64(),
        "area around the widened mask whose light the remover changed, over that mask's area",
    ),
    Column("measured_by", pa.string(), "fingerprint of the measures behind effect_share"),
    Column("decision_ids", listed(pa.string()), "the decisions that accept the background"),
)
_COLUMNS = (
    Column("sample_id", pa.string(), "sha256 over the task, the object's id and the removal"),
    *_PICTURES,
    *(each for each in SUBJECT.columns if each.name in _TOLD),
    *backgrounds.COLUMNS,
    *_NUMBERS,
)


def _holdings(row: Row) -> Holdings:
    photo = row["source_sha256"]
    return Holdings((("photo", photo), ("object", row["object_id"])), {photo: row["licence"]})


def _row_faults(row: Row, size_of: SizeOf) -> Iterator[str]:
    if row["sample_id"] != sample_id(row["object_id"], row["removal_id"]):
        yield "has an id that does not follow from its object and removal"
    yield from background_row_faults(row, size_of)
    if size_of(row[INPUT]) != size_of(row[TARGET]) or not row[INPUT].endswith(".png"):
        yield f"has an input {row[INPUT]} in another size than its target, or a lossy one"
    if not box_is_inside(row["box"], size_of(row[TARGET])):
        yield f"has a box outside of {row[TARGET]}"


def _pixel_faults(row: Row, pixels: PixelsOf) -> Iterator[str]:
    faults = list(background_pixel_faults(row, pixels))
    yield from faults
    if faults:
        return
    mask = pixels(row[MASK])
    if not np.array_equal(pixels(row[INPUT]), pasted(pixels(row[TARGET]), pixels(row[BACKGROUND]), mask)):
        yield f"has an input {row[INPUT]} that is not target inside the mask and background outside it"
    if mask_shares(mask) != (row["mask_share"], row["border_share"]):
        yield f"states other shares of the photo and its lower border than {row[MASK]} has"


def _rule_faults(row: Row, parameters: Mapping[str, Any]) -> Iterator[str]:
    try:
        rules = BootstrapRules.from_parameters(parameters.get("rules"))
    except SettingsError:
        yield "is of a manifest whose `rules` are not those of this task"
        return
    numbers = BootstrapNumbers(row["mask_share"], row["border_share"], row["effect_share"])
    if not math.isfinite(numbers.effect_share):
        yield "has an effect_share that is no number"
    elif broken := rules.broken_by(numbers):
        yield f"is of the objects {broken}, against the rules of its manifest"


def _facts(row: Row) -> Iterator[tuple[str, str]]:
    yield "remover", row["remover"]


def _summary(tally: Tally) -> str:
    removers = ", ".join(sorted(tally.of("remover")))
    return (
        f"{tally.records} training samples for object insertion, bootstrapped from single photos. Each is a "
        f"photo (`target`), the same photo without its object (`background`, by {removers}), the object's "
        "`mask`, and the object pasted onto the background (`input`): it lacks the shadow and reflections "
        "that a model is to add. Backgrounds were accepted by decisions on record."
    )


INSERTION_BOOTSTRAP = Task(
    name=TASK,
    columns=_COLUMNS,
    holdings=_holdings,
    row_faults=_row_faults,
    pixel_faults=_pixel_faults,
    rule_faults=_rule_faults,
    masks={MASK: MASK_MEANING},
    card=CardWords(
        category="image-to-image",
        tag="object-insertion",
        facts=_facts,
        summary=_summary,
        counts="Objects: {objects}. Photos: {photos}. No photo is in two splits.",
        loaded=(
            "`input`, `mask`, `target` and `background` come as pictures of one size, the mask in 8-bit "
            "grey; all other columns as they stand below. An insertion model gets `input` and `mask` and "
            "learns to make `target`. On the pixels that Pillow decodes "
            "`input == numpy.where(mask[..., None] == 255, target, background)` holds exactly. The mask is "
            "the object's own, not the one that was widened by `dilation` pixels for the remover: around it "
            "the input shows the background, without the object's contact shadow. Tools that want the object "
            "black have to invert `mask`."
        ),
        rights=(
            "A record stands under the licence of its photo. What the people in it agreed to stands in "
            "`consent`, as it was stated when the photo was taken in."
        ),
        making=(
            f"{SUBJECT.card.making} Backgrounds and masks are PNG as they were judged; inputs are computed "
            "from target, background and mask. `rules` below holds the limits that every record keeps, each "
            "with where it comes from."
        ),
        limits=(
            "Backgrounds are a model's guess. The rules on masks and on the area that changed are rules of "
            "thumb: they let some records pass whose removal left part of a shadow. Masks are a segmenter's."
        ),
    ),
    nothing=(
        "Nothing is approved for export: type `curate remove`, and accept removals in "
        "`curate review` or with `curate decide accept` first."
    ),
)
