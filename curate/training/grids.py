"""ObjectMate's 2x2 grid: three references and the target (arXiv 2412.08645, section 3).

The paper does not say which cell is the target's; here it is the one at the bottom right (``ours``).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

CELLS = ((0, 0), (0, 1), (1, 0), (1, 1))
"""Row and column of the references, most similar first, and of the target."""
REFERENCES = len(CELLS) - 1


def grid(references: Sequence[Tensor], target: Tensor, empty: float) -> Tensor:
    """Cells of [channels, size, size] as [channels, 2 * size, 2 * size]; ``empty`` where none is given."""
    channels, size, _ = target.shape
    whole = torch.full((channels, 2 * size, 2 * size), empty)
    for place, cell in (*zip(CELLS, references, strict=False), (CELLS[-1], target)):
        top, left = (each * size for each in place)
        whole[:, top : top + size, left : left + size] = cell
    return whole


def loss_mask(size: int) -> Tensor:
    """float32 [1, 2 * size, 2 * size]: 1 on the target's cell and 0 on the references'."""
    return grid([], torch.ones(1, size, size), 0.0)
