"""Removals for the screen, drawn: a red thing with its shadow, and what two removers made of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from chain import RIGHTS, last
from curate.records import Box
from curate.workflows.ingest import ingest
from curate.workspace import Workspace
from stored_removals import encoded, scene, store_removal

SIZE = (600, 400)
BOX = Box(250, 160, 80, 95)
REMOVERS = ("lama", "telea")
SUSPECT = ("residual", "seam")
"""What the numbers of every other case by the second remover suggest."""


def draw_removals(workspace: Workspace, folder: Path, count: int, alone: Sequence[int] = ()) -> None:
    """So many cases; those of ``alone`` have one output only."""
    folder.mkdir()
    files = [write_photo(folder / drawn_name(number), number) for number in range(count)]
    last(ingest(workspace, [str(folder)], RIGHTS))  # all at once: each run starts processes
    for number, file in enumerate(files):
        draw_case(workspace, file, number, REMOVERS[: 1 + (number not in alone)])


def drawn_name(number: int) -> str:
    return f"IMG_{1000 + number}.png"


def write_photo(file: Path, seed: int, size: tuple[int, int] = SIZE, box: Box = BOX) -> Path:
    photo, _ = scene(seed, size, box)
    file.write_bytes(encoded(photo, compress_level=1))
    return file


def draw_case(
    workspace: Workspace,
    file: Path,
    seed: int,
    removers: Sequence[str] = REMOVERS,
    size: tuple[int, int] = SIZE,
    box: Box = BOX,
) -> None:
    """A clean output by the first remover, and by the others one that left half of the object.

    Args:
        file: As ``write_photo`` wrote it with the same seed, size and box.
    """
    photo, empty = scene(seed, size, box)
    left = cv2.addWeighted(photo, 0.5, cv2.GaussianBlur(empty, (0, 0), 9), 0.5, 0)
    numbers = {"residual_object": 0.04, "effect_left": 0.012, "seam": 2.5, "sharpness": 0.97}
    store_removal(workspace, file, box, paint=_always(empty), remover=removers[0], numbers=numbers)
    suspect = {**numbers, "residual_object": 0.61, "seam": 14.2}
    reasons = SUSPECT if seed % 2 else ()
    for remover in removers[1:]:
        store_removal(
            workspace, file, box, paint=_always(left), remover=remover, numbers=suspect, reasons=reasons
        )


def _always(output: np.ndarray):
    return lambda _photo: output
