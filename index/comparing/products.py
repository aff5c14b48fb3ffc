"""Products of blocks of vectors, in the arithmetic that the processor is quickest at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from index.exact import NORM_TOLERANCE

ARITHMETICS = ("auto", "float32", "bfloat16")
_PADDING = 32
"""Widths are multiples of it: oneDNN takes a millisecond for each shape it meets for the first time."""
_TILE = 1 << 19
"""Bytes of products that stay in the cache of one core until they have been looked at."""


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """How vectors are kept and multiplied while pairs are proposed; exact values decide later."""

    name: str
    """float32 or bfloat16."""

    @property
    def type(self) -> torch.dtype:
        return torch.bfloat16 if self.name == "bfloat16" else torch.float32

    @property
    def stored(self) -> np.dtype[Any]:
        """numpy has no bfloat16: its bits are kept as int16."""
        return np.dtype(np.int16 if self.name == "bfloat16" else np.float32)

    def error(self, dimension: int) -> float:
        """Bound on the error of a product of two unit rows, whatever the order of its sum.

        float32: n u / (1 - n u) with u = 2^-24 (Higham, Accuracy and Stability of Numerical Algorithms,
        3.1). bfloat16: both rows and their product are rounded by 2^-8 each, half a step just above a power
        of two; the sum is made in float32.
        """
        rounding = (dimension + 1) * 2.0**-24
        summing = (1 + NORM_TOLERANCE) ** 2 * rounding / (1 - rounding) + 2.0**-24
        return summing if self.name == "float32" else 1.01 * (summing + 3 * 2.0**-8)

    @property
    def step(self) -> float:
        """Largest distance between neighbouring products of unit rows."""
        return 2.0**-8 if self.name == "bfloat16" else 2.0**-24

    def kept(self, rows: NDArray[np.float32]) -> NDArray[Any]:
        """float32 [rows, dimension] as it is stored."""
        if self.name == "float32":
            return rows
        tensor = torch.from_numpy(rows if rows.flags.writeable else rows.copy())
        return tensor.to(torch.bfloat16).view(torch.int16).numpy()

    def tensor(self, stored: NDArray[Any]) -> torch.Tensor:
        """What is stored, as numbers to multiply; shares memory."""
        tensor = torch.from_numpy(stored)
        return tensor.view(torch.bfloat16) if self.name == "bfloat16" else tensor

    def numbers(self, products: NDArray[Any]) -> NDArray[np.float32]:
        """Products as float32."""
        if self.name == "float32":
            return products
        bits = products.view(np.uint16).astype(np.uint32) << np.uint32(16)
        return bits.view(np.float32)

    def at_most(self, values: NDArray[np.float32]) -> NDArray[Any]:
        """The stored form of values that are zero or more, rounded down."""
        if self.name == "float32":
            return values
        return (np.maximum(values, 0).astype(np.float32).view(np.uint32) >> np.uint32(16)).astype(np.int16)

    def at_least(self, values: NDArray[np.float32]) -> NDArray[Any]:
        """The stored form of values that are zero or more, rounded up."""
        if self.name == "float32":
            return values
        return (self.at_most(values).astype(np.int32) + 1).astype(np.int16)


def quickest(name: str, lowest: float) -> Arithmetic:
    """The arithmetic asked for; ``auto`` takes bfloat16 where the processor multiplies it in hardware.

    Args:
        name: one of ``ARITHMETICS``.
        lowest: lowest product that counts; at zero or below only float32 has an order.
    """
    if name not in ARITHMETICS:
        raise ValueError(f"there is no arithmetic {name!r}: choose from {', '.join(ARITHMETICS)}")
    if lowest <= 0:
        return Arithmetic("float32")
    if name == "auto":
        able = torch.cpu.get_capabilities() if hasattr(torch.cpu, "get_capabilities") else {}  # older torch
        quick = any(able.get(each, False) for each in ("avx512_bf16", "amx_bf16", "bf16"))
        name = "bfloat16" if quick else "float32"
    return Arithmetic(name)


class Products:
    """Products of one thread: rows and columns are put into its buffers, and multiplied into a third.

    All three stay in the processor's cache, and nothing is made anew for a block.

    Args:
        arithmetic: what the vectors are kept in.
        dimension: of the vectors.
        rows: most rows at once.
        columns: most columns at once.
        size: most products at once; they may be fewer than ``rows * columns``.
        device: where products are made; the buffers are the processor's in any case.
    """

    def __init__(
        self, arithmetic: Arithmetic, dimension: int, rows: int, columns: int, size: int, device: torch.device
    ) -> None:
        self.rows = np.zeros((rows, dimension), arithmetic.stored)
        self.columns = np.zeros((columns, dimension), arithmetic.stored)
        self._arithmetic, self._device = arithmetic, device
        self._buffer = np.zeros(size, arithmetic.stored)
        self._blocks: dict[tuple[int, int], tuple[torch.Tensor, torch.Tensor, torch.Tensor]] = {}
        self._seen: dict[tuple[int, int], NDArray[Any]] = {}

    def multiply(self, rows: int, columns: int) -> NDArray[Any]:
        """Products of so many of both, [rows, columns] as they are stored; overwritten by the next call."""
        shape = rows, columns
        if shape not in self._blocks:
            tile = self._buffer[: rows * columns].reshape(shape)
            some, others, products = map(
                self._arithmetic.tensor, (self.rows[:rows], self.columns[:columns], tile)
            )
            self._blocks[shape], self._seen[shape] = (some, others.T, products), tile
        some, others, products = self._blocks[shape]
        if self._device.type == "cpu":
            torch.mm(some, others, out=products)
        else:
            products.copy_(some.to(self._device) @ others.to(self._device))
        return self._seen[shape]


def padded(count: int, most: int) -> int:
    """``count`` rounded up to one of few different widths, at most ``most``."""
    step = max(_PADDING, (1 << (count - 1).bit_length()) >> 3)
    return min(most, -(-count // step) * step)


def heights(count: int, most: int) -> Iterator[int]:
    """Blocks of rows, powers of two, that hold ``count`` with little to spare.

    Args:
        most: a power of two, 64 or more.
    """
    while count > 0:
        above = max(64, 1 << (count - 1).bit_length())
        height = min(most, above if count > 0.75 * above or above == 64 else above // 2)
        yield height
        count -= height


def rows_in_cache(columns: int, arithmetic: Arithmetic) -> int:
    """How many rows of so many columns stay in a core's cache: 64, 128, ... 1024."""
    fitting = _TILE // max(1, columns * arithmetic.stored.itemsize)
    return int(min(1024, max(64, 1 << max(0, fitting.bit_length() - 1))))
