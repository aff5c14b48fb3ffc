"""A remover that is a program on this machine.

Contract: the program is started once per object with the paths of two PNG files, an 8-bit RGB crop of the
photo and an 8-bit grey mask of the same size (255 on the object). It writes an 8-bit RGB PNG of that size to
a third path and ends with code 0 in time. The last line on stderr is shown when it fails. It runs without a
shell, in the current directory, and without this program's own ``CURATE_*`` variables.
"""

from __future__ import annotations

import os
import shlex
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from curate.errors import ModelError, RemovalError
from curate.settings import OutsideRemover
from curate.vision.bounded_process import TimedOut, run_bounded
from curate.vision.interfaces import RGB, Mask
from curate.vision.removal_files import largest_answer, mask_png, photo_png, read_answer

PLACEHOLDERS = ("{photo}", "{mask}", "{output}")


class CommandRemover:
    """A :class:`~curate.vision.interfaces.Remover`."""

    def __init__(self, name: str, fingerprint: str, command: str, settings: OutsideRemover) -> None:
        self.name = name
        self.fingerprint = fingerprint
        self.largest_side = settings.largest_side
        self.padding = settings.padding
        self._timeout = settings.timeout_seconds
        self._arguments = _parse(name, command)

    def remove(self, photo: RGB, mask: Mask) -> RGB:
        with tempfile.TemporaryDirectory(prefix="recurate-removal-") as folder:
            paths = {each: Path(folder) / f"{each.strip('{}')}.png" for each in PLACEHOLDERS}
            paths["{photo}"].write_bytes(photo_png(photo))
            paths["{mask}"].write_bytes(mask_png(mask))
            self._run([_filled(argument, paths) for argument in self._arguments])
            return read_answer(self._read(paths["{output}"], photo.shape), photo.shape, self.name)

    def _run(self, arguments: Sequence[str]) -> None:
        try:
            code, last_words = run_bounded(arguments, _environment(), self._timeout)
        except TimedOut as error:
            raise RemovalError(
                f"{self.name} was stopped after {self._timeout:g} s: give it a longer timeout_seconds in"
                " curate.toml, or smaller crops by largest_side."
            ) from error
        except OSError as error:
            raise ModelError(
                f"{self.name} cannot be started ({error.strerror}): mend its command."
            ) from error
        if code:
            said = last_words or "it said nothing"
            raise RemovalError(f"{self.name} ended with code {code} ({said}): run it by hand to see why.")

    def _read(self, output: Path, shape: tuple[int, ...]) -> bytes:
        if output.is_symlink() or not output.is_file():
            raise RemovalError(f"{self.name} ended well and wrote no output: it has to write to {{output}}.")
        size = output.stat().st_size
        if size > largest_answer(shape):
            raise RemovalError(
                f"{self.name} wrote {size} bytes, more than a PNG of that crop can have: mend it."
            )
        return output.read_bytes()


def _parse(name: str, command: str) -> list[str]:
    try:
        arguments = shlex.split(command)
    except ValueError as error:
        raise ModelError(f"The command of {name} cannot be read ({error}): mend its quotes.") from error
    missing = [each for each in PLACEHOLDERS if not any(each in argument for argument in arguments[1:])]
    if missing:
        raise ModelError(
            f"The command of {name} lacks {' and '.join(missing)}: put them where the paths belong."
        )
    if shutil.which(arguments[0]) is None:
        raise ModelError(f"{arguments[0]} is not a program here: mend the command of {name}.")
    return arguments


def _filled(argument: str, paths: dict[str, Path]) -> str:
    for placeholder, path in paths.items():
        argument = argument.replace(placeholder, str(path))
    return argument


def _environment() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if not key.startswith("CURATE_")}
