"""The pixel rule: which files leave as they are, and that nothing says where, when or by whom."""

from __future__ import annotations

import io
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms, TiffImagePlugin

from curate.exporters.bare_bytes import bare_suffix
from curate.exporters.file_structure import picture_size
from curate.exporters.pixels import exported_photo
from curate.photos.reading import decode

XMP = b"http://ns.adobe.com/xap/1.0/\0"
PLACE = "48,51.5N"
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


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
    profile = bytearray(SRGB)
    red, green = profile.index(b"rXYZ"), profile.index(b"gXYZ")
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    return bytes(profile)


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"quality": 100, "subsampling": 0}])
def test_a_plain_jpeg_leaves_as_it_is(pixels, encoded, options):
    photo = encoded(pixels(1), "JPEG", **options)
    assert exported_photo(photo, decode).data == photo
    # What a consumer decodes from it is what the program saw.
    assert np.array_equal(decode(photo), np.asarray(Image.open(io.BytesIO(photo))))


@pytest.mark.parametrize("options", [{}, {"dpi": (72, 72)}])
def test_a_plain_png_leaves_as_it_is(pixels, encoded, options):
    photo = encoded(pixels(1), "PNG", **options)
    assert exported_photo(photo, decode).data == photo


def shot(settings: dict[int, object], **tags: object) -> bytes:
    """EXIF as a camera writes it, with a directory of settings."""
    made = Image.Exif()
    made.load(exif(t010F="Canon", t0110="EOS R5", t0112=1, t011A=72.0, t0128=2, **tags))
    made.get_ifd(0x8769).update({0x829A: (1, 200), 0x8827: 400, 0x9000: b"0232"} | settings)
    return made.tobytes()


PERSONAL = {
    "artist": exif(t013B="Jane Doe"),
    "copyright": exif(t8298="(c) Jane Doe"),
    "description": exif(t010E="Jane at home"),
    "computer": exif(t013C="janes-macbook.local"),
    "software": exif(t0131="edited by Jane Doe"),
    "date": exif(t0132="2024:05:01 10:00:00"),
    "Windows author": exif(t9C9D="Jane".encode("utf-16-le")),
    "address as model": exif(t0110="jane@example.org"),
    "telephone as model": exif(t0110="A0612345678"),
    "name as a number": b"MM\0*\0\0\0\x08\0\1\1\0\0\2\0\0\0\x09\0\0\0\x1a\0\0\0\0Jane Doe\0",
    "camera owner": shot({0xA430: "Jane Doe"}),
    "body serial number": shot({0xA431: "052021001234"}),
    "lens serial number": shot({0xA435: "0000123"}),
    "user comment": shot({0x9286: b"ASCII\0\0\0call Jane"}),
    "photo's own number": shot({0xA420: "0123456789abcdef0123456789abcdef"}),
    "time of the shot": shot({0x9003: "2024:05:01 10:00:00"}),
    "time zone": shot({0x9010: "+02:00"}),
    "maker note": shot({0x927C: b"\0\1\2\3\4"}),
    "unknown tag": shot({0xFDE8: "Jane Doe"}),
    "between the tags": shot({}) + b"Jane Doe",
}


@pytest.mark.parametrize("kind", PERSONAL)
def test_exif_never_leaves(pixels, encoded, kind):
    array = pixels(1)
    data = PERSONAL[kind] if PERSONAL[kind].startswith(b"Exif") else b"Exif\0\0" + PERSONAL[kind]
    jpeg, png = encoded(array), encoded(array, "PNG")
    # A JPEG keeps its compressed pixels.
    assert exported_photo(with_segment(jpeg, 0xE1, data), decode).data == jpeg
    told_by_png = with_chunk(png, b"eXIf", data.removeprefix(b"Exif\0\0"))
    assert not Image.open(io.BytesIO(exported_photo(told_by_png, decode).data)).getexif()
    assert bare_suffix(told_by_png) is bare_suffix(with_segment(jpeg, 0xE1, data)) is None


def told(jpeg: bytes, png: bytes) -> dict[str, bytes]:
    packet = f"<x:xmpmeta><rdf:li exif:GPSLatitude='{PLACE}'/></x:xmpmeta>".encode()
    iptc = b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\x0a\x1c\x02\x5a\0\x05Paris"
    raw = b"Raw profile type exif\0\0" + zlib.compress(b"\nexif\n 10\n" + gps().hex().encode())
    creator = b"<dc:creator><rdf:li>Jane Doe</rdf:li></dc:creator>"
    monitor = SRGB.replace(b"cprt", b"Jane", 1)
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
        "name in a comment": with_segment(jpeg, 0xFE, b"by Jane Doe"),
        "number in a comment": with_segment(jpeg, 0xFE, b"0612345678"),
        "XMP creator": with_segment(jpeg, 0xE1, XMP + creator),
        "thumbnail": with_segment(jpeg[:2] + jpeg[20:], 0xE0, jpeg[6:18] + b"\1\1abc"),
        "EXIF thumbnail": with_segment(jpeg, 0xE1, b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\x0e\0\0\0\0\0\0"),
        "own tag in a profile": with_segment(jpeg, 0xE2, b"ICC_PROFILE\0\1\1" + monitor),
        "unknown segment": with_segment(jpeg, 0xE5, b"Samsung"),
        "second picture": with_segment(jpeg, 0xE2, b"MPF\0II*\0"),
        "data after the end": jpeg + b"MotionPhoto_Data",
        "segment inside the scan": jpeg[:-2] + b"\xff\xfe\x00\x0dlatitude=48" + jpeg[-2:],
        "PNG eXIf": with_chunk(png, b"eXIf", gps().removeprefix(b"Exif\0\0")),
        "PNG XMP": with_chunk(png, b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + packet),
        "PNG text after pixels": with_chunk(png, b"tEXt", b"GPS\x0048.86N", before=b"IEND"),
        "profile given twice": with_segment(
            with_segment(jpeg, 0xE2, b"ICC_PROFILE\0\1\1" + SRGB), 0xE2, b"ICC_PROFILE\0\1\1Jane Doe"
        ),
        "data behind a profile": with_segment(jpeg, 0xE2, b"ICC_PROFILE\0\1\1" + SRGB + b"Jane Doe"),
        "PNG resolution in words": with_chunk(png, b"pHYs", b"of Jane Doe"),
        "PNG author": with_chunk(png, b"tEXt", b"Author\0Jane Doe"),
        "PNG software": with_chunk(png, b"tEXt", b"Software\0Jane Doe's editor"),
        "PNG date": with_chunk(png, b"tIME", bytes([7, 232, 5, 1, 10, 0, 0])),
        "PNG profile's name": with_chunk(png, b"iCCP", b"Jane Doe\0\0" + zlib.compress(SRGB)),
        "data behind a PNG profile": with_chunk(png, b"iCCP", b"icc\0\0" + zlib.compress(SRGB) + b"Jane"),
        "PNG packed text": with_chunk(png, b"zTXt", b"Comment\0\0" + zlib.compress(b"latitude")),
        "PNG raw profile": with_chunk(png, b"zTXt", raw),
        "data after a PNG": png + b"48.86N",
    }


def test_nothing_says_where_when_or_by_whom(pixels, encoded):
    array = pixels(2)
    jpeg, png = encoded(array), encoded(array, "PNG")
    for kind, photo in told(jpeg, png).items():
        assert bare_suffix(photo) is None, kind
        media = exported_photo(photo, decode)
        assert (
            bare_suffix(media.data) == media.suffix == (".jpg" if photo.startswith(jpeg[:2]) else ".png")
        ), kind
        if media.suffix == ".jpg":
            assert media.data == jpeg, kind
        left = Image.open(io.BytesIO(media.data))
        assert not left.getexif(), kind
        assert np.array_equal(np.asarray(left), decode(photo)), kind


@pytest.mark.parametrize(
    "kind", ["RGB", "Adobe RGB", "JFIF and Adobe", "progressive with comments between scans"]
)
def test_taking_things_out_changes_no_pixel(pixels, encoded, kind):
    jpeg = encoded(pixels(3), "JPEG", progressive="progressive" in kind, keep_rgb=kind.endswith("RGB"))
    if kind == "JFIF and Adobe":
        jpeg = with_segment(jpeg, 0xEE, b"Adobe\0\x64\0\0\0\0\0 and more")
    if "comments" in kind:
        at = jpeg.rindex(b"\xff\xda")
        jpeg = jpeg[:at] + b"\xff\xfe\0\x0aJane Doe" + jpeg[at:]
    photo = with_segment(jpeg, 0xE1, shot({}))
    media = exported_photo(photo, decode)
    assert media.suffix == bare_suffix(media.data) == ".jpg"
    assert np.array_equal(decode(media.data), decode(photo))
    assert b"Jane" not in media.data


@pytest.mark.parametrize("orientation", range(2, 9))
def test_a_turned_photo_is_written_upright(pixels, encoded, orientation):
    photo = encoded(pixels(3, 40, 24), exif=exif(t0112=orientation))
    media = exported_photo(photo, decode)
    assert media.suffix == ".png"
    assert picture_size(media.data) == ((24, 40) if orientation >= 5 else (40, 24))
    assert bare_suffix(media.data) == ".png"


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
        assert not any(bare_suffix(photo[:length]) for length in range(len(photo)))
