"""Prove that an exported manifest is what it was when it was written."""

from __future__ import annotations

import hashlib
import io
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from curate.errors import VerificationError
from curate.exporters import manifest_file, sums
from curate.exporters.manifest_file import AGAIN, ManifestFile
from curate.exporters.row_rules import size_or_fault
from curate.exporters.staging import is_unfinished
from curate.exporters.verify_records import ListedRecord, record_faults, records_of
from curate.photos.opening import DEFAULT_MAX_PIXELS

_SHOWN = 20
_PICTURES = (".jpg", ".png")


@dataclass(frozen=True, slots=True)
class VerifiedManifest:
    """A manifest that proved to be untouched."""

    directory: Path
    name: str
    version: str
    task: str
    format: str
    """One of ``formats.FORMATS``."""
    content_hash: str
    """Equal for equal manifests; hex."""
    counts: Mapping[str, int]
    """Records per split, things by the plural of their kind, such as ``photos``, and ``files``."""
    parameters: Mapping[str, object]


def verify(directory: Path, max_pixels: int = DEFAULT_MAX_PIXELS) -> VerifiedManifest:
    """Check every byte and every rule of an exported folder.

    Hashes all files, re-serialises manifest.json, and checks table schemas, counts, the task's own rules and
    that no photo and no thing is in two splits. Whether the decisions still accept each record is for the
    caller to ask, with ``listed_records``.

    Args:
        directory: The manifest's folder.
        max_pixels: Larger pictures are not decoded, where a task's rules are about pixels.

    Raises:
        VerificationError: One sentence that names what is wrong, every file of it up to 20.
    """
    manifest = read_manifest(directory)
    files = listed_files(directory, manifest)
    sizes: dict[str, tuple[int, int]] = {}
    _refuse(directory, [*_unexpected(directory, files), *_changed(directory, files, sizes)])
    _refuse(directory, record_faults(directory, manifest, files, sizes, max_pixels))
    return VerifiedManifest(
        directory=directory,
        name=manifest.name,
        version=manifest.version,
        task=manifest.task,
        format=manifest.format,
        content_hash=manifest.content_hash,
        counts=manifest.counts,
        parameters=manifest.parameters,
    )


def listed_records(directory: Path) -> Iterator[ListedRecord]:
    """The records of a manifest; ``verify`` it first."""
    return records_of(directory, read_manifest(directory))


def first_of(faults: Sequence[str]) -> str:
    """Faults in one sentence; of more than 20 how many there are besides."""
    more = f"; and {len(faults) - _SHOWN} more" if len(faults) > _SHOWN else ""
    return "; ".join(faults[:_SHOWN]) + more


def read_manifest(directory: Path) -> ManifestFile:
    """manifest.json of an exported folder, which proves nothing of the other files.

    Raises:
        VerificationError: There is none, it was changed, or an export was killed before it was in its place.
    """
    if is_unfinished(directory):
        raise VerificationError(f"{directory} is what an export left unfinished: run `curate export` again.")
    path = directory / manifest_file.NAME
    try:
        return manifest_file.parsed(_read_plain(path))
    except OSError as error:
        raise VerificationError(
            f"{path} cannot be read ({error.strerror or error}): "
            f"{_export_in(directory) or 'give the folder that `curate export` wrote.'}"
        ) from error


def _export_in(directory: Path) -> str | None:
    """What to give instead of a folder that exports were written to, if this is one."""
    found = sorted(each.parent for each in directory.glob(f"*/{manifest_file.NAME}"))
    inside = next((each for each in found if not is_unfinished(each)), None)
    return f"give one of the exports inside of it, such as {inside}." if inside else None


def listed_files(directory: Path, manifest: ManifestFile) -> dict[str, str]:
    """sha256 by path of all files but manifest.json and the list itself, as the list says.

    Raises:
        VerificationError: There is no list, or not the one that ``manifest`` means.
    """
    try:
        data = _read_plain(directory / sums.NAME)
    except OSError as error:
        raise VerificationError(
            f"{directory / sums.NAME} cannot be read ({error.strerror or error}): {AGAIN}"
        ) from error
    if hashlib.sha256(data).hexdigest() != manifest.sums:
        raise VerificationError(f"{directory / sums.NAME} was changed: {AGAIN}")
    return sums.parsed(data, AGAIN)


def _unexpected(directory: Path, files: Mapping[str, str]) -> Iterator[str]:
    """What lies in the folder besides the listed files and their folders."""
    listed = {manifest_file.NAME, sums.NAME, *files}
    folders = {str(parent) for path in listed for parent in Path(path).parents}
    for entry in _entries(directory):
        path = Path(entry.path).relative_to(directory).as_posix()
        if entry.is_symlink():
            yield f"{path} is a symbolic link"
        elif entry.is_dir(follow_symlinks=False):
            if path not in folders:
                yield f"{path} is not part of the manifest"
        elif path not in listed:
            yield f"{path} is not part of the manifest"


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        found = sorted(entries, key=lambda entry: entry.name)
    for entry in found:
        yield entry
        if entry.is_dir(follow_symlinks=False):
            yield from _entries(Path(entry.path))


def _changed(directory: Path, files: Mapping[str, str], sizes: dict[str, tuple[int, int]]) -> Iterator[str]:
    """Listed files that are missing or differ. Fills ``sizes`` with width and height of every picture."""
    for path, sha256 in sorted(files.items()):
        is_picture = path.endswith(_PICTURES)
        try:
            with _plain_file(directory / path) as file:
                data = file.read() if is_picture else b""  # shards are large
                found = hashlib.sha256(data) if is_picture else hashlib.file_digest(file, "sha256")
        except OSError as error:
            yield f"{path} cannot be read ({error.strerror or error})"
            continue
        if found.hexdigest() != sha256:
            yield f"{path} was changed"
        elif is_picture:
            told = size_or_fault(path, data)
            if isinstance(told, str):
                yield f"{path} {told}"
            else:
                sizes[path] = told


def _read_plain(path: Path) -> bytes:
    with _plain_file(path) as file:
        return file.read()


@contextmanager
def _plain_file(path: Path) -> Iterator[io.BufferedReader]:
    """Open a file; not through a link, and no pipe or device, which might never end."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError("not a plain file")
        yield file


def _refuse(directory: Path, faults: Iterator[str] | list[str]) -> None:
    found = list(faults)
    if found:
        raise VerificationError(
            f"{directory} is not the manifest that was exported: {first_of(found)}. "
            f"{AGAIN[0].upper()}{AGAIN[1:]}"
        )
