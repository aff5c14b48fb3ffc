import dataclasses
import os

import numpy as np
import pytest
import torch
from PIL import Image

from curate.errors import ModelError
from curate.records import Box
from curate.vision.libraries import library
from curate.vision.loading import load, load_segmenter
from curate.vision.object_masks import object_masks, pieces_of
from curate.vision.registry import find_card

JUG = Box(688, 424, 182, 322)
"""NanoDet's box around the jug of pexels-cup-of-couple-7303788; its handle reaches to x = 960."""


@pytest.fixture(scope="module")
def jug_photo(interior_photos):
    with Image.open(interior_photos / "pexels-cup-of-couple-7303788.jpg") as image:
        return np.asarray(image.convert("RGB"))


def test_u2netp_finds_the_jug_and_the_handle_that_its_box_leaves_out(pulled, jug_photo):
    segmenter = load_segmenter("u2netp", pulled("u2netp"), device="cpu", threads=1)
    (mask,) = segmenter.segment(jug_photo, [JUG])
    assert mask.shape == jug_photo.shape[:2]
    assert mask[460:700, 720:820].all()  # the body
    handle = mask[500:640, 890:940]
    assert 0.2 < handle.mean() < 0.9
    assert not mask[:400].any()
    assert not mask[:, :640].any()


def test_a_mask_does_not_depend_on_the_other_boxes(pulled, jug_photo):
    segmenter = load_segmenter("u2netp", pulled("u2netp"), device="cpu", threads=1)
    other = Box(475, 443, 107, 284)
    together = segmenter.segment(jug_photo, [other, JUG])
    assert (together[1] == segmenter.segment(jug_photo, [JUG])[0]).all()
    assert segmenter.segment(jug_photo, []) == []


def test_nothing_stands_out_of_a_blank_wall(pulled):
    wall = np.full((200, 300, 3), 200, dtype=np.uint8)
    wall[0, 0] = 201
    (mask,) = load_segmenter("u2netp", pulled("u2netp"), device="cpu").segment(wall, [Box(100, 50, 80, 80)])
    assert mask.dtype == bool
    assert mask.shape == (200, 300)


def test_pieces_of_neighbours_and_specks_do_not_belong_to_the_object():
    box = Box(40, 40, 40, 40)
    mask = np.zeros((120, 120), dtype=bool)
    mask[45:75, 50:95] = True  # the object, which sticks out of its box
    mask[40:80, 110:120] = True  # a neighbour
    object_ = np.zeros_like(mask)
    object_[45:75, 50:95] = True
    assert (pieces_of(mask, box) == object_).all()
    speck = np.zeros_like(mask)
    speck[50:55, 50:55] = True
    assert not pieces_of(speck, box).any()


def test_a_mask_is_what_any_look_found():
    box = Box(40, 40, 20, 20)
    looks = iter([(slice(40, 50), slice(40, 60)), (slice(45, 60), slice(45, 55))])

    def look(crop, inside):
        mask = np.zeros((100, 100), dtype=bool)
        mask[next(looks)] = True
        left, top = int(box.x - inside.x), int(box.y - inside.y)
        return mask[top : top + crop.shape[0], left : left + crop.shape[1]]

    (mask,) = object_masks(np.zeros((100, 100, 3), np.uint8), [box], look, [0.5, 1.0])
    assert mask.sum() == 10 * 20 + 15 * 10 - 5 * 10


def test_boxes_that_reach_over_the_border_are_looked_at_as_far_as_the_photo_goes():
    photo = np.zeros((100, 100, 3), dtype=np.uint8)
    seen = []

    def look(crop, box):
        seen.append((crop.shape, box))
        return np.ones(crop.shape[:2], dtype=bool)

    object_masks(photo, [Box(-20, 60, 60, 60)], look, [0.5])
    assert seen == [((70, 70, 3), Box(0, 30, 40, 40))]


def test_the_box_itself_is_a_mask_when_asked_for_by_name(tmp_path):
    (mask,) = load_segmenter("box", tmp_path).segment(np.zeros((50, 60, 3), np.uint8), [Box(9.5, 10, 5, 5)])
    assert mask.sum() == 6 * 5
    assert mask[10:15, 9:15].all()
    with pytest.raises(ModelError, match="leave out --weights"):
        load_segmenter("box", tmp_path, tmp_path / "file.onnx")


@pytest.fixture(scope="module")
def ultralytics():
    try:
        return library("ultralytics", "yolo")
    except ModelError as error:
        if os.environ.get("CI"):  # which installs the extra
            raise
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def yolo_file(ultralytics, tmp_path_factory):
    """An untrained YOLO11n-seg that is sure of many things."""
    torch.manual_seed(2)
    model = ultralytics.YOLO("yolo11n-seg.yaml")
    for branch in model.model.model[-1].cv3:
        torch.nn.init.normal_(branch[-1].weight, std=1000)
        torch.nn.init.constant_(branch[-1].bias, -1)
    file = tmp_path_factory.mktemp("yolo") / "own.pt"
    model.save(file)
    return file


def test_yolo_takes_the_instance_that_fits_the_box(ultralytics, yolo_file, still_life):
    model = ultralytics.YOLO(yolo_file)
    seen = Box(80, 60, 160, 120)  # with half of it on each side that is the whole picture
    options = {"imgsz": 160, "conf": 0.05, "retina_masks": True, "verbose": False}
    found = model.predict(np.ascontiguousarray(still_life[..., ::-1]), **options)[0]
    left, top, right, bottom = map(float, found.boxes.xyxy[0].tolist())
    card = dataclasses.replace(find_card("yolo11n-seg"), input_size=160)
    segmenter = load(card, yolo_file.parent, yolo_file, "cpu", 1, True)
    whole = segmenter._look(still_life, Box(left, top, right - left, bottom - top))
    assert (whole == (found.masks.data[0].numpy() > 0)).all()
    assert not segmenter._look(still_life, Box(0, 0, 2, 2)).any()
    assert segmenter.segment(still_life, [seen])[0].shape == (240, 320)


def test_weights_of_unknown_content_need_trust(ultralytics, yolo_file, tmp_path):
    with pytest.raises(ModelError, match="type: --trust-weights"):
        load_segmenter("yolo11n-seg", tmp_path, yolo_file)


def test_a_model_that_only_detects_is_refused(ultralytics, tmp_path):
    ultralytics.YOLO("yolo11n.yaml").save(tmp_path / "boxes.pt")
    with pytest.raises(ModelError, match="detect; give one that segments"):
        load_segmenter("yolo11n-seg", tmp_path, tmp_path / "boxes.pt", trust_weights=True)


@pytest.mark.slow
def test_sam_is_asked_for_the_mask_of_a_box(ultralytics, tmp_path, still_life):
    build = library("ultralytics.models.sam.build", "yolo")
    torch.manual_seed(0)
    torch.save({"model": build.build_sam2_t().state_dict()}, tmp_path / "sam2_t.pt")
    segmenter = load_segmenter("sam2_t", tmp_path, tmp_path / "sam2_t.pt", "cpu", trust_weights=True)
    (mask,) = segmenter.segment(still_life, [Box(100, 60, 120, 120)])
    assert mask.shape == (240, 320)
    assert mask.dtype == bool
