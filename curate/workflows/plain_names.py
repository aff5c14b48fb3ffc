"""Names as people type them, of shoots, their photographers and objects."""

from __future__ import annotations

from curate.errors import SettingsError
from curate.plain_text import is_one_line, is_seen


def plain_name(text: str, of: str) -> str:
    """A name as it is kept: one line that people can see.

    Args:
        text: As somebody typed it.
        of: Whose name it is, as the sentence of an error begins: "The object".

    Raises:
        SettingsError: nothing of it is seen, or it has characters that are no text.
    """
    name = text.strip()
    if not is_one_line(name):
        raise SettingsError(
            f"{of} cannot be called {name!r}, which holds a line end, a control character or bytes that are "
            "no UTF-8: type plain text."
        )
    if not is_seen(name):
        raise SettingsError(f"{of} needs a name: type one that people can read.")
    return name
