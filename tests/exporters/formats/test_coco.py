"""Annotations as pycocotools reads them."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
from PIL import Image
from pycocotools.coco import COCO
from torchvision.datasets import CocoDetection, wrap_dataset_for_transforms_v2

from curate.errors import VerificationError
from curate.exporters.verify import verify
from forgery import reseal
from format_sets import TASKS as NAMES


def annotated(folder, split):
    return COCO(str(folder / "annotations" / f"{split}.json"))


@pytest.mark.parametrize("task", NAMES)
def test_each_record_is_an_annotation_with_its_box_mask_and_category(task, converted, rows_of, picture):
    folder = converted(task, "coco")
    read = {split: annotated(folder, split) for split in ("train", "test")}
    assert len(rows_of(task)) == sum(len(coco.anns) for coco in read.values())
    for split, row in rows_of(task):
        coco = read[split]
        (found,) = [each for each in coco.anns.values() if each["sample_id"] == row["sample_id"]]
        (image,) = coco.loadImgs(found["image_id"])
        name = row["input_file_name" if task == "removal" else "target_file_name"]
        assert image["file_name"] == f"{split}/{name}"
        shown = Image.open(folder / image["file_name"])
        assert (image["width"], image["height"]) == shown.size
        (category,) = coco.loadCats(found["category_id"])
        assert category["name"] == (row.get("label") or row.get("object_name") or "object")
        if "mask_file_name" in row:
            mask = picture(task, split, row["mask_file_name"])
            assert found["bbox"] == _tight(mask)
            assert np.array_equal(coco.annToMask(found) * 255, mask)
            assert found["area"] == np.count_nonzero(mask)
        else:
            assert found["bbox"] == row["box"]
            assert found["area"] == row["box"][2] * row["box"][3]
            assert found["area"] == pytest.approx(coco.annToMask(found).sum(), rel=0.1)


def _tight(mask):
    (top, left), (bottom, right) = np.argwhere(mask).min(0), np.argwhere(mask).max(0)
    return [left, top, right - left + 1, bottom - top + 1]


@pytest.mark.parametrize("task", NAMES)
def test_loaders_of_boxes_and_masks_take_it(task, converted):
    """torchvision's, which asks pycocotools for the mask of every annotation."""
    folder = converted(task, "coco")
    photos = CocoDetection(str(folder), str(folder / "annotations/train.json"))
    wanted = wrap_dataset_for_transforms_v2(photos, target_keys=("boxes", "masks", "labels"))
    for number, (photo, target) in enumerate(wanted):
        found = photos.coco.loadAnns(photos.coco.getAnnIds(imgIds=[photos.ids[number]]))
        assert target["masks"].shape == (len(found), photo.height, photo.width)
        assert target["masks"].any(dim=(1, 2)).all()
        assert target["boxes"].shape == (len(found), 4)


def test_a_photo_of_two_records_is_one_image_with_two_annotations(converted):
    coco = annotated(converted("subject", "coco"), "train")
    assert (len(coco.imgs), len(coco.anns)) == (4, 8)
    assert all(len(coco.getAnnIds(imgIds=[each])) == 2 for each in coco.imgs)


def test_a_number_means_the_same_category_and_licence_in_all_splits(converted):
    folder = converted("removal", "coco")
    told = [json.loads((folder / f"annotations/{split}.json").read_text()) for split in ("train", "test")]
    assert [each["name"] for each in told[0]["categories"]] == ["object", "vase 0", "vase 2"]
    for field in ("categories", "licenses"):
        assert told[0][field] == told[1][field]


def test_the_card_says_how_to_read_them(converted, card_code):
    assert len(card_code(converted("insertion", "coco"))["coco"].anns) == 8


def _moved(text):
    return text.replace('"bbox": [10.0', '"bbox": [11.0', 1)


def _without_first(text):
    told = json.loads(text)
    del told["annotations"][0]
    return json.dumps(told)


@pytest.mark.parametrize("forge", [_moved, _without_first])
def test_forged_annotations_are_named_though_they_were_sealed(forge, converted, tmp_path):
    folder = tmp_path / "forged"
    shutil.copytree(converted("removal", "coco"), folder)
    path = folder / "annotations/train.json"
    forged = forge(path.read_text())
    assert forged != path.read_text()
    path.write_text(forged)
    reseal(folder)
    with pytest.raises(VerificationError, match=r"annotations/train.json does not say what its rows say"):
        verify(folder)
