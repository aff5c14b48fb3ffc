"""Camera RAW is a photo like any other, and both frames of a pair are developed alike."""

import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from curate.capture.frames import decode_frame, decode_pair, read_settings
from curate.errors import PhotoError
from curate.photos.facts import examine
from curate.photos.raw_exif import raw_exif, raw_format
from curate.photos.reading import decode, probe
from raw_photo import dng

GREY = np.full((64, 96, 3), 128, np.uint8)


@pytest.fixture(scope="module")
def quarters(scene):
    """96 x 64: four flat quarters, so that demosaicing does not matter inside them."""
    corners = scene.resize((2, 2), Image.Resampling.NEAREST)
    return np.asarray(corners.resize((96, 64), Image.Resampling.NEAREST))


def middles(pixels):
    height, width = pixels.shape[:2]
    return np.array([pixels[y, x] for y in (height // 4, -height // 4) for x in (width // 4, -width // 4)])


def test_a_grey_card_is_grey_and_as_bright_as_it_was():
    frame = decode_frame(dng(GREY))
    assert (frame.format, frame.bits, frame.pixels.dtype) == ("DNG", 16, np.uint16)
    assert np.abs(frame.pixels[8:-8, 8:-8] / 257.0 - 128).max() < 2


def test_colours_come_out_as_they_went_in(quarters):
    assert np.abs(middles(decode_frame(dng(quarters)).pixels) / 257 - middles(quarters)).max() < 4


def test_the_exported_pixels_are_the_frames_pixels_in_8_bits(quarters):
    data = dng(quarters)
    assert np.abs(decode(data) - decode_frame(data).pixels / 257).max() <= 1


@pytest.mark.parametrize("orientation", range(1, 9))
def test_each_orientation_is_applied_once(orientation, quarters):
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # Image.Transpose that the orientation reverses
    stored = Image.fromarray(quarters)
    stored = stored.transpose(Image.Transpose(undo[orientation])) if orientation > 1 else stored
    data = dng(np.asarray(stored), orientation=orientation)
    assert np.abs(middles(decode_frame(data).pixels) / 257 - middles(quarters)).max() < 4
    found = probe(data)
    assert (found.format, found.width, found.height, found.orientation) == ("DNG", 96, 64, orientation)


@pytest.mark.parametrize("darker", [1, 8])
def test_a_darker_frame_stays_darker(darker):
    """LibRaw's automatic brightness and white level would lift it."""
    coded = round(128 / darker)
    frame = decode_frame(dng(np.full((64, 96, 3), coded, np.uint8)))
    assert abs(frame.pixels[8:-8, 8:-8].mean() / 257 - coded) < 2


def test_both_frames_get_the_white_balance_of_the_factual():
    """The second frame's own noted balance, which a camera set to automatic changes, plays no part."""
    factual, counterfactual = dng(GREY), dng(GREY, noted=(0.8, 1.0, 0.4))
    assert np.abs(decode_frame(counterfactual).pixels[32, 48] / 257.0 - 128).max() > 20
    first, second = decode_pair(factual, counterfactual)
    assert (first.pixels == second.pixels).all()


def test_ingest_learns_the_same_from_raw_as_from_other_photos(quarters):
    found = examine(dng(quarters, orientation=6), "a.dng")
    assert (found.facts.format, found.facts.width, found.facts.height) == ("DNG", 64, 96)
    assert found.facts.exif["ISOSpeedRatings"] == 200
    assert not found.facts.has_location


def test_settings_are_read():
    settings = read_settings(dng(GREY, iso=400))
    assert (settings.model, settings.iso, settings.aperture, settings.focal_length) == ("Pinhole", 400, 8, 35)


@pytest.mark.parametrize("kept", [0.02, 0.3, 0.9])
def test_a_raw_photo_that_is_cut_short_is_refused(kept):
    data = dng(GREY)
    with pytest.raises(PhotoError, match="copy the original file again"):
        decode_frame(data[: int(len(data) * kept)])


def test_noise_in_a_raw_photo_never_ends_in_anything_but_a_photo_error(quarters):
    good = dng(quarters)
    random = np.random.default_rng(0)
    for _ in range(60):
        bad = bytearray(good)
        for position in random.integers(0, 480, 6):  # header and tags
            bad[position] = random.integers(0, 256)
        try:
            decode_frame(bytes(bad), max_pixels=100_000)
        except PhotoError:
            continue


def test_without_the_library_the_sentence_says_what_to_type():
    """In a process of its own where rawpy cannot be imported."""
    program = (
        "import sys; sys.modules['rawpy'] = None; sys.path.insert(0, 'tests')\n"
        "import numpy; from raw_photo import dng; from curate.photos.reading import decode\n"
        "decode(dng(numpy.zeros((64, 96, 3), numpy.uint8)))"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert "PhotoSetupError: This is a RAW photo (DNG)" in ended.stderr
    assert "pip install 'recurate[raw]'" in ended.stderr


def test_a_rendered_tiff_is_no_raw(scene, encode):
    assert raw_format(encode(scene, "TIFF")) is None


def test_containers_are_told_by_their_first_bytes():
    assert raw_format(b"FUJIFILMCCD-RAW 0201") == "RAF"
    assert raw_format(b"\0\0\0\x18ftypcrx \0\0\0\x01") == "CR3"
    assert raw_format(b"II*\0\x10\0\0\0CR\x02\0") == "CR2"
    assert raw_format(b"\0\0\0\x18ftypheic\0\0\0\0") is None


@pytest.mark.parametrize(("make", "kind"), [("NIKON CORPORATION", "NEF"), ("SONY", "ARW"), ("PENTAX", "RAW")])
def test_sensor_pixels_in_a_tiff_are_told_by_their_maker(make, kind, quarters):
    assert raw_format(dng(quarters, make=make, version=False)) == kind


def test_exif_of_a_raf_lies_in_its_preview(scene, encode, exif_of):
    preview = encode(scene, "JPEG", exif=exif_of(Model="X-T5"))
    data = b"FUJIFILMCCD-RAW ".ljust(84, b"\0") + (92).to_bytes(4, "big") + len(preview).to_bytes(4, "big")
    assert raw_exif(data + preview, "RAF")[272] == "X-T5"


def test_exif_of_a_cr3_lies_in_boxes_of_its_own(exif_of):
    def box(name, content):
        return (len(content) + 8).to_bytes(4, "big") + name + content

    main, inner = Image.Exif(), Image.Exif()
    main[272], inner[34855] = "EOS R5", 800
    start = box(b"ftyp", b"crx \0\0\0\x01")
    data = start + box(b"CMT1", main.tobytes()[6:]) + box(b"CMT2", inner.tobytes()[6:])
    exif = raw_exif(data, "CR3")
    assert (exif[272], exif.get_ifd(0x8769)[34855]) == ("EOS R5", 800)
