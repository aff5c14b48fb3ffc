"""Every kind of photo becomes the same upright sRGB pixels."""

import io

import numpy as np
import pytest
from PIL import ExifTags, Image, ImageCms

from curate.errors import PhotoError
from curate.photos.reading import decode, probe


def difference(photo, scene):
    """Mean absolute difference in levels, 0..255."""
    expected = np.asarray(scene)
    assert photo.shape == expected.shape
    assert photo.dtype == np.uint8
    return np.abs(photo.astype(int) - expected).mean()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "BMP", "HEIF", "AVIF"])
def test_every_format_is_decoded_and_told_by_content(kind, scene, encode):
    data = encode(scene, kind, **({"quality": 95} if kind in ("JPEG", "WEBP", "HEIF", "AVIF") else {}))
    assert difference(decode(data), scene) < 4
    found = probe(data)
    assert (found.format, found.width, found.height, found.orientation) == (kind, 96, 64, 1)


def test_a_jpeg_of_several_lenses_is_a_jpeg(scene, encode):
    data = encode(scene, "MPO", save_all=True, append_images=[Image.new("RGB", (96, 64))], quality=95)
    assert Image.open(io.BytesIO(data)).format == "MPO"
    assert probe(data).format == "JPEG"
    assert difference(decode(data), scene) < 4


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "TIFF", "PNG"])
def test_the_first_frame_of_many_is_the_photo(kind, scene, encode):
    options = {"save_all": True, "append_images": [Image.new("RGB", scene.size)]}
    if kind == "WEBP":
        options["quality"] = 95
    assert difference(decode(encode(scene, kind, **options)), scene) < 12  # GIF has 256 colours


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF"])
def test_each_orientation_is_applied_once(kind, orientation, scene, encode):
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # Image.Transpose that the orientation reverses
    stored = scene.transpose(Image.Transpose(undo[orientation])) if orientation > 1 else scene
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    options = {} if kind in ("PNG", "TIFF") else {"quality": 95}
    # As bytes, because only those make the HEIF writer store the turn where HEIF keeps it.
    data = encode(stored, kind, exif=exif.tobytes(), **options)
    assert difference(decode(data), scene) < 6
    found = probe(data)
    assert (found.width, found.height) == scene.size
    assert found.orientation == orientation


@pytest.mark.parametrize("orientation", [0, 9, 77, 65535])
def test_an_orientation_out_of_range_counts_as_upright(orientation, scene, encode):
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    data = encode(scene, "JPEG", exif=exif, quality=95)
    assert probe(data).orientation == 1
    assert difference(decode(data), scene) < 4


def test_broken_exif_does_not_cost_the_photo(scene, encode):
    for exif in (
        b"Exif\0\0" + b"\xff" * 40,
        b"Exif\0\0II*\0\xff\xff\xff\x7f",
        b"Exif\0\0",
        b"no exif at all",
    ):
        data = encode(scene, "JPEG", exif=exif, quality=95)
        assert difference(decode(data), scene) < 4
        assert probe(data).orientation == 1


def test_an_orientation_behind_the_pixels_of_a_png_is_found(scene, encode):
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    data = encode(scene, "PNG", exif=exif)
    start = data.index(b"eXIf") - 4
    length = int.from_bytes(data[start : start + 4], "big") + 12
    chunk = data[start : start + length]
    moved = data[:start] + data[start + length : -12] + chunk + data[-12:]
    assert (probe(moved).width, probe(moved).height) == (64, 96)


def test_cmyk_is_converted(scene, encode):
    data = encode(scene.convert("CMYK"), "JPEG", quality=95)
    assert probe(data).mode == "CMYK"
    assert difference(decode(data), scene) < 6


def test_lab_is_converted(scene, encode):
    lab = ImageCms.profileToProfile(
        scene, ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), outputMode="LAB"
    )
    assert difference(decode(encode(lab, "TIFF")), scene) < 3


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_transparency_becomes_white(mode, encode):
    image = Image.new(mode, (4, 2), 0)  # black, fully transparent
    assert (decode(encode(image, "PNG")) == 255).all()
    half = Image.new("RGBA", (4, 2), (0, 0, 0, 128))
    assert (abs(decode(encode(half, "PNG")).astype(int) - 127) <= 1).all()


def test_a_palette_with_transparency_is_put_on_white(encode):
    image = Image.new("P", (2, 1))
    image.putpalette([10, 20, 30, 200, 100, 50])
    image.putpixel((1, 0), 1)
    pixels = decode(encode(image, "PNG", transparency=0))
    assert pixels[0].tolist() == [[255, 255, 255], [200, 100, 50]]
    assert decode(encode(image, "GIF", transparency=0))[0].tolist() == pixels[0].tolist()


def test_a_colour_marked_transparent_becomes_white(encode):
    image = Image.new("RGB", (2, 1), (9, 9, 9))
    image.putpixel((1, 0), (1, 2, 3))
    assert decode(encode(image, "PNG", transparency=(9, 9, 9)))[0].tolist() == [[255] * 3, [1, 2, 3]]


def test_one_bit_is_black_and_white(encode):
    image = Image.new("1", (2, 1))
    image.putpixel((1, 0), 1)
    for kind in ("PNG", "TIFF", "BMP"):
        assert decode(encode(image, kind))[0].tolist() == [[0] * 3, [255] * 3]


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_16_bit_grey_is_scaled_not_clipped(kind, encode):
    ramp = np.array([[0, 256, 32768, 65535]], dtype=np.uint16)
    data = encode(Image.fromarray(ramp), kind)
    assert decode(data)[0, :, 0].tolist() == [0, 1, 128, 255]
    assert probe(data).mode == "I;16"


def test_16_bit_colour_is_scaled_and_said_so(encode):
    import struct
    import zlib

    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    row = b"\0" + struct.pack(">6H", 0, 32768, 65535, 256, 65280, 512)
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">2I5B", 2, 1, 16, 2, 0, 0, 0))
    data += chunk(b"IDAT", zlib.compress(row)) + chunk(b"IEND", b"")
    assert decode(data)[0].tolist() == [[0, 128, 255], [1, 255, 2]]
    assert probe(data).mode == "RGB;16"


@pytest.mark.parametrize("mode", ["I", "F"])
def test_pixels_without_an_agreed_white_are_refused(mode, encode):
    with pytest.raises(PhotoError, match="32-bit pixels"):
        decode(encode(Image.new(mode, (4, 4)), "TIFF"))


def swapped_profile():
    """sRGB with red and blue exchanged: no one can overlook whether it was used."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, blue = data.index(b"rXYZ"), data.index(b"bXYZ")
    data[red : red + 4], data[blue : blue + 4] = b"bXYZ", b"rXYZ"
    return bytes(data)


def test_a_colour_profile_is_applied(scene, encode):
    data = encode(scene, "PNG", icc_profile=swapped_profile())
    exchanged = Image.merge("RGB", scene.split()[::-1])
    assert difference(decode(data), exchanged) < 2
    assert probe(data).foreign_colours


def test_srgb_under_any_name_changes_nothing(scene, encode):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = encode(scene, "PNG", icc_profile=profile)
    assert difference(decode(data), scene) == 0
    assert not probe(data).foreign_colours


@pytest.mark.parametrize("profile", [b"", b"nonsense", swapped_profile()[:300]])
def test_a_broken_profile_counts_as_srgb(profile, scene, encode):
    data = encode(scene, "PNG", icc_profile=profile)
    assert difference(decode(data), scene) == 0


def test_a_profile_for_other_pixels_is_ignored(encode):
    grey = Image.new("L", (4, 4), 100)
    assert (decode(encode(grey, "PNG", icc_profile=swapped_profile())) == 100).all()
