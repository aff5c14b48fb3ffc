"""What people type as one line of text."""

from __future__ import annotations

import unicodedata

# Control characters, halves of characters (bytes that are no UTF-8), and ends of lines and paragraphs.
_UNFIT = {"Cc", "Cs", "Zl", "Zp"}
# What takes no ink: formats such as the zero-width space, unassigned, private use, spaces.
_INVISIBLE = {"Cf", "Cn", "Co", "Zs"}


def is_one_line(text: str) -> bool:
    """Whether it has no line end, no control character and no bytes that are no UTF-8."""
    return not any(unicodedata.category(sign) in _UNFIT for sign in text)


def is_seen(text: str) -> bool:
    """Whether anything of it takes ink."""
    return any(unicodedata.category(sign) not in _INVISIBLE for sign in text)


def one_line(text: str) -> str:
    """The same words, with one space for what ends a line or is no text."""
    plain = "".join(sign if is_one_line(sign) else " " for sign in text)
    return " ".join(plain.split())
