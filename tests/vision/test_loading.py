import dataclasses
import shutil
import subprocess
import sys

import pytest

from curate.errors import ModelError
from curate.vision import crops, suppression
from curate.vision.checking import check
from curate.vision.fingerprints import fingerprint, fingerprint_of
from curate.vision.loading import load_detector, load_embedder, load_remover, load_segmenter
from curate.vision.registry import cards, find_card


def test_unknown_names_list_the_known_ones(tmp_path):
    with pytest.raises(ModelError, match="type one of: nanodet, "):
        load_detector("resnet", tmp_path)
    with pytest.raises(ModelError, match="type one of: sscd, "):
        load_embedder("resnet", tmp_path)
    with pytest.raises(ModelError, match=r"type one of: sscd, .*\. Did you mean 'sscd'\?$"):
        load_embedder("SSCDD", tmp_path)
    with pytest.raises(ModelError, match="type one of: u2netp, "):
        load_segmenter("resnet", tmp_path)
    with pytest.raises(ModelError, match="type one of: patchmatch, telea, "):
        load_remover("resnet", tmp_path)


@pytest.mark.parametrize(
    ("name", "module", "extra"),
    [
        ("yolo11n", "ultralytics", "yolo"),
        ("openclip-vit-b-32", "open_clip", "openclip"),
        ("dinov2-small", "timm", "timm"),
        ("guie-vit-h14-290", "open_clip", "openclip"),
        ("yolo11n-seg", "ultralytics", "yolo"),
        ("diffusers", "diffusers", "diffusers"),
    ],
)
def test_a_missing_library_says_what_to_type(name, module, extra, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, module, None)
    (outcome,) = [check(card, tmp_path) for card in cards() if card.name == name]
    assert not outcome.ready
    assert outcome.sentence.endswith(f"type: pip install 'recurate[{extra}]'")


def test_missing_weights_say_what_to_type(tmp_path):
    with pytest.raises(ModelError, match="type: curate models pull nanodet"):
        load_detector("nanodet", tmp_path)


def test_damaged_weights_are_refused(pulled, tmp_path):
    card = find_card("sscd")
    models = pulled("sscd")
    shutil.copytree(models / card.source.directory, tmp_path / card.source.directory)
    with (tmp_path / card.source.directory / card.files[0].path).open("ab") as file:
        file.write(b"\0")
    with pytest.raises(ModelError, match="type: curate models pull sscd"):
        load_embedder("sscd", tmp_path)


def test_a_check_runs_the_model(pulled):
    outcome = check(find_card("nanodet"), pulled("nanodet"), device="cpu")
    assert outcome.ready
    assert outcome.fingerprint == fingerprint(find_card("nanodet"), pulled("nanodet"))


def test_the_fingerprint_does_not_depend_on_the_place_or_the_threads(pulled, tmp_path):
    card = find_card("sscd-distilled")
    models = pulled("sscd-distilled")
    own = tmp_path / "own name.onnx"
    shutil.copy(models / card.source.directory / card.files[0].path, own)
    here = load_embedder("sscd-distilled", models, device="cpu", threads=1).fingerprint
    assert here == load_embedder("sscd-distilled", tmp_path, own, "cpu", threads=2).fingerprint
    assert here == fingerprint(card, models)


def test_the_fingerprint_depends_on_everything_that_changes_the_output():
    card = find_card("sscd")
    others = [
        fingerprint_of(card, "1" * 64),
        fingerprint_of(dataclasses.replace(card, recipe="sscd/2"), "0" * 64),
        fingerprint_of(dataclasses.replace(card, input_size=320), "0" * 64),
        fingerprint_of(dataclasses.replace(card, options={"a": 1}), "0" * 64),
        fingerprint_of(card, "0" * 64),
    ]
    assert len(set(others)) == len(others)
    assert all(len(each) == 64 for each in others)


def test_the_rules_for_crops_and_doubled_boxes_are_part_of_the_fingerprint(monkeypatch):
    names = ("sscd", "nanodet")
    before = [fingerprint_of(find_card(name), "0" * 64) for name in names]
    monkeypatch.setattr("curate.vision.fingerprints.CROP_RULE", crops.CROP_RULE + "x")
    assert fingerprint_of(find_card("sscd"), "0" * 64) != before[0]
    assert fingerprint_of(find_card("nanodet"), "0" * 64) == before[1]
    monkeypatch.setattr("curate.vision.fingerprints.SUPPRESSION_RULE", suppression.SUPPRESSION_RULE + "x")
    assert fingerprint_of(find_card("nanodet"), "0" * 64) != before[1]


def test_tables_and_fingerprints_load_no_heavy_library():
    heavy = (
        "torch",
        "cv2",
        "httpx",
        "diffusers",
        "onnxruntime",
        "onnx",
        "ultralytics",
        "timm",
        "open_clip",
        "PIL",
    )
    code = (
        "import sys, curate.vision.registry, curate.vision.fingerprints, curate.vision.pulling,"
        f" curate.vision.loading, curate.vision.checking; print([m for m in {heavy} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
