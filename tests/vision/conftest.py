"""Real weights where they were pulled, and pictures that need no file."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import platformdirs
import pytest

from curate.errors import ModelError
from curate.vision.interfaces import RGB
from curate.vision.registry import find_card
from curate.vision.weights import locate


@pytest.fixture(scope="session")
def models_dir() -> Path:
    """Where pulled models live: CURATE_MODELS_DIR, or the user's cache."""
    default = Path(platformdirs.user_cache_dir("recurate")) / "models"
    return Path(os.environ.get("CURATE_MODELS_DIR", default))


@pytest.fixture
def pulled(models_dir: Path):
    """Call with the names of models; skips the test if one was not pulled, and fails it in CI."""

    def require(*names: str) -> Path:
        try:
            for name in names:
                locate(find_card(name), models_dir)
        except ModelError:
            missing = f"type: curate models pull {' '.join(names)}"
            if os.environ.get("CI") == "true":
                pytest.fail(missing)
            pytest.skip(missing)
        return models_dir

    return require


@pytest.fixture(scope="session")
def still_life() -> RGB:
    """A picture made of arithmetic, the same on every machine: uint8 [240, 320, 3]."""
    y, x = np.mgrid[:240, :320]
    picture = np.stack([(x + y) % 256, (2 * x) % 256, (3 * y) % 256], axis=2)
    picture[(x - 160) ** 2 + (y - 120) ** 2 < 70**2] = (200, 60, 20)
    picture[150:200, 40:120] = (20, 90, 180)
    return picture.astype(np.uint8)


@pytest.fixture(scope="session")
def crops(still_life: RGB) -> list[RGB]:
    """Eleven crops of several shapes; more than one batch of some sizes, and not a multiple of any."""
    return [still_life[7 * k : 7 * k + 60 + 9 * k, 11 * k : 11 * k + 150 - 8 * k] for k in range(11)]
