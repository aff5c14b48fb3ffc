"""What it means that columns of a record differ, and what was asked for differently; from the files alone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from curate.exporters.difference import SPLIT, Change
from curate.exporters.value_words import name_words, value_words

DECISIONS = "decision_ids"

_WORDS = (
    (SPLIT, "moved to another split"),
    ("reference_object_ids", "other references"),
    ("caption", "another caption"),
    ("removal_id", "another removal is its background"),
    ("mask_sha256", "another mask"),
    ("group_id", "its set of views gained or lost members"),
    ("licence", "rights were stated anew"),
    ("consent", "rights were stated anew"),
    ("reference_licences", "rights were stated anew"),
    ("reference_consents", "rights were stated anew"),
    ("object_name", "its object was named anew"),
    ("undone", "taken back since"),
    ("standing", "its reviewer said something else since"),
)
"""What it means that a column differs; of the others the names have to do."""
_FOLLOWS = {
    "reference_object_ids": ("similarities", "reference_"),
    "caption": ("caption",),
    "removal_id": ("remover", "segmenter", "dilation", "region", "background_", "input_", "mask_", "effect_"),
    "mask_sha256": ("mask_", "effect_", "alpha_", "input_"),
    "undone": ("standing",),
}
"""Starts of the names of columns that differ because another one does."""
_CAUSES = {
    "references": "reference_object_ids",
    "at_least": "reference_object_ids",
    "near_duplicate_distance": "reference_object_ids",
    "embedder": "similarities",
    "captioner": "caption",
    "picture": "target_file_name",
    "reviewers": "reviewer",
}
"""The column that differs if what was asked for does, by parameter."""
_LOOKS = frozenset({"captioner", "crops", "picture", "pictures", "reviewers"})
"""Parameters that say how records look, and not which there are."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason for a change."""

    why: str
    """Equal where it is the same for several records, so that they can be counted."""
    detail: str = ""
    """Of this record: who, when, how many."""

    def __str__(self) -> str:
        return f"{self.why} ({self.detail})" if self.detail else self.why


class Asked:
    """What two exports were asked for differently.

    Args:
        differing: Both values by name.
    """

    def __init__(self, differing: Mapping[str, tuple[object, object]]) -> None:
        self._words = {
            name: f"{name_words(name)} {_short(one)} -> {_short(other)}"
            for name, (one, other) in differing.items()
        }

    def of_choice(self) -> Iterator[Reason]:
        """One reason that names what decides which records there are; none if that is the same."""
        yield from self._reason(self._words.keys() - _LOOKS)

    def of_columns(self, columns: Iterable[str]) -> Iterator[Reason]:
        """The same of what makes these columns differ."""
        differ = set(columns)
        yield from self._reason({name for name in self._words if _CAUSES.get(name) in differ})

    def _reason(self, names: Collection[str]) -> Iterator[Reason]:
        told = [words for name, words in self._words.items() if name in names]
        if told:
            yield Reason("asked for differently", ", ".join(told))


def column_reasons(change: Change) -> Iterator[Reason]:
    """What a changed record has otherwise, but for the decisions behind it."""
    columns = [each for each in change.columns if each != DECISIONS]
    for column, why in _WORDS:
        if column in columns:
            yield Reason(why, _detail(column, change))
            follow = (column, *_FOLLOWS.get(column, ()))
            columns = [each for each in columns if not each.startswith(follow)]
    if columns:
        yield Reason(f"other {', '.join(map(name_words, columns))}")


def _detail(column: str, change: Change) -> str:
    if change.before is None or change.after is None:
        return ""
    if column == SPLIT:
        return f"{change.before.split} -> {change.after.split}"
    one, other = change.before.row[column], change.after.row[column]
    if column == "reference_object_ids":
        return came_and_went(one, other)
    return f"{_short(one)} -> {_short(other)}"


def came_and_went(before: Iterable[str], after: Iterable[str]) -> str:
    """``1 went, 0 came``."""
    one, other = set(before), set(after)
    return f"{len(one - other)} went, {len(other - one)} came"


def _short(value: object) -> str:
    """A value in few signs."""
    text = value_words(value)
    return text if len(text) <= 40 else f"{text[:12]}…"
