"""From a record's row and pictures to a trainer's sample: what folders and shards have in common."""

from __future__ import annotations

from collections.abc import Callable

import torch

from curate.exporters.tasks.task import Row
from curate.training.cells import CellRule, Fit
from curate.training.epochs import Epochs
from curate.training.tasks import CellRules, Pictures, TaskTensors, TensorSample, tensors_of

Transform = Callable[[TensorSample, torch.Generator], TensorSample]
"""Augmentation: gets a sample and chance of its own, and gives the sample to train with."""


class SampleMaker:
    """Makes samples of one task. Copies in other processes see the same epoch."""

    def __init__(
        self,
        task: str,
        size: int,
        *,
        fit: Fit,
        reference_fit: Fit | None,
        margin: float,
        transform: Transform | None,
        seed: int,
    ) -> None:
        """Arguments are those of ``RecordDataset``.

        Raises:
            SettingsError: One of them does not exist or gives no cell.
        """
        self.epochs = Epochs(seed)
        self._task, self._transform = task, transform
        self._rules = CellRules(CellRule(size, fit, margin), CellRule(size, reference_fit or fit, margin))
        tensors_of(task)

    @property
    def tensors(self) -> TaskTensors:
        """What is needed of a record; looked up, because functions of a rule do not pickle."""
        return tensors_of(self._task)

    def sample(self, row: Row, pictures: Pictures, place: int) -> TensorSample:
        """``place`` is the record's own number: with seed and epoch it settles what is drawn."""
        sample = self.tensors.make(row, pictures, self._rules)
        sample["sample_id"] = row["sample_id"]
        return self._transform(sample, self.epochs.generator(place)) if self._transform else sample
