"""Chance that depends on seed, epoch and place alone, not on workers."""

from __future__ import annotations

import numpy as np
import torch

from curate.errors import SettingsError


class Epochs:
    """A seed, and the number of the epoch, which all workers of a loader see."""

    def __init__(self, seed: int) -> None:
        """Epoch 0.

        Raises:
            SettingsError: The seed is negative.
        """
        if seed < 0:
            raise SettingsError(f"The seed {seed} cannot be used: give 0 or more.")
        self._seed = seed
        # In shared memory, because persistent workers have a copy of everything else from the first epoch.
        self._number = torch.zeros((), dtype=torch.int64).share_memory_()  # type: ignore[no-untyped-call]

    @property
    def number(self) -> int:
        return int(self._number)

    def set(self, number: int) -> None:
        """Begin an epoch."""
        self._number.fill_(number)

    def generator(self, *place: int) -> torch.Generator:
        """Equal for equal seed, epoch and ``place``, a few numbers from 0 on."""
        entropy = np.random.SeedSequence((self._seed, self.number, *place))
        return torch.Generator().manual_seed(int(entropy.generate_state(1, np.uint64)[0]))
