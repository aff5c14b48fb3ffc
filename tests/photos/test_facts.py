"""What ingest learns from a photo."""

import hashlib
import io
import json
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import pytest
from PIL import ExifTags, Image
from PIL.TiffImagePlugin import IFDRational

from curate.photos.facts import Examined, PhotoProblem, examine, examine_file, perceptual_hash
from curate.photos.reading import decode
from curate.photos.sources import file_uri

BASE, GPS = ExifTags.Base, ExifTags.GPS


@pytest.fixture(scope="module")
def photo():
    """900 x 1400, soft shapes at several scales, as photos have them."""
    random = np.random.default_rng(7)
    layers = [Image.fromarray(random.integers(0, 256, (n, n, 3), dtype=np.uint8)) for n in (4, 9, 30)]
    layers = [np.asarray(layer.resize((900, 1400), Image.Resampling.BICUBIC), float) for layer in layers]
    return Image.fromarray((layers[0] * 0.6 + layers[1] * 0.3 + layers[2] * 0.1).astype(np.uint8))


def bits_apart(one, other):
    return (one.facts.perceptual_hash ^ other.facts.perceptual_hash).bit_count()


def test_the_facts_of_a_turned_photo_are_those_of_the_upright_one(photo, encode):
    exif = Image.Exif()
    exif[BASE.Orientation] = 6
    data = encode(photo, "JPEG", exif=exif)
    found = examine(data, "memory://photo")
    assert found.uri == "memory://photo"
    assert found.facts.sha256 == hashlib.sha256(data).hexdigest()
    assert found.facts.byte_count == len(data)
    assert (found.facts.format, found.facts.mode) == ("JPEG", "RGB")
    assert (found.facts.width, found.facts.height, found.facts.orientation) == (1400, 900, 6)
    thumbnail = Image.open(io.BytesIO(found.thumbnail))
    assert (thumbnail.format, thumbnail.size) == ("WEBP", (512, 329))
    assert not thumbnail.getexif()
    upright = Image.fromarray(decode(data)).resize(thumbnail.size)
    assert np.abs(np.asarray(thumbnail.convert("RGB"), int) - np.asarray(upright, int)).mean() < 6


def test_examining_twice_gives_the_same(photo, encode):
    data = encode(photo, "JPEG")
    assert examine(data, "a") == examine(data, "a")


def test_the_hash_does_not_depend_on_the_thumbnail(photo, encode):
    data = encode(photo, "JPEG")
    small = examine(data, "a", thumbnail_side=100)
    assert max(Image.open(io.BytesIO(small.thumbnail)).size) == 100
    assert small.facts == examine(data, "a").facts


@pytest.mark.parametrize("side", [0, 513])
def test_a_thumbnail_larger_than_what_is_decoded_is_refused(side):
    with pytest.raises(ValueError, match="thumbnail_side"):
        examine(b"", "a", thumbnail_side=side)


def test_the_hash_survives_re_encoding_and_scaling(photo, encode):
    original = examine(encode(photo, "PNG"), "a")
    for again in (
        encode(photo, "JPEG", quality=90),
        encode(photo, "JPEG", quality=50, progressive=True),
        encode(photo.resize((450, 700)), "JPEG", quality=85),
        encode(photo.resize((1800, 2800)), "JPEG", quality=85),
        encode(photo, "WEBP", quality=60),
    ):
        assert bits_apart(original, examine(again, "a")) <= 4
    full = perceptual_hash(Image.fromarray(decode(encode(photo, "PNG"))))
    assert (full ^ original.facts.perceptual_hash).bit_count() <= 2
    mirrored = photo.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    assert bits_apart(original, examine(encode(mirrored, "PNG"), "a")) > 16
    assert 0 <= original.facts.perceptual_hash < 2**64


def test_a_small_photo_is_not_enlarged(scene, encode):
    found = examine(encode(scene, "PNG"), "a")
    assert Image.open(io.BytesIO(found.thumbnail)).size == (96, 64)


def test_a_thin_photo_keeps_a_pixel(encode):
    found = examine(encode(Image.new("RGB", (3000, 1)), "JPEG"), "a")
    assert (found.facts.width, found.facts.height) == (3000, 1)
    assert Image.open(io.BytesIO(found.thumbnail)).size == (512, 1)


def with_exif():
    exif = Image.Exif()
    exif[BASE.Make], exif[BASE.ImageDescription] = "Camera\0Co", "Jug \N{COMBINING DIAERESIS}\0"
    details = exif.get_ifd(ExifTags.IFD.Exif)
    details[BASE.ExposureTime] = IFDRational(1, 250)
    details[BASE.FNumber] = IFDRational(1, 0)
    details[BASE.ExifVersion] = b"0232"
    details[BASE.MakerNote] = b"x" * 5000
    details[BASE.LensSpecification] = (IFDRational(24), IFDRational(70), IFDRational(0, 0), IFDRational(4))
    return exif


def test_exif_is_kept_as_json_that_postgres_takes(scene, encode):
    facts = examine(encode(scene, "JPEG", exif=with_exif()), "a").facts
    assert facts.exif["Make"] == "CameraCo"
    assert facts.exif["ExposureTime"] == pytest.approx(1 / 250)
    assert facts.exif["ExifVersion"] == "30323332"
    assert facts.exif["LensSpecification"] == [24, 70, None, 4]
    assert not {"FNumber", "MakerNote", "ExifOffset"} & set(facts.exif)
    written = json.dumps(facts.exif, allow_nan=False)
    assert "\\u0000" not in written
    written.encode("utf-8")
    assert not facts.has_location


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "HEIF", "AVIF"])
def test_a_place_in_exif_is_flagged(kind, scene, encode):
    exif = with_exif()
    place = exif.get_ifd(ExifTags.IFD.GPSInfo)
    place[GPS.GPSLatitudeRef], place[GPS.GPSLatitude] = "N", (48.0, 8.0, IFDRational(30, 1))
    if kind == "TIFF":  # Pillow writes the directories of a TIFF only from here
        for ifd in (ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo):
            exif[ifd] = dict(exif.get_ifd(ifd))
    facts = examine(encode(scene, kind, exif=exif), "a").facts
    assert facts.has_location
    assert facts.exif["GPSInfo"]["GPSLatitude"] == [48.0, 8.0, 30.0]
    assert facts.exif["Make"] == "CameraCo"
    json.dumps(facts.exif, allow_nan=False)


def test_a_place_in_xmp_is_flagged(scene, encode):
    xmp = b'<x:xmpmeta><rdf:Description exif:GPSLatitude="48,8.5N"/></x:xmpmeta>'
    assert examine(encode(scene, "JPEG", xmp=xmp), "a").facts.has_location
    assert examine(encode(scene, "WEBP", xmp=xmp), "a").facts.has_location


def test_broken_exif_counts_as_none(scene, encode):
    facts = examine(encode(scene, "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\x7f"), "a").facts
    assert (facts.exif, facts.orientation, facts.has_location) == ({}, 1, False)


def test_files_are_examined_in_other_processes(tmp_path, scene, encode):
    good, bad = tmp_path / "good.jpg", tmp_path / "bad.jpg"
    good.write_bytes(encode(scene, "JPEG"))
    bad.write_text("no photo")
    uris = [file_uri(good), file_uri(bad), file_uri(tmp_path / "gone.jpg"), file_uri(tmp_path)]
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        results = list(pool.map(examine_file, uris))
    assert isinstance(results[0], Examined)
    assert results[0].facts.width == 96
    assert [result.uri for result in results] == uris
    reasons = [result.reason for result in results[1:] if isinstance(result, PhotoProblem)]
    assert [word in reason for word, reason in zip(("text", "gone", "regular"), reasons, strict=True)]


def test_a_file_over_the_byte_limit_is_a_problem(tmp_path):
    path = tmp_path / "large.jpg"
    path.touch()
    os.truncate(path, 2000)
    result = examine_file(file_uri(path), max_bytes=1999)
    assert isinstance(result, PhotoProblem)
    assert "allowed" in result.reason
