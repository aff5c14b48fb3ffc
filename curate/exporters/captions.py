"""Template captions, for exports without a captioner."""

from __future__ import annotations

_SOUNDS_LIKE_A_CONSONANT = ("eu", "one", "uku", "uni", "use", "uti")
_SINGULAR_ENDINGS = ("ss", "us", "is")


def caption(label: str) -> str:
    """``a photo of a vase`` from a detector's label; English, as the labels are.

    An empty label gives ``a photo of an object``. The rule is ``ours``.
    """
    words = label.replace("_", " ").split() or ["object"]
    # Capitals stay in abbreviations such as TV and go from title case such as "Potted Plant".
    name = " ".join(word if word.isupper() else word.lower() for word in words)
    return f"a photo of {_article(name)}{name}"


def _article(name: str) -> str:
    last = name.split()[-1].lower()
    if last.endswith("s") and not last.endswith(_SINGULAR_ENDINGS):
        return ""
    vowel = name[0].lower() in "aeiou" and not name.lower().startswith(_SOUNDS_LIKE_A_CONSONANT)
    return "an " if vowel else "a "
