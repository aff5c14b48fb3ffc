import dataclasses

import pytest
import torch
from PIL import Image

from curate.errors import ModelError
from curate.vision.libraries import library
from curate.vision.loading import load, load_detector
from curate.vision.registry import find_card
from curate.vision.suppression import FLOOR

try:
    ultralytics = library("ultralytics", "yolo")
except ModelError as error:
    pytest.skip(str(error), allow_module_level=True)


@pytest.fixture(scope="module")
def yolo_file(tmp_path_factory):
    """An untrained YOLO11n that is sure of many things."""
    torch.manual_seed(2)
    model = ultralytics.YOLO("yolo11n.yaml")
    for branch in model.model.model[-1].cv3:
        torch.nn.init.normal_(branch[-1].weight, std=1000)
        torch.nn.init.constant_(branch[-1].bias, -1)
    model.model.names = {number: f"thing {number}" for number in range(80)}
    file = tmp_path_factory.mktemp("yolo") / "own.pt"
    model.save(file)
    return file


@pytest.fixture(scope="module")
def detector(yolo_file):
    card = dataclasses.replace(find_card("yolo11n"), input_size=160)
    return load(card, yolo_file.parent, yolo_file, "cpu", 1, True)


def test_weights_of_unknown_content_need_trust(yolo_file, tmp_path):
    with pytest.raises(ModelError, match="type: --trust-weights"):
        load_detector("yolo11n", tmp_path, yolo_file)


def test_boxes_lie_in_the_photo_with_names_and_scores(detector, still_life):
    found = detector.detect([still_life])[0]
    assert found
    for each in found:
        assert each.box.clipped(320, 240) == each.box
        assert FLOOR <= each.score <= 1
        assert each.label.startswith("thing ")
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)


def test_what_is_found_does_not_depend_on_the_other_photos(detector, still_life):
    wide, tall = still_life[:100], still_life[:, :100]
    alone = [detector.detect([photo])[0] for photo in (still_life, wide, tall)]
    assert detector.detect([still_life, wide, tall]) == alone
    assert detector.detect([tall, tall, still_life])[2] == alone[0]
    assert detector.detect([]) == []


def test_red_is_not_taken_for_blue(detector, yolo_file, still_life):
    # Pillow images are RGB to the library, whatever arrays are.
    model = ultralytics.YOLO(yolo_file)
    options = {"imgsz": 160, "rect": False, "conf": FLOOR, "verbose": False}
    expected = model.predict(Image.fromarray(still_life), **options)[0].boxes.conf.max()
    swapped = model.predict(Image.fromarray(still_life[..., ::-1]), **options)[0].boxes.conf.max()
    best = detector.detect([still_life])[0][0].score
    assert best == pytest.approx(float(expected), abs=1e-6)
    assert best != pytest.approx(float(swapped), abs=1e-6)


def test_an_rtdetr_is_loaded_by_its_family(tmp_path, still_life):
    torch.manual_seed(4)
    model = ultralytics.RTDETR("rtdetr-resnet50.yaml")
    model.save(tmp_path / "own.pt")
    card = dataclasses.replace(find_card("rtdetr-l"), input_size=160)
    found = load(card, tmp_path, tmp_path / "own.pt", "cpu", 1, True).detect([still_life, still_life[:90]])
    assert len(found) == 2


def test_a_model_for_something_else_is_refused(tmp_path):
    ultralytics.YOLO("yolo11n-cls.yaml").save(tmp_path / "classes.pt")
    with pytest.raises(ModelError, match="classify; give one that detects"):
        load_detector("yolo11n", tmp_path, tmp_path / "classes.pt", trust_weights=True)


def test_a_file_that_is_no_checkpoint_is_one_sentence(tmp_path):
    (tmp_path / "own.pt").write_bytes(b"no checkpoint")
    with pytest.raises(ModelError, match="cannot be loaded as YOLO weights") as error:
        load_detector("yolo11n", tmp_path, tmp_path / "own.pt", trust_weights=True)
    assert "\n" not in str(error.value)
