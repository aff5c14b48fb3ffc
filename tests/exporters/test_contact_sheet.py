"""Contact sheets show every view, whatever its name and shape."""

from __future__ import annotations

import numpy as np
import pytest

from curate.exporters.contact_sheet import SheetGroup, contact_sheet, overview_sheet, sheet_tile
from curate.records import Box

BLUE = np.full((90, 160, 3), (20, 40, 220), np.uint8)


def count(sheet, colour) -> int:
    return int((np.asarray(sheet) == colour).all(axis=-1).sum())


def test_a_sheet_shows_the_crop_large_and_the_box_on_the_photo():
    photo = BLUE.copy()
    photo[30:60, 40:80] = (200, 30, 30)
    tiles = [sheet_tile(photo, Box(40, 30, 40, 30), f"{n}.jpg", "0.61 to anchor") for n in range(5)]
    sheet = contact_sheet(SheetGroup("Group: vase", "5 views", tiles))
    assert sheet.mode == "RGB"
    assert count(sheet, (200, 30, 30)) > 5 * 40_000
    assert count(sheet, (217, 72, 15)) > 5 * 400


@pytest.mark.parametrize("name", ["花瓶.jpg", "vase \udcff.jpg", "two\nlines", "🏺" * 90, "", "é" * 400])
def test_any_file_name_can_be_written(name):
    tile = sheet_tile(BLUE, Box(1, 1, 5, 5), name, name)
    assert contact_sheet(SheetGroup(name, name, [tile])).width == 1400


@pytest.mark.parametrize(
    "box", [Box(0, 0, 160, 90), Box(159.6, 0, 0.2, 90), Box(0, 89.9, 160, 0.1), Box(500, 500, 5, 5)]
)
def test_thin_and_stray_boxes_do_not_crash(box):
    assert sheet_tile(BLUE, box, "a.jpg", "").crop.width >= 1


def test_an_overview_has_one_row_per_group():
    tile = sheet_tile(BLUE, Box(0, 0, 160, 90), "a.jpg", "anchor")
    heights = [
        overview_sheet("groups", [SheetGroup(f"{n}", "", [tile] * 12) for n in range(rows)]).height
        for rows in (0, 1, 3)
    ]
    assert heights[2] - heights[0] == 3 * (heights[1] - heights[0])
