"""What each training task's records become: tensors by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from PIL import Image, ImageChops
from torch import Tensor

from curate.errors import SettingsError
from curate.exporters.tasks.task import Row
from curate.pair_verdicts import ACCEPT, REJECT
from curate.training.cells import EMPTY, CellRule, Placing
from curate.training.grids import REFERENCES, grid, loss_mask

Pictures = Mapping[str, list[Image.Image]]
"""The decoded pictures of a record by column."""
TensorSample = dict[str, Any]
"""Tensors by name, and texts."""
_TARGET, _REFERENCES = "target_file_name", "reference_file_names"
_MASK, _BACKGROUND = "mask_file_name", "background_file_name"


@dataclass(frozen=True, slots=True)
class CellRules:
    """How pictures are laid into cells."""

    target: CellRule
    """Also for all that is aligned with the target: its masks and background."""
    reference: CellRule


@dataclass(frozen=True, slots=True)
class TaskTensors:
    """How records of one task become tensors."""

    pictures: Mapping[str, int]
    """Columns that name pictures that are needed, and how many of them at most."""
    values: tuple[str, ...]
    """Other columns that are needed."""
    make: Callable[[Row, Pictures, CellRules], TensorSample]
    keeps: Callable[[Row], bool] | None = None
    """Whether a record is one to train with, by the columns above; None keeps all."""
    none_kept: str = ""
    """What a split without any such record holds, after how many, and what to do."""


def tensors_of(task: str) -> TaskTensors:
    """How records of ``task`` become tensors.

    Raises:
        SettingsError: There is no rule for that task.
    """
    if task not in TASKS:
        raise SettingsError(
            f"Records of the task {task!r} cannot be loaded as tensors: export one of {', '.join(TASKS)}."
        )
    return TASKS[task]


def _views(row: Row, pictures: Pictures, rules: CellRules) -> TensorSample:
    """ObjectMate's grid; see ``RecordDataset``."""
    place, target = _placed(row, pictures, rules.target, _TARGET)
    cells = [
        (where, where.photo(each))
        for each, box in zip(pictures[_REFERENCES], row["reference_boxes"], strict=False)
        for where in [rules.reference.placing(each.size, box)]
    ]
    return {
        "grid": grid([cell for _, cell in cells], target, EMPTY),
        "loss_mask": loss_mask(rules.target.size),
        "picture_mask": grid([where.shown() for where, _ in cells], place.shown(), 0.0),
        "reference_count": torch.tensor(len(cells)),
        "label": row["label"],
    }


def _subject(row: Row, pictures: Pictures, rules: CellRules) -> TensorSample:
    return _views(row, pictures, rules) | {"caption": row["caption"]}


def _insertion(row: Row, pictures: Pictures, rules: CellRules) -> TensorSample:
    place, background = _placed(row, pictures, rules.target, _BACKGROUND)
    return _views(row, pictures, rules) | {
        "mask": grid([], place.mask(pictures[_MASK][0]), 0.0),
        "background": grid([], background, EMPTY),
    }


def _placed(row: Row, pictures: Pictures, rule: CellRule, column: str) -> tuple[Placing, Tensor]:
    picture = pictures[column][0]
    place = rule.placing(picture.size, row["box"])
    return place, place.photo(picture)


def _aligned(*columns: str) -> Callable[[Row, Pictures, CellRules], TensorSample]:
    """Pictures of one size, each a cell of its own: ObjectDrop's (X, M, X_cf) and (y, M, x)."""

    def make(row: Row, pictures: Pictures, rules: CellRules) -> TensorSample:
        found = {column.removesuffix("_file_name"): pictures[column][0] for column in columns}
        place = rules.target.placing(found["input"].size, _box(found))
        made = {name: _how(place, name)(picture) for name, picture in found.items()}
        return {**made, "picture_mask": place.shown()}

    return make


def _how(place: Placing, name: str) -> Callable[[Image.Image], Tensor]:
    if name == "alpha":
        return place.strength
    return place.mask if name.endswith("mask") else place.photo


def _box(found: Mapping[str, Image.Image]) -> tuple[int, int, int, int]:
    """Around object and effect, so that no shadow is cut off that is to be removed or made."""
    masks = [found[name].convert("L") for name in ("mask", "effect_mask") if name in found]
    around = ImageChops.lighter(masks[0], masks[-1]).getbbox()
    left, top, right, bottom = around or (0, 0, *found["input"].size)
    return left, top, right - left, bottom - top


def _votes(row: Row, pictures: Pictures, rules: CellRules) -> TensorSample:
    accepted = torch.tensor(float(row["verdict"] == ACCEPT))
    return _DISCRIMINATED(row, pictures, rules) | {"accepted": accepted}


def _is_told(row: Row) -> bool:
    """Whether it is a person's last word on an output, and yes or no."""
    seen = row["input_file_name"] is not None and row["reviewer_kind"] == "person"
    return seen and row["standing"] and row["verdict"] in (ACCEPT, REJECT)


_NONE_TOLD = (
    "votes, none of them a person's last word on a removal, yes or no, with its pictures: "
    "vote on removals in `curate review`, then run `curate export decisions` again, with pictures"
)
_REMOVAL = ("input_file_name", _MASK, _TARGET, "effect_mask_file_name", "alpha_file_name")
_PAIRS = ("input_file_name", _MASK, _TARGET, _BACKGROUND, "effect_mask_file_name")
_BOOTSTRAP = _PAIRS[:-1]
_SHOWN = ("input_file_name", "output_file_name", _MASK, "widened_mask_file_name")
_DISCRIMINATED = _aligned(*_SHOWN)
_VIEWS = {_TARGET: 1, _REFERENCES: REFERENCES}
_TOLD = ("box", "reference_boxes", "label")

TASKS: Mapping[str, TaskTensors] = {
    "subject": TaskTensors(_VIEWS, (*_TOLD, "caption"), _subject),
    "benchmark": TaskTensors(_VIEWS, (*_TOLD, "caption"), _subject),
    "insertion": TaskTensors(_VIEWS | {_BACKGROUND: 1, _MASK: 1}, _TOLD, _insertion),
    "removal": TaskTensors(dict.fromkeys(_REMOVAL, 1), (), _aligned(*_REMOVAL)),
    "insertion-pairs": TaskTensors(dict.fromkeys(_PAIRS, 1), (), _aligned(*_PAIRS)),
    "insertion-bootstrap": TaskTensors(dict.fromkeys(_BOOTSTRAP, 1), (), _aligned(*_BOOTSTRAP)),
    "decisions": TaskTensors(
        dict.fromkeys(_SHOWN, 1),
        ("verdict", "reviewer_kind", "standing"),
        _votes,
        keeps=_is_told,
        none_kept=_NONE_TOLD,
    ),
}
