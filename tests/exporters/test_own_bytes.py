"""The pixel rule: which files leave as they are, and that places never leave."""

from __future__ import annotations

import io
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms, TiffImagePlugin
from PIL.PngImagePlugin import PngInfo

from curate.exporters.file_structure import picture_size
from curate.exporters.own_bytes import own_suffix
from curate.exporters.pixels import exported_photo
from curate.photos.reading import decode

XMP = b"http://ns.adobe.com/xap/1.0/\0"
PLACE = "48,51.5N"


def exif(**tags: object) -> bytes:
    made = Image.Exif()
    for number, value in tags.items():
        made[int(number.removeprefix("t"), 16)] = value
    return made.tobytes()


def gps() -> bytes:
    made = Image.Exif()
    made.get_ifd(0x8825).update({1: "N", 2: (48.0, 51.0, 30.0), 3: "E", 4: (2.0, 17.0, 40.0)})
    made[0x8825] = made.get_ifd(0x8825)
    return made.tobytes()


def with_segment(jpeg: bytes, marker: int, payload: bytes) -> bytes:
    return jpeg[:2] + bytes([0xFF, marker]) + (len(payload) + 2).to_bytes(2, "big") + payload + jpeg[2:]


def with_chunk(png: bytes, name: bytes, payload: bytes, before: bytes = b"IDAT") -> bytes:
    chunk = len(payload).to_bytes(4, "big") + name + payload + zlib.crc32(name + payload).to_bytes(4, "big")
    at = png.index(before) - 4
    return png[:at] + chunk + png[at:]


def wide_gamut() -> bytes:
    """An ICC profile with red and green swapped: certainly not sRGB."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, green = profile.index(b"rXYZ"), profile.index(b"gXYZ")
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    return bytes(profile)


@pytest.mark.parametrize(
    "options", [{}, {"progressive": True}, {"quality": 100, "subsampling": 0}, {"keep_icc": True}]
)
def test_a_plain_jpeg_leaves_as_it_is(pixels, encoded, options):
    if options.pop("keep_icc", False):
        options["icc_profile"] = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    photo = encoded(pixels(1), "JPEG", **options)
    assert exported_photo(photo, decode).data == photo
    # What a consumer decodes from it is what the program saw.
    assert np.array_equal(decode(photo), np.asarray(Image.open(io.BytesIO(photo))))


def test_a_plain_png_leaves_as_it_is(pixels, encoded):
    text = PngInfo()
    text.add_text("Software", "kitchen camera")
    photo = encoded(pixels(1), "PNG", pnginfo=text)
    assert exported_photo(photo, decode).data == photo


def test_a_photo_that_ingest_found_a_place_in_is_decoded(pixels, encoded):
    assert exported_photo(encoded(pixels(1)), decode, has_location=True).suffix == ".png"


def test_exif_without_a_place_may_stay(pixels, encoded):
    photo = encoded(pixels(1), exif=exif(t010F="Canon", t0110="EOS R5", t0112=1))
    assert own_suffix(photo) == ".jpg"


def places(jpeg: bytes, png: bytes) -> dict[str, bytes]:
    packet = f"<x:xmpmeta><rdf:li exif:GPSLatitude='{PLACE}'/></x:xmpmeta>".encode()
    iptc = b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\x0a\x1c\x02\x5a\0\x05Paris"
    raw = b"Raw profile type exif\0\0" + zlib.compress(b"\nexif\n 10\n" + gps().hex().encode())
    return {
        "EXIF GPS": with_segment(jpeg, 0xE1, gps() if gps().startswith(b"Exif") else b"Exif\0\0" + gps()),
        "EXIF maker note": with_segment(
            jpeg, 0xE1, b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x92\x7c\0\x07\0\0\0\x04abcd\0\0\0\0"
        ),
        "XMP": with_segment(jpeg, 0xE1, XMP + packet),
        "XMP city": with_segment(jpeg, 0xE1, XMP + b"<rdf:li photoshop:City='Paris'/>"),
        "XMP in UTF-16": with_segment(jpeg, 0xE1, XMP + packet.decode().encode("utf-16")),
        "extended XMP": with_segment(jpeg, 0xE1, b"http://ns.adobe.com/xmp/extension/\0" + bytes(40)),
        "IPTC": with_segment(jpeg, 0xED, iptc),
        "comment": with_segment(jpeg, 0xFE, b"latitude=48.86"),
        "unknown segment": with_segment(jpeg, 0xE5, b"Samsung"),
        "second picture": with_segment(jpeg, 0xE2, b"MPF\0II*\0"),
        "data after the end": jpeg + b"MotionPhoto_Data",
        "segment inside the scan": jpeg[:-2] + b"\xff\xfe\x00\x0elatitude=48" + jpeg[-2:],
        "PNG eXIf": with_chunk(png, b"eXIf", gps().removeprefix(b"Exif\0\0")),
        "PNG XMP": with_chunk(png, b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + packet),
        "PNG text after pixels": with_chunk(png, b"tEXt", b"GPS\x0048.86N", before=b"IEND"),
        "PNG packed text": with_chunk(png, b"zTXt", b"Comment\0\0" + zlib.compress(b"latitude")),
        "PNG raw profile": with_chunk(png, b"zTXt", raw),
        "data after a PNG": png + b"48.86N",
    }


def test_places_never_leave(pixels, encoded):
    array = pixels(2)
    for kind, photo in places(encoded(array), encoded(array, "PNG")).items():
        media = exported_photo(photo, decode)
        assert media.suffix == ".png", kind
        left = Image.open(io.BytesIO(media.data))
        assert set(left.info) <= {"srgb"}, kind
        assert not left.getexif(), kind
        assert np.array_equal(np.asarray(left), decode(photo)), kind


@pytest.mark.parametrize("orientation", range(2, 9))
def test_a_turned_photo_is_written_upright(pixels, encoded, orientation):
    photo = encoded(pixels(3, 40, 24), exif=exif(t0112=orientation))
    media = exported_photo(photo, decode)
    assert media.suffix == ".png"
    assert picture_size(media.data) == ((24, 40) if orientation >= 5 else (40, 24))
    assert own_suffix(media.data) == ".png"


def test_other_pixels_are_written_as_png(pixels, encoded):
    array = pixels(4)
    picture = Image.fromarray(array)
    deep = TiffImagePlugin.ImageFileDirectory_v2()
    others = {
        "CMYK": encoded(np.asarray(picture), "JPEG"),
        "grey": encoded(array[..., 0], "JPEG"),
        "alpha": encoded(np.dstack([array, array[..., 0]]), "PNG"),
        "16 bit": encoded(array[..., 0].astype(np.uint16) * 257, "PNG"),
        "wide gamut": encoded(array, "JPEG", icc_profile=wide_gamut()),
        "wide gamut PNG": encoded(array, "PNG", icc_profile=wide_gamut()),
        "WebP": encoded(array, "WEBP"),
        "TIFF": encoded(array, "TIFF", tiffinfo=deep),
    }
    file = io.BytesIO()
    picture.convert("CMYK").save(file, "JPEG")
    others["CMYK"] = file.getvalue()
    for kind, photo in others.items():
        left = Image.open(io.BytesIO(exported_photo(photo, decode).data))
        assert (left.format, left.mode) == ("PNG", "RGB"), kind
        assert np.array_equal(np.asarray(left), decode(photo)), kind


def test_cut_and_broken_files_are_not_taken_for_plain(pixels, encoded):
    for photo in (encoded(pixels(5)), encoded(pixels(5), "PNG")):
        assert not any(own_suffix(photo[:length]) for length in range(len(photo)))
