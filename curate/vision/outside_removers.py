"""Removers that are not part of this program: a lab's own model behind a command or an HTTP endpoint.

The command line names one in three ways: by a name that ``curate.toml`` gives it,

    [removers.lab]
    command = "python lama.py {photo} {mask} {output}"
    version = "2026-11"

by ``command:python lama.py {photo} {mask} {output}``, or by ``https://host/remove``. What an outside model
gives may change without anybody here noticing, so ``version`` is part of its fingerprint: raise it with every
change.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from curate.errors import ModelError
from curate.settings import OutsideRemover
from curate.vision.interfaces import Remover
from curate.vision.removal_rules import REMOVAL_RULE

COMMAND = "command:"
URLS = ("http://", "https://")


def outside_remover(name: str, named: Mapping[str, OutsideRemover]) -> OutsideRemover | None:
    """The settings behind a name; None if it is no command, no URL and not named in ``curate.toml``."""
    if name.startswith(COMMAND):
        return OutsideRemover(command=name.removeprefix(COMMAND))
    if name.startswith(URLS):
        return OutsideRemover(url=name)
    return named.get(name)


def outside_fingerprint(outside: OutsideRemover) -> str:
    """Hex digest, 64 characters, over the command line or URL, its version, and what it is shown.

    Neither its name nor how long it may take is part of it.
    """
    parts = outside.model_dump(include={"command", "url", "version", "padding", "largest_side"})
    return hashlib.sha256(json.dumps({**parts, "rule": REMOVAL_RULE}, sort_keys=True).encode()).hexdigest()


def load_outside(name: str, outside: OutsideRemover) -> Remover:
    """The remover, its program found or its URL understood; nothing is run or asked yet.

    Raises:
        ModelError: neither or both of command and URL are set, or it cannot be used.
    """
    from curate.vision.command_remover import CommandRemover
    from curate.vision.http_remover import HttpRemover

    if (outside.command is None) == (outside.url is None):
        raise ModelError(
            f"The remover {name!r} needs either a command or a url: mend [removers.{name}] in curate.toml."
        )
    fingerprint = outside_fingerprint(outside)
    if outside.command is not None:
        return CommandRemover(name, fingerprint, outside.command, outside)
    assert outside.url is not None
    return HttpRemover(name, fingerprint, outside.url, outside)
