"""The last step of every embedder."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from curate.errors import ModelError


def unit_rows(rows: NDArray[np.floating], name: str, dimension: int) -> NDArray[np.float32]:
    """Rows scaled to unit length, float32 [n, dimension].

    Raises:
        ModelError: the weights give vectors of another length, or numbers that are not finite.
    """
    if rows.ndim != 2 or rows.shape[1] != dimension:
        raise ModelError(
            f"The weights of {name} give an output of shape {list(rows.shape)}, not [n, {dimension}]."
        )
    wide = rows.astype(np.float64)
    lengths = np.linalg.norm(wide, axis=1, keepdims=True)
    if not (np.isfinite(lengths) & (lengths > 0)).all():
        raise ModelError(f"The weights of {name} give vectors without a direction; they are damaged.")
    unit: NDArray[np.float32] = (wide / lengths).astype(np.float32)
    return unit
