"""Files of others that we serve: each is what its note says, with the licence it came under."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from review_ui import components

VENDORED = [
    ("pairs", "tus.min.js", "tus-js-client 4.3.1", "MIT"),
    ("removals", "openseadragon.min.js", "openseadragon 6.1.1", "Redistributions in binary form"),
]


@pytest.mark.parametrize(("component", "file", "package", "licence"), VENDORED)
def test_a_vendored_file_is_the_one_its_note_names(component, file, package, licence):
    vendor = Path(components.__file__).parent / component / "vendor"
    note = (vendor / "ORIGIN").read_text()
    assert package in note
    assert hashlib.sha256((vendor / file).read_bytes()).hexdigest() in note
    assert licence in (vendor / "LICENSE").read_text()
