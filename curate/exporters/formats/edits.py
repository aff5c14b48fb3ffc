"""A record as a model that changes pictures by instruction is shown it: what the trainers' formats share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from curate.exporters.tasks import (
    bootstrap_records,
    insertion_pairs,
    insertion_records,
    removal,
    subject_records,
)
from curate.exporters.tasks.task import Row, Task


@dataclass(frozen=True, slots=True)
class Edit:
    """Pictures are paths below the split folder."""

    target: str
    prompt: str
    source: str | None = None
    """The picture to be changed."""
    mask: str | None = None
    """Grey: 255 is the object in source or target, 0 everything else."""
    hidden: bool = False
    """Whether what the mask covers is to be painted anew, so that a model need not see it in the source."""
    references: tuple[str, ...] = ()
    """Other views of the object, most similar first."""

    @property
    def hole(self) -> tuple[str, str] | None:
        """Source and mask, if what the mask covers need not be seen."""
        return (self.source, self.mask) if self.hidden and self.source and self.mask else None

    def controls(self) -> list[str]:
        """What a model is shown, in this order: source, mask, references."""
        return [name for name in (self.source, self.mask, *self.references) if name is not None]


def edit_of(task: Task, row: Row) -> Edit:
    """The record ``row`` of one of ``EDITABLE``."""
    return _EDITS[task.name](row)


def thing_in(row: Row) -> str:
    """What the object is called, on one line; ``object`` if nobody said."""
    name = row["label"] if "label" in row else row["object_name"]
    return " ".join((name or "").split()) or "object"


def unsaid(task: Task, parameters: Mapping[str, Any]) -> str | None:
    """What pictures and prompts alone do not tell of records that were exported with ``parameters``."""
    if task.name == subject_records.TASK and not parameters.get("crops"):
        return (
            "Pictures are whole photos, and this layout has no place for boxes: nothing tells a trainer "
            "which thing in them a prompt is about. Export with --crops, so that each picture is the thing."
        )
    if task.name == insertion_records.TASK:
        return (
            "References are whole photos, and this layout has no place for their boxes: which thing in them "
            "to insert is told by the prompt's word for it alone."
        )
    return None


def _subject(row: Row) -> Edit:
    return Edit(row["target_file_name"], row["caption"], references=tuple(row["reference_file_names"]))


def _insertion(row: Row) -> Edit:
    return Edit(
        row["target_file_name"],
        f"Insert the {thing_in(row)}.",
        source=row["background_file_name"],
        mask=row["mask_file_name"],
        hidden=True,
        references=tuple(row["reference_file_names"]),
    )


def _removal(row: Row) -> Edit:
    prompt = f"Remove the {thing_in(row)}."
    return Edit(row["target_file_name"], prompt, row["input_file_name"], row["mask_file_name"], hidden=True)


def _pasted(row: Row) -> Edit:
    """The object is there already and lacks what it does to its scene."""
    prompt = f"Add the shadow and the reflections of the {thing_in(row)}."
    return Edit(row["target_file_name"], prompt, row["input_file_name"], row["mask_file_name"])


_EDITS: Mapping[str, Callable[[Row], Edit]] = {
    subject_records.TASK: _subject,
    insertion_records.TASK: _insertion,
    bootstrap_records.TASK: _pasted,
    removal.TASK: _removal,
    insertion_pairs.TASK: _pasted,
}
EDITABLE = tuple(_EDITS)
"""Tasks whose records are edits."""
