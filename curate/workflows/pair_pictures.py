"""Pictures of pairs as files outside the workspace: reports that are written, masks that are read."""

from __future__ import annotations

from pathlib import Path

from curate.capture.report_image import titled
from curate.errors import NotFoundError, PhotoError, SettingsError, WorkspaceError
from curate.media import write_atomically
from curate.photos.sources import file_uri, read_bytes
from curate.workflows.pair_records import IMAGE_SUFFIX, PairDetail, PairSummary
from curate.workspace import Workspace


def write_report(workspace: Workspace, pair: PairDetail, to: Path) -> None:
    """Write the picture that shows frames, change map, masks and numbers, under the pair's names of today.

    A file that is there is replaced.

    Raises:
        NotFoundError: the pair is not measured.
        MediaError: the picture is missing or damaged in the media store.
        SettingsError: the file's name does not end as a PNG's.
        WorkspaceError: the file cannot be written.
    """
    if to.suffix.lower() != ".png":
        raise SettingsError(f"The report of a pair is a PNG: name it {to.stem or 'report'}.png.")
    if pair.report is None:
        short = str(pair.summary.pair)[:8]
        raise NotFoundError(f"The pair {short} is not measured yet: type `curate pairs check {short}`.")
    data = titled(workspace.media.get(pair.report.report_sha256, IMAGE_SUFFIX), *_names(pair.summary))
    try:
        write_atomically(to, data)
    except OSError as error:
        raise WorkspaceError(
            f"{to} cannot be written ({error.strerror}): name a file in a folder that you may write to."
        ) from error


def _names(pair: PairSummary) -> tuple[str, str]:
    title = f"Pair {str(pair.pair)[:8]}: {pair.object_name or 'an object without a name'}"
    files = f"with the object {pair.factual_name}, clean plate {pair.counterfactual_name}"
    return title, f"Shoot {pair.shoot_name} by {pair.photographer}: {files}"


def read_mask(path: Path) -> bytes:
    """The bytes of a mask that somebody drew.

    Raises:
        PhotoError: there is none, or it cannot be read.
    """
    if not path.exists():
        raise PhotoError(f"There is no file {path}: type the path of the mask, a PNG.")
    try:
        return read_bytes(file_uri(path))
    except PhotoError as error:
        raise PhotoError(f"{path}: {error}") from error
