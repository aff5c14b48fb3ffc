"""Names as people type them, of shoots, their photographers and objects."""

from __future__ import annotations

import unicodedata

from curate.errors import SettingsError

# Control characters, halves of characters (bytes that are no UTF-8), and ends of lines and paragraphs.
_UNFIT = {"Cc", "Cs", "Zl", "Zp"}
# What takes no ink: formats such as the zero-width space, unassigned, private use, spaces.
_INVISIBLE = {"Cf", "Cn", "Co", "Zs"}


def plain_name(text: str, of: str) -> str:
    """A name as it is kept: one line that people can see.

    Args:
        text: As somebody typed it.
        of: Whose name it is, as the sentence of an error begins: "The object".

    Raises:
        SettingsError: nothing of it is seen, or it has characters that are no text.
    """
    name = text.strip()
    kinds = {unicodedata.category(sign) for sign in name}
    if kinds & _UNFIT:
        raise SettingsError(
            f"{of} cannot be called {name!r}, which holds a line end, a control character or bytes that are "
            "no UTF-8: type plain text."
        )
    if kinds <= _INVISIBLE:
        raise SettingsError(f"{of} needs a name: type one that people can read.")
    return name
