"""What is no photo is refused with a reason that says which kind of wrong it is."""

import struct
import zlib
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from curate.errors import PhotoError
from curate.photos.facts import Examined, examine
from curate.photos.reading import decode

KINDS = ["JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP", "HEIF", "AVIF"]


def refused(data, **limits):
    """The reason, the same for reduced and for full decoding."""
    with pytest.raises(PhotoError) as full:
        decode(data, **limits)
    with pytest.raises(PhotoError) as reduced:
        examine(data, "memory://x", **limits)
    assert "0x" not in str(full.value), "an address in memory is no reason"
    assert str(full.value).split("(")[0] == str(reduced.value).split("(")[0]
    return str(full.value)


def test_an_empty_file_is_called_empty():
    assert "empty" in refused(b"")


@pytest.mark.parametrize("text", ["hello, I am no photo\n", "<html>Sign in</html>", "ünïcode " * 100])
def test_text_named_like_a_photo_is_called_text(text):
    assert "holds text" in refused(text.encode())


def test_an_unknown_format_is_told_what_can_be_read():
    assert "JPEG, PNG" in refused(bytes(range(256)) * 4)
    assert "JPEG, PNG" in refused(b"\0" * 100)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_a_photo_that_is_cut_short_is_refused(kind, share, encode):
    noise = Image.effect_noise((96, 64), 60).convert("RGB")
    data = encode(noise, kind)
    assert kind in refused(data[: int(len(data) * share)])


def test_a_progressive_jpeg_that_is_cut_short_is_refused(encode):
    data = encode(Image.effect_noise((600, 400), 60).convert("RGB"), "JPEG", progressive=True)
    assert "cut short" in refused(data[: len(data) * 2 // 3])


def test_a_damaged_header_is_not_called_text_or_unknown(encode, scene):
    data = encode(scene, "JPEG")
    assert "JPEG header is damaged" in refused(data[:3] + b"\xff" * 200)


def test_a_decompression_bomb_is_refused_before_it_is_decoded():
    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">2I5B", 60_000, 60_000, 8, 2, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
    assert "60000 x 60000" in refused(bomb + chunk(b"IEND", b""))


def test_the_pixel_limit_is_exact(scene, encode):
    data = encode(scene, "JPEG")
    assert decode(data, max_pixels=96 * 64).shape == (64, 96, 3)
    assert "CURATE_MAX_PIXELS" in refused(data, max_pixels=96 * 64 - 1)


@pytest.mark.parametrize("kind", KINDS)
@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_hostile_bytes_end_as_pixels_or_as_a_photo_error(kind, data, scene, encode):
    exif = Image.Exif()
    exif[274], exif[270] = 6, "a description"
    options = {} if kind in ("GIF", "BMP") else {"exif": exif}
    good = bytearray(encode(scene.resize((24, 16)), kind, **options))
    for _ in range(data.draw(st.integers(1, 4))):
        # Half of all hits go to the header, where the decisions are made.
        end = data.draw(st.sampled_from([min(len(good), 128), len(good)]))
        start = data.draw(st.integers(0, end - 1))
        piece = data.draw(st.binary(min_size=1, max_size=6))
        how = data.draw(st.sampled_from(["overwrite", "insert", "cut"]))
        if how == "cut":
            del good[start : start + len(piece)]
        else:
            good[start : start + (len(piece) if how == "overwrite" else 0)] = piece
        if not good:
            break
    with suppress(PhotoError):
        assert decode(bytes(good), max_pixels=100_000).ndim == 3
    with suppress(PhotoError):
        assert isinstance(examine(bytes(good), "memory://x", max_pixels=100_000), Examined)
