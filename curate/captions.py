"""What is said of a target: a person's words before a captioner's before a template from the label."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from curate.errors import DecisionError
from curate.plain_text import is_one_line, is_seen, one_line

PERSON, TEMPLATE = "person", "template"
"""Sources of captions; any other source is a captioner's fingerprint."""
LONGEST = 500
"""Characters of a caption."""

_SOUNDS_LIKE_A_CONSONANT = ("eu", "one", "uku", "uni", "use", "uti")
_SINGULAR_ENDINGS = ("ss", "us", "is")


@dataclass(frozen=True, slots=True)
class Caption:
    """One line that describes a target."""

    text: str
    source: str
    """``person``, ``template`` or the captioner's fingerprint."""
    by: str | None = None
    """The reviewer's or the captioner's name; None of a template."""

    @property
    def nameless(self) -> Caption:
        """The same without the name of the person who wrote it: reviewers see no names."""
        return replace(self, by=None) if self.source == PERSON else self


@dataclass(frozen=True, slots=True)
class Said:
    """What is on record about one object."""

    person: Caption | None = None
    """What somebody wrote last, unless it was taken back."""
    model: Caption | None = None

    def standing(self, label: str) -> Caption:
        """The caption that counts."""
        return self.person or self.otherwise(label)

    def otherwise(self, label: str) -> Caption:
        """The caption that counts where no person has written one."""
        return self.model or Caption(template(label), TEMPLATE)


NOTHING_SAID = Said()


def template(label: str) -> str:
    """``a photo of a vase`` from a detector's label; English, as the labels are.

    An empty label gives ``a photo of an object``. The rule is ``ours``.
    """
    words = one_line(label.replace("_", " ")).split() or ["object"]
    # Capitals stay in abbreviations such as TV and go from title case such as "Potted Plant".
    name = " ".join(word if word.isupper() else word.lower() for word in words)
    return f"a photo of {_article(name)}{name}"


def common_template(labels: Iterable[str]) -> str:
    """One template for all views of a thing: that of most of their labels, of equally many the first by name.

    A detector may call one jug a vase in three photos and a cup in the fourth.
    """
    counts = Counter(template(label) for label in labels if label.strip("_ "))
    return min(counts, key=lambda text: (-counts[text], text), default=template(""))


def checked(text: str) -> str:
    """A person's caption as it is kept; empty if they take their words back.

    Raises:
        DecisionError: it is longer than 500 characters, no single line, or nothing that people can read.
    """
    line = text.strip()
    if len(line) > LONGEST:
        raise DecisionError(
            f"A caption has at most {LONGEST} characters, and this one has {len(line)}: shorten it."
        )
    if not is_one_line(line):
        raise DecisionError(
            "A caption is one line of plain text, and this one has a line end or a control character: "
            "write it without."
        )
    if line and not is_seen(line):
        raise DecisionError("Nothing of this caption can be seen: write words, or nothing at all.")
    return line


def _article(name: str) -> str:
    last = name.split()[-1].lower()
    if last.endswith("s") and not last.endswith(_SINGULAR_ENDINGS):
        return ""
    vowel = name[0].lower() in "aeiou" and not name.lower().startswith(_SOUNDS_LIKE_A_CONSONANT)
    return "an " if vowel else "a "
