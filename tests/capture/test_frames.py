"""Bytes of two photos become the frames of a pair."""

import hashlib
import io

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image, ImageCms

from curate.capture.frames import decode_frame, decode_pair, read_settings, working_copy
from curate.capture.records import CameraSettings
from curate.capture.thresholds import WORKING_SIDE
from curate.errors import PhotoError
from curate.photos.reading import decode

LOSSY = {"quality": 95}
UNDO = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # Image.Transpose that the orientation reverses


def difference(frame, scene):
    """Mean absolute difference in levels, 0..255."""
    expected = np.asarray(scene)
    assert frame.pixels.shape == expected.shape
    return np.abs(frame.pixels / (2**frame.bits - 1) * 255 - expected).mean()


def sixteen_bit(scene, suffix, *options):
    deep = np.asarray(scene).astype(np.uint16) * 257 - (np.asarray(scene) > 0)
    return deep, cv2.imencode(suffix, cv2.cvtColor(deep, cv2.COLOR_RGB2BGR), options)[1].tobytes()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "HEIF", "AVIF"])
def test_every_format_becomes_the_pixels_that_are_exported(kind, scene, encode):
    data = encode(scene, kind, **({} if kind in ("PNG", "TIFF") else LOSSY))
    frame = decode_frame(data)
    assert (frame.format, frame.bits, frame.sha256) == (kind, 8, hashlib.sha256(data).hexdigest())
    assert (frame.pixels == decode(data)).all()
    assert difference(frame, scene) < 4


@pytest.mark.parametrize(
    ("kind", "suffix", "options"),
    [
        ("PNG", ".png", ()),
        ("TIFF", ".tiff", (cv2.IMWRITE_TIFF_COMPRESSION, cv2.IMWRITE_TIFF_COMPRESSION_NONE)),
        ("TIFF", ".tiff", (cv2.IMWRITE_TIFF_COMPRESSION, cv2.IMWRITE_TIFF_COMPRESSION_LZW)),
    ],
)
def test_16_bit_colour_keeps_its_depth(kind, suffix, options, scene):
    deep, data = sixteen_bit(scene, suffix, *options)
    frame = decode_frame(data)
    assert (frame.format, frame.bits, frame.pixels.dtype) == (kind, 16, np.uint16)
    assert (frame.pixels == deep).all()
    assert np.allclose(frame.working, deep / 65535, atol=1e-6)


def test_16_bits_under_a_foreign_profile_become_the_8_bit_pixels_that_are_exported(scene):
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, blue = profile.index(b"rXYZ"), profile.index(b"bXYZ")
    profile[red : red + 4], profile[blue : blue + 4] = b"bXYZ", b"rXYZ"
    _, data = sixteen_bit(scene, ".png")
    packed = Image.new("RGB", (1, 1))
    stream = io.BytesIO()
    packed.save(stream, "PNG", icc_profile=bytes(profile))
    start = stream.getvalue().index(b"iCCP") - 4
    length = int.from_bytes(stream.getvalue()[start : start + 4], "big") + 12
    data = data[:33] + stream.getvalue()[start : start + length] + data[33:]
    frame = decode_frame(data)
    assert frame.bits == 8
    assert (frame.pixels == decode(data)).all()
    assert np.abs(frame.pixels.astype(int) - np.asarray(scene)[..., ::-1]).mean() < 3


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "AVIF", "HEIF"])
def test_each_orientation_is_applied_once(kind, orientation, scene, encode, exif_of):
    stored = scene.transpose(Image.Transpose(UNDO[orientation])) if orientation > 1 else scene
    options = {} if kind in ("PNG", "TIFF") else LOSSY
    frame = decode_frame(encode(stored, kind, exif=exif_of(Orientation=orientation), **options))
    assert difference(frame, scene) < 6
    assert frame.working.shape == frame.pixels.shape


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", [".png", ".tiff"])
def test_each_orientation_of_16_bits_is_applied_once(suffix, orientation, scene, encode, exif_of):
    stored = scene.transpose(Image.Transpose(UNDO[orientation])) if orientation > 1 else scene
    _, data = sixteen_bit(stored, suffix)
    frame = decode_frame(turned(data, orientation, exif_of))
    assert frame.bits == 16
    assert difference(frame, scene) < 1


def turned(data, orientation, exif_of):
    """The same file saying how it was held: in an eXIf chunk, or in a tag appended to the directory."""
    if data.startswith(b"\x89PNG"):
        chunk = io.BytesIO()
        Image.new("RGB", (1, 1)).save(chunk, "PNG", exif=exif_of(Orientation=orientation))
        start = chunk.getvalue().index(b"eXIf") - 4
        length = int.from_bytes(chunk.getvalue()[start : start + 4], "big") + 12
        return data[:33] + chunk.getvalue()[start : start + length] + data[33:]
    offset = int.from_bytes(data[4:8], "little")
    count = int.from_bytes(data[offset : offset + 2], "little")
    entries = [data[offset + 2 + 12 * at : offset + 14 + 12 * at] for at in range(count)]
    kept = [entry for entry in entries if entry[:2] != (274).to_bytes(2, "little")]
    numbers = ((274, 2), (3, 2), (1, 4), (orientation, 4))
    kept.append(b"".join(value.to_bytes(size, "little") for value, size in numbers))
    directory = len(kept).to_bytes(2, "little") + b"".join(sorted(kept, key=tag_of)) + b"\0\0\0\0"
    return data[:4] + len(data).to_bytes(4, "little") + data[8:] + directory


def tag_of(entry):
    return int.from_bytes(entry[:2], "little")


@settings(deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), st.sampled_from([np.uint8, np.uint16]), st.integers(0, 9))
def test_a_small_photo_is_its_own_working_copy(width, height, kind, seed):
    pixels = np.random.default_rng(seed).integers(0, np.iinfo(kind).max, (height, width, 3), kind)
    working = working_copy(pixels)
    assert working.dtype == np.float32
    assert np.allclose(working, pixels / np.iinfo(kind).max, atol=1e-6)


@pytest.mark.parametrize("size", [(2048, 1536), (1536, 2048), (3000, 7), (2500, 1111)])
def test_the_working_copy_is_the_area_average(size):
    width, height = size
    pixels = np.random.default_rng(1).integers(0, 256, (height, width, 3), np.uint8)
    working = working_copy(pixels)
    assert max(working.shape[:2]) == WORKING_SIDE
    assert np.allclose(working.mean((0, 1)), pixels.mean((0, 1)) / 255, atol=1e-3)
    expected = cv2.resize(
        pixels.astype(np.float32), working.shape[1::-1], interpolation=cv2.INTER_AREA
    ).reshape(working.shape)
    assert np.abs(working - expected / 255).max() < 1e-6


def test_a_pair_is_decoded_in_order(scene, encode):
    factual, counterfactual = encode(scene, "PNG"), encode(scene, "JPEG", **LOSSY)
    first, second = decode_pair(factual, counterfactual)
    assert (first.format, second.format) == ("PNG", "JPEG")


def test_the_frame_that_cannot_be_used_is_named(scene, encode):
    good, cut = encode(scene, "PNG"), encode(scene, "JPEG", **LOSSY)[:-500]
    with pytest.raises(PhotoError, match=r"^The counterfactual cannot be used: the JPEG data is cut short"):
        decode_pair(good, cut)
    with pytest.raises(PhotoError, match=r"^The factual cannot be used: the file holds text"):
        decode_pair(b"not a photo at all", good)


@pytest.mark.parametrize("suffix", [".png", ".tiff"])
@pytest.mark.parametrize("kept", [0.2, 0.5, 0.99])
def test_16_bits_that_are_cut_short_are_refused(suffix, kept):
    noise = np.random.default_rng(0).integers(0, 65536, (64, 64, 3), np.uint16)
    data = cv2.imencode(suffix, noise)[1].tobytes()
    with pytest.raises(PhotoError, match="copy the original file again"):
        decode_frame(data[: int(len(data) * kept)])


def test_a_photo_over_the_limit_is_refused(scene, encode):
    with pytest.raises(PhotoError, match="96 x 64 pixels"):
        decode_frame(encode(scene, "PNG"), max_pixels=1000)


def test_one_pixel_is_a_frame(encode):
    frame = decode_frame(encode(Image.new("RGB", (1, 1), (255, 0, 0)), "PNG"))
    assert frame.working.tolist() == [[[1.0, 0.0, 0.0]]]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "HEIF"])
def test_settings_are_read_from_every_format(kind, scene, encode, exif_of):
    exif = exif_of(Model="R5", FNumber=8.0, ExposureTime=0.008, ISOSpeedRatings=100)
    expected = CameraSettings(model="R5", aperture=8.0, shutter=0.008, iso=100)
    data = encode(scene, kind, exif=exif)
    assert read_settings(data) == decode_frame(data).camera == expected


def test_a_photo_without_exif_says_nothing(scene, encode):
    assert decode_frame(encode(scene, "PNG")).camera == CameraSettings()
    assert ExifTags.Base.FNumber not in Image.open(io.BytesIO(encode(scene, "PNG"))).getexif()
