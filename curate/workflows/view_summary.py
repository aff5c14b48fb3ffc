"""What an export has to know of all its records before it writes the first."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from curate.exporters.tasks.subject_records import views_of
from curate.manifest_records import SubjectRecord
from curate.workflows.export_options import LeftOut
from curate.workflows.splits import TIED


@dataclass
class ViewSummary:
    """Grows with photos and decisions, not with records."""

    tied: Collection[UUID]
    """Objects that a trainer should know of."""
    splits: dict[str, str] = field(default_factory=dict)
    """By the sha256 of every photo."""
    unlicensed: set[str] = field(default_factory=set)
    """sha256 of photos without a licence on record."""
    captions: set[str] = field(default_factory=set)
    """Sources of captions."""
    exported_tied: set[UUID] = field(default_factory=set)
    """Those of ``tied`` that are the target of a record."""
    _decisions: set[str] = field(default_factory=set)

    def add(self, records: Iterable[SubjectRecord]) -> None:
        """Note some records."""
        for record in records:
            for view in views_of(record):
                self.splits[view.photo_sha256] = record.split
                if not view.licence:
                    self.unlicensed.add(view.photo_sha256)
            self.captions.add(record.caption_source)
            self._decisions.update(record.decision_ids)
            if record.target.object_id in self.tied:
                self.exported_tied.add(record.target.object_id)

    def decision_ids(self) -> set[UUID]:
        """The decisions behind the records; made anew, as they take as much as all else here."""
        return set(map(UUID, self._decisions))


@dataclass(frozen=True, slots=True)
class ChosenViews:
    """What is left of a selection once its records are made."""

    parameters: Mapping[str, object]
    left_out: LeftOut
    summary: ViewSummary

    @property
    def warnings(self) -> LeftOut:
        """Targets that a trainer should know of, by why."""
        return {TIED: self.summary.exported_tied}
