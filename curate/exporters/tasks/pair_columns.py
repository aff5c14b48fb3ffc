"""Columns that the tasks made of counterfactual pairs share."""

from __future__ import annotations

import pyarrow as pa

from curate.exporters.tasks.task import Column, listed

MASK, EFFECT = "mask_file_name", "effect_mask_file_name"
MASK_MEANING = "white (255) is the object, black (0) everything else"
EFFECT_MEANING = "white (255) is the object's shadow and reflections, black (0) everything else; may be empty"

SAMPLE_ID = Column(
    "sample_id", pa.string(), "sha256 over the task and the sha256 of both photos and of the stored mask"
)
COLUMNS = (
    Column("width", pa.int64(), "of every picture of the record, pixels"),
    Column("height", pa.int64(), "of every picture of the record, pixels"),
    Column(
        "aligned",
        pa.bool_(),
        "true if the photo without the object was resampled onto the other because the camera had moved a "
        "little, and both were cropped; false if they are as they were taken",
    ),
    Column(
        "crop",
        listed(pa.int64()),
        "x, y, width, height of what is shown, in pixels of the upright original with the object",
    ),
    Column("object_name", pa.string(), "what the photographer calls the object; null if not named", True),
    Column(
        "object_key",
        pa.string(),
        "equal where one photographer gave the same name: taken for one object; null if not named",
        True,
    ),
    Column("pair_id", pa.string(), "the pair, by both photos"),
    Column("kind", pa.string(), "pair, triplet (one clean plate, two places) or burst (one, many photos)"),
    Column("scene_id", pa.string(), "equal for the pairs of one triplet or burst, which share a photo"),
    Column("shoot_id", pa.string(), "the shoot the pair was taken in"),
    Column("held_out", pa.bool_(), "true if the shoot was taken to test with: always in the split test"),
    Column("factual_sha256", pa.string(), "original file of the photo with the object"),
    Column("counterfactual_sha256", pa.string(), "original file of the photo without it"),
    Column("mask_sha256", pa.string(), "the object mask that was approved, before any crop"),
    Column("credit", pa.string(), "whom to name as the photographer; null if they named nobody", True),
    Column("licence", pa.string(), "of both photos; null if nobody stated one", True),
    Column("consent", pa.string(), "of the people in the photos; null if nobody stated any", True),
    Column("qc_verdict", pa.string(), "what the measurements say of the pair: pass, warn or fail"),
    Column(
        "qc_shift",
        pa.float64(),
        "how far a corner moved from photo to photo as taken, pixels; null if unknown",
        True,
    ),
    Column(
        "qc_ev",
        pa.float64(),
        "stops by which the photo without the object is brighter; null if unknown",
        True,
    ),
    Column("decision_ids", listed(pa.string()), "the decisions that accept this pair"),
)
