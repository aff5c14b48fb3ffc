"""What can be a caption."""

from __future__ import annotations

import pytest

from curate.captions import checked
from curate.errors import DecisionError
from curate.plain_text import one_line


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("a" * 501, "at most 500 characters, and this one has 501"),
        ("a jug\non a shelf", "one line of plain text"),
        ("a jug\x07", "control character"),
        ("\u200b", "Nothing of this caption can be seen"),
    ],
)
def test_what_is_no_caption_is_refused(words, sentence):
    with pytest.raises(DecisionError, match=sentence):
        checked(words)


def test_what_is_around_a_caption_goes_and_letters_of_all_scripts_stay():
    assert checked("  eine rote Kanne, 花瓶 👨‍👩‍👧 ") == "eine rote Kanne, 花瓶 👨‍👩‍👧"
    assert checked(" ") == ""


def test_what_a_captioner_gives_becomes_one_line():
    assert one_line(" a jug\n\ton a\x00 shelf\u2028") == "a jug on a shelf"
