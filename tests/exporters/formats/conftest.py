"""One canonical export per task, and the same in every other layout."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import datasets
import numpy as np
import pytest
from PIL import Image

from curate.exporters.conversion import convert_folder
from curate.exporters.export_folder import write_folder
from curate.exporters.layout import RecordFolder
from curate.manifest_records import ManifestSpec
from format_sets import PARAMETERS, TASKS, FormatSets, turned


@pytest.fixture(scope="session")
def sets(pixels, encoded, records_of):
    """Two groups on the same four photos to train with, a group of others to test with."""
    photos = [encoded(pixels(n), quality=95) for n in range(3)] + [turned(pixels(3, 60, 50))]
    others = [encoded(pixels(n), "PNG") for n in range(10, 14)]
    views = [*records_of(photos), *records_of(photos[::-1]), *records_of(others, "test")]
    return FormatSets(views, {hashlib.sha256(data).hexdigest(): data for data in photos + others})


@pytest.fixture(scope="session")
def written(sets):
    """Export a task in a format."""

    def write(task, name, directory):
        spec = ManifestSpec("jugs", "1", task, PARAMETERS.get(task, {"seed": 7}), name)
        samples = sets.samples(task)
        return write_folder(samples, spec, directory, records=len(samples)).directory

    return write


@pytest.fixture(scope="session")
def canonical(written, tmp_path_factory):
    """Folder by task."""
    return {task: written(task, "imagefolder", tmp_path_factory.mktemp(task)) for task in TASKS}


@pytest.fixture(scope="session")
def converted(canonical, tmp_path_factory):
    """The canonical export of a task in another layout; not to be changed."""
    made = {}

    def convert(task, name):
        if (task, name) not in made:
            folder = tmp_path_factory.mktemp(f"{task}-{name}")
            made[task, name] = convert_folder(canonical[task], name, folder).directory
        return made[task, name]

    return convert


@pytest.fixture(scope="session")
def rows_of(canonical):
    """Split and row of each record of a task."""

    def rows(task):
        records = RecordFolder(canonical[task])
        return [(split, row) for split in records.splits() for row in records.rows(split)]

    return rows


@pytest.fixture(scope="session")
def picture(canonical):
    """Pixels of a picture of the canonical export, as Pillow decodes them."""
    return lambda task, split, name: np.array(Image.open(canonical[task] / split / name))


@pytest.fixture
def loaded(monkeypatch, tmp_path):
    """What ``load_dataset`` gives of a folder, with a cache of its own."""
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    datasets.disable_progress_bars()
    return lambda folder, **options: datasets.load_dataset(str(folder), **options)


@pytest.fixture
def card_code():
    """Run the python of a dataset card in its folder; gives the names it defines."""

    def run(folder: Path):
        code = re.search(r"```python\n(.*?)```", (folder / "README.md").read_text(), re.S)[1]
        names: dict[str, object] = {}
        exec(code.replace("path/to/this/folder", str(folder)), names)
        return names

    return run
