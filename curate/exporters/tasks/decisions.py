"""The ``decisions`` task: every vote with its reason and what it is about, rejections included.

Removals come with pictures, so that a discriminator of good and bad outputs can be trained on people's
verdicts (as RORem's); groups and pairs come as numbers and hashes, for calibrating bands, checks and order.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from curate.exporters.bare_bytes import NOTHING_BESIDE
from curate.exporters.tasks.decision_records import INPUT, MASK, OUTPUT, PICTURES, TASK, WIDENED, sample_id
from curate.exporters.tasks.tally import Tally
from curate.exporters.tasks.task import CardWords, Column, Holdings, PixelsOf, Row, SizeOf, Task, listed
from curate.pair_verdicts import REJECT, REJECT_REASONS
from curate.verdicts import VERDICTS

_KNOWN: Mapping[str, tuple[str | None, ...]] = {
    "kind": ("group", "pair", "removal"),
    "verdict": VERDICTS,
    "reason": (None, *REJECT_REASONS),
    "reviewer_kind": ("person", "automatic"),
}
_PSEUDONYM = re.compile(r"reviewer-[0-9a-f]{12}")
_TEXT, _TEXTS, _NUMBER = pa.string(), listed(pa.string()), pa.float64()
_MAYBE_TEXTS = pa.list_(pa.string())
_COLUMNS = (
    Column("sample_id", _TEXT, "sha256 over the task and the decision's id"),
    Column("kind", _TEXT, "what was voted on: group (of views), pair (counterfactual) or removal"),
    Column("verdict", _TEXT, "accept, reject or flag"),
    Column("reason", _TEXT, "why a pair or removal was rejected: one of the fixed reasons", True),
    Column("words", _TEXT, "what the reviewer typed besides; anybody's text", True),
    Column(INPUT, _TEXT, "of a removal: the photo, cut to `region`", True),
    Column(OUTPUT, _TEXT, "of a removal: what the remover made of it", True),
    Column(MASK, _TEXT, "of a removal: where the object is", True),
    Column(WIDENED, _TEXT, "of a removal: the widened mask, which the remover was given", True),
    Column("reviewer", _TEXT, "a pseudonym, unless the manifest's `reviewers` says names"),
    Column("reviewer_kind", _TEXT, "person, or automatic for a policy, which looks at nothing but numbers"),
    Column("adjudicates", pa.bool_(), "true if it ruled above what others had said, which was shown"),
    Column("standing", pa.bool_(), "true if it is its reviewer's latest word on the item"),
    Column("undone", pa.bool_(), "true if its reviewer took it back: a slip as likely as a change of mind"),
    Column("seconds", _NUMBER, "from painting to key; null if nobody measured it", True),
    Column("decided_at", pa.timestamp("us", tz="UTC"), "when"),
    Column("item_id", _TEXT, "the group, pair or removal, by its content: several may have voted on it"),
    Column("decision_ids", _TEXTS, "the decision; a pseudonym too, unless `reviewers` says names"),
    Column("photo_sha256s", _TEXTS, "original files: by member, with and without the object, or the one"),
    Column("photo_licences", _MAYBE_TEXTS, "of each; null where nobody stated one"),
    Column("object_ids", _TEXTS, "of a group by rank, the anchor first; of a removal its object"),
    Column("boxes", listed(listed(_NUMBER)), "x, y, width, height of each, pixels of the upright photo"),
    Column("labels", _TEXTS, "class name of each by the detector"),
    Column(
        "marks", _MAYBE_TEXTS, "how each was set apart: different, variant, near_duplicate, second; or null"
    ),
    Column("similarities", listed(_NUMBER), "of a group: cosine of each to the anchor"),
    Column("weakest", _NUMBER, "of a group: lowest cosine in it", True),
    Column("band", listed(_NUMBER), "of a group: lowest and highest cosine that made an edge", True),
    Column("mining_run", _TEXT, "of a group: the run that had found it last", True),
    Column("embedder_fingerprint", _TEXT, "of a group: model behind the similarities", True),
    Column("check_id", _TEXT, "of a pair: the measurement that was shown; null if there was none", True),
    Column("check_verdict", _TEXT, "what it said: pass, warn or fail", True),
    Column("check_sentence", _TEXT, "the same in words", True),
    Column("numbers", _TEXT, "of a pair or removal: all that had been measured, JSON", True),
    Column("suggested_reasons", _TEXTS, "of a removal: reasons that the numbers spoke for, worst first"),
    Column("measured_by", _TEXT, "fingerprint of the measures", True),
    Column("output_sha256", _TEXT, "of a removal: the whole output, as stored", True),
    Column("mask_sha256", _TEXT, "the object's mask, whole", True),
    Column("widened_mask_sha256", _TEXT, "of a removal: the widened mask, whole", True),
    Column("effect_mask_sha256", _TEXT, "of a pair: the mask of shadow and reflections", True),
    Column("alpha_sha256", _TEXT, "of a pair: the strength of the effect", True),
    Column("remover", _TEXT, "of a removal", True),
    Column("remover_fingerprint", _TEXT, "its weights, preprocessing and parameters", True),
    Column("segmenter", _TEXT, "of a removal: model that drew the mask", True),
    Column("dilation", pa.int64(), "of a removal: pixels by which the mask was widened", True),
    Column("region", listed(pa.int64()), "of a removal: x, y, width, height of what its pictures show", True),
)


def _holdings(row: Row) -> Holdings:
    photos = row["photo_sha256s"]
    things = (("item", row["item_id"]), *(("photo", photo) for photo in photos))
    return Holdings(things, dict(zip(photos, row["photo_licences"], strict=False)))


def _row_faults(row: Row, size_of: SizeOf) -> Iterator[str]:
    if [row["sample_id"]] != [sample_id(each) for each in row["decision_ids"]]:
        yield "has an id that does not follow from its decision"
    if not row["photo_sha256s"] or len(row["photo_licences"]) != len(row["photo_sha256s"]):
        yield "has columns of different length for its photos"
    objects = len(row["object_ids"])
    if any(len(row[name]) != objects for name in ("boxes", "labels", "marks")):
        yield "has columns of different length for its objects"
    pictures = [row[name] for name in PICTURES if row[name] is not None]
    if len(pictures) not in (0, len(PICTURES)):
        yield "has some of its pictures only"
    if any(list(size_of(name)) != (row["region"] or [])[2:] for name in pictures):
        yield "has pictures that do not show its region"
    yield from _vote_faults(row)


def _vote_faults(row: Row) -> Iterator[str]:
    for name, known in _KNOWN.items():
        if row[name] not in known:
            yield f"has the {name} {row[name]!r}, which there is not"
    if row["reason"] is not None and (row["verdict"] != REJECT or row["kind"] == "group"):
        yield "has a reason, but is no rejection of a pair or removal"
    if row["standing"] and row["undone"]:
        yield "is said to stand and to be undone"
    if row["numbers"] is not None and not _is_json(row["numbers"]):
        yield "has numbers that are no JSON"


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _rule_faults(row: Row, parameters: Mapping[str, Any]) -> Iterator[str]:
    named = row["reviewer_kind"] == "person" and not _PSEUDONYM.fullmatch(row["reviewer"])
    if named and parameters.get("reviewers") != "names":
        yield "names its reviewer in a manifest of pseudonyms"


def _pixel_faults(row: Row, pixels: PixelsOf) -> Iterator[str]:
    if row[MASK] is None:
        return
    mask, widened = pixels(row[MASK]), pixels(row[WIDENED])
    if any(plane.ndim != 2 or not np.isin(plane, (0, 255)).all() for plane in (mask, widened)):
        yield f"has values other than 0 and 255 in {row[MASK]} or {row[WIDENED]}"
    elif not mask.any() or (mask > widened).any():
        yield f"has no object in {row[MASK]}, or one that reaches out of {row[WIDENED]}"


def _facts(row: Row) -> Iterator[tuple[str, str]]:
    yield from ((name, row[name]) for name in ("kind", "verdict", "reason", "reviewer") if row[name])


def _summary(tally: Tally) -> str:
    kinds, verdicts, reasons = tally.of("kind"), tally.of("verdict"), tally.of("reason")
    told = f"{tally.records} votes of {len(tally.of('reviewer'))} reviewers: on {_listed(kinds)}"
    why = f" Reasons given: {_listed(reasons)}." if reasons else ""
    return (
        f"{told}; {_listed(verdicts)}.{why} Each comes with what it is about, as that was when the vote was "
        "cast. These are labels for training discriminators and calibrating numbers, not an approved set."
    )


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))


DECISIONS = Task(
    name=TASK,
    columns=_COLUMNS,
    holdings=_holdings,
    row_faults=_row_faults,
    pixel_faults=_pixel_faults,
    rule_faults=_rule_faults,
    masks={
        MASK: "white (255) is the object, black (0) everything else",
        WIDENED: "white (255) is what the remover was to fill, black (0) everything else",
    },
    card=CardWords(
        category="image-classification",
        tag="image-quality-assessment",
        facts=_facts,
        summary=_summary,
        counts="Items: {items}. Photos: {photos}. No photo and no item is in two splits.",
        loaded=(
            "`input`, `output`, `mask` and `widened_mask` come as pictures where a vote is on a removal, and "
            "as None elsewhere; `numbers` is JSON text. Who adjudicates knows the votes of others. Leave out "
            "what is not `standing` to count every reviewer once per item."
        ),
        rights=(
            "Pictures stand under the licences of their photos. Photos of groups and pairs are named by "
            "their hash and are not part of this set."
        ),
        making=(
            "Pictures are PNG in the full resolution of the photo, upright and in sRGB, cut to the region "
            "that the remover was shown: outside of it input and output are equal bit for bit. Pseudonyms "
            "are the same in all versions of a manifest and differ between manifests; they are made with a "
            "key that stays in the workspace. They hide nobody from whoever also has another export of the "
            "same items and a list of names: `decision_ids` of other tasks are made from the names of "
            "reviewers, so that names can be tried out on them. `words` leave as they were typed. "
            f"{NOTHING_BESIDE}"
        ),
        limits=(
            "Votes are people's, taken one after another from a queue that numbers of models put in order: "
            "shares of verdicts are those of what was served, not of all items. What a policy decided is no "
            "person's judgement; `reviewer_kind` tells."
        ),
    ),
    nothing="Nobody has decided anything yet: review in the app, or with `curate decide`.",
)
