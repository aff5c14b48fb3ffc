"""Boxes drawn by people, as their tools write them."""

import io
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ExifTags, Image

from curate.errors import AnnotationError
from curate.photos.annotations import PhotoNames, place, read_annotations
from curate.photos.reading import decode
from curate.records import Box

HEADER = (
    "ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax,IsOccluded,IsTruncated,IsGroupOf,IsDepiction"
)


def coco(**changes):
    base = {
        "images": [
            {"id": 7, "file_name": "val/jug.jpg", "width": 100, "height": 50},
            {"id": 8, "file_name": "empty.jpg", "width": 10, "height": 10},
        ],
        "categories": [{"id": 3, "name": "jug"}],
        "annotations": [
            {"id": 1, "image_id": 7, "category_id": 3, "bbox": [10, 20, 30, 25.5], "segmentation": [[1, 2]]},
            {"id": 2, "image_id": 7, "category_id": 3, "bbox": [0, 0, 90, 40], "iscrowd": 1},
            {"id": 3, "image_id": 7, "category_id": 3, "bbox": [5, 5, 0, 4]},
            {"id": 4, "image_id": 7, "category_id": 3},
            {"id": 5, "image_id": 7, "category_id": 3, "bbox": [200, 0, 5, 5]},
            {"id": 6, "image_id": 7, "category_id": 3, "bbox": [90, 40, 20, 20]},
        ],
    }
    return {**base, **changes}


@pytest.fixture
def write(tmp_path):
    def written(content, name="instances.json"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return written


def test_coco_boxes_are_read_placed_and_rejected_with_reasons(write):
    jug, empty = read_annotations(write(json.dumps(coco())))
    assert (jug.name, jug.declared_size, jug.normalised) == ("val/jug.jpg", (100, 50), False)
    placed = place(jug, 100, 50, orientation=1)
    assert [(found.box, found.label, found.score) for found in placed.detections] == [
        (Box(10, 20, 30, 25.5), "jug", 1.0),
        (Box(90, 40, 10, 10), "jug", 1.0),
    ]
    reasons = {one.where.split()[-1]: one.reason for one in placed.rejected}
    assert set(reasons) == {"2", "3", "4", "5"}
    assert [word in reasons[key] for key, word in [("2", "crowd"), ("3", "no area"), ("5", "outside")]]
    assert place(empty, 10, 10, orientation=1).detections == ()


def test_boxes_for_another_size_are_all_rejected(write):
    jug, _ = read_annotations(write(json.dumps(coco())))
    for width, height, orientation in [(200, 100, 1), (50, 100, 1), (50, 100, 3)]:
        placed = place(jug, width, height, orientation)
        assert placed.detections == ()
        assert f"the photo has {width} x {height}" in placed.rejected[-1].reason
        assert len(placed.rejected) == 6


@pytest.mark.parametrize("orientation", [5, 6, 7, 8])
def test_boxes_drawn_on_a_photo_as_stored_are_turned_with_it(orientation, write):
    stored = np.zeros((50, 100, 3), dtype=np.uint8)
    stored[20:40, 10:40] = 255
    exif, stream = Image.Exif(), io.BytesIO()
    exif[ExifTags.Base.Orientation] = orientation
    Image.fromarray(stored).save(stream, "PNG", exif=exif)
    upright = decode(stream.getvalue())
    document = coco()
    document["annotations"] = [{"id": 1, "image_id": 7, "category_id": 3, "bbox": [10, 20, 30, 20]}]
    jug, _ = read_annotations(write(json.dumps(document)))
    (found,) = place(jug, upright.shape[1], upright.shape[0], orientation).detections
    left, top, right, bottom = map(int, (found.box.x, found.box.y, found.box.right, found.box.bottom))
    assert (upright[top:bottom, left:right] == 255).all()
    assert (upright == 255).sum() == 3 * found.box.area


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ('{\n"images": [,', "line 2"),
        ("{}", "images: Field required"),
        ("[]", "instances.json"),
        (b"\xff\xfe\x00", "instances.json"),
        (json.dumps(coco(images=[{"id": 1}])), "images.0.file_name"),
        (json.dumps(coco(images=[])), "annotation 1: there is no image 7"),
        (json.dumps(coco(categories=[])), "annotation 1: there is no category 3"),
        (json.dumps(coco(images=coco()["images"][:1] * 2)), "same id"),
        (json.dumps(coco(annotations=[{"id": 1, "image_id": 7, "category_id": 3, "bbox": [1, 2]}])), "bbox"),
    ],
)
def test_a_broken_coco_file_is_named_with_the_place(content, sentence, write):
    with pytest.raises(AnnotationError, match=sentence):
        list(read_annotations(write(content)))


def test_numbers_that_are_not_finite_are_rejected(write):
    document = json.dumps(coco()).replace("[10, 20, 30, 25.5]", "[NaN, 20, Infinity, 25.5]")
    jug, _ = read_annotations(write(document))
    assert "finite" in jug.rejected[2].reason


def test_yolo_labels_are_read_from_a_folder(write, tmp_path):
    write("jug\n\nblue vase\n", "labels/classes.txt")
    write("0 0.5 0.5 0.2 0.4\n1 .1 .1 .2 .2 0.75\n\n", "labels/train/a.b.txt")
    write("1 0.1 0.2 0.3 0.2 0.3 0.6 0.1 0.7\n0 0.5 0.5 0 0.1\n", "labels/train/outline.txt")
    write("", "labels/empty.txt")
    empty, boxes, outline = read_annotations(tmp_path / "labels")
    assert (empty.name, empty.boxes) == ("empty", ())
    assert (boxes.name, boxes.normalised, boxes.declared_size) == ("train/a.b", True, None)
    first, second = place(boxes, 200, 100, orientation=6).detections
    assert (first.box.x, first.box.y, first.box.width, first.box.height) == pytest.approx((80, 30, 40, 40))
    assert (first.label, first.score, second.label, second.score) == ("jug", 1.0, "blue vase", 0.75)
    (third,) = place(outline, 100, 100, orientation=1).detections
    assert (third.box.x, third.box.y, third.box.right, third.box.bottom) == pytest.approx((10, 20, 30, 70))
    assert outline.rejected[0].where.endswith("outline.txt:2")


def test_yolo_class_names_can_be_given_or_missing(write, tmp_path):
    write("1 0.5 0.5 0.2 0.4", "labels/a.txt")
    (photo,) = read_annotations(tmp_path / "labels")
    assert photo.boxes[0].label == "class 1"
    (photo,) = read_annotations(tmp_path / "labels", classes=write("cup\njug\r\n", "names.txt"))
    assert photo.boxes[0].label == "jug"
    with pytest.raises(AnnotationError, match="--classes"):
        list(read_annotations(tmp_path / "labels", classes=write("cup", "names.txt")))


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("0 0.5 0.5 0.2", "4 values"),
        ("0 0.5 0.5 0.2 x", "'x' is not a number"),
        ("jug 0.5 0.5 0.2 0.4", "class number"),
        ("-1 0.5 0.5 0.2 0.4", "class number"),
        ("0 320 240 100 50", "0 to 1"),
        ("0 nan 0.5 0.2 0.4", "0 to 1"),
        (b"0 0.5 \xff", "UTF-8"),
    ],
)
def test_a_broken_yolo_line_is_named(line, sentence, write, tmp_path):
    content = b"0 0.5 0.5 0.1 0.1\n" + (line if isinstance(line, bytes) else line.encode())
    write(content, "labels/a.txt")
    with pytest.raises(AnnotationError, match=rf"a\.txt:2.*{sentence}"):
        list(read_annotations(tmp_path / "labels"))


def test_open_images_boxes_are_read_with_their_names(write):
    rows = [
        "0a1b,xclick,/m/1,1,0.1,0.5,0.2,0.6,0,0,0,0",
        "0a1b,xclick,/m/1,1,0,1,0,1,0,0,1,0",
        "0a1b,xclick,/m/1,1,0.5,0.5,0,1,0,0,0,0",
        "ffff,xclick,/m/2,1,0,1,0,1,0,0,0,0",
    ]
    classes = write('/m/1,"Jug, stoneware"\n', "classes.csv")
    jug, other = read_annotations(write("\n".join([HEADER, *rows]), "boxes.csv"), classes)
    assert (jug.name, jug.normalised) == ("0a1b", True)
    (found,) = place(jug, 1000, 500, orientation=1).detections
    assert (found.box.x, found.box.y, found.box.right, found.box.bottom) == pytest.approx(
        (100, 100, 500, 300)
    )
    assert found.label == "Jug, stoneware"
    assert ["group" in jug.rejected[0].reason, "no area" in jug.rejected[1].reason] == [True, True]
    assert jug.rejected[1].where.endswith("boxes.csv:4")
    assert other.boxes[0].label == "/m/2"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", r"boxes\.csv:1: no column ImageID"),
        (HEADER.replace("XMin", "Left"), r"boxes\.csv:1: no column XMin"),
        (f"{HEADER}\na,b,c", r"boxes\.csv:2: 3 values for 12 columns"),
        (f"{HEADER}\na,x,/m/1,1,left,1,0,1,0,0,0,0", r"boxes\.csv:2: 'left' is not a number"),
        (f"{HEADER}\n" + "\n".join(f"{i},x,/m/1,1,0,1,0,1,0,0,0,0" for i in "aba"), r"boxes\.csv:4.*sort"),
        (b"\xff\xfe\xff", "UTF-8"),
    ],
)
def test_a_broken_open_images_file_is_named_with_the_line(content, sentence, write):
    with pytest.raises(AnnotationError, match=sentence):
        list(read_annotations(write(content, "boxes.csv")))


def test_what_is_no_annotation_file_is_refused(write, tmp_path):
    for path in (tmp_path / "nope.json", write("", "boxes.xml")):
        with pytest.raises(AnnotationError, match=r"COCO, YOLO or Open Images|COCO, Open Images or YOLO"):
            read_annotations(path)
    with pytest.raises(AnnotationError, match=r"no \.txt files"):
        list(read_annotations(tmp_path))
    with pytest.raises(AnnotationError, match="cannot be read"):
        list(read_annotations(write(f"{HEADER}\n", "boxes.csv"), classes=tmp_path / "nope.csv"))


@given(
    size=st.tuples(st.integers(1, 5000), st.integers(1, 5000)),
    orientation=st.integers(1, 8),
    corner=st.tuples(st.floats(-0.01, 1), st.floats(-0.01, 1)),
    extent=st.tuples(st.floats(0.001, 1), st.floats(0.001, 1)),
)
def test_placed_boxes_lie_inside_the_photo(tmp_path_factory, size, orientation, corner, extent):
    folder = tmp_path_factory.mktemp("labels")
    x, y = (low + span / 2 for low, span in zip(corner, extent, strict=True))
    (folder / "a.txt").write_text(f"0 {min(x, 1)} {min(y, 1)} {extent[0]} {extent[1]}")
    (photo,) = read_annotations(folder)
    placed = place(photo, *size, orientation)
    assert len(placed.detections) + len(placed.rejected) == 1
    for found in placed.detections:
        assert found.box.x >= 0
        assert found.box.y >= 0
        assert found.box.right <= size[0] * (1 + 1e-9)
        assert found.box.bottom <= size[1] * (1 + 1e-9)


def test_photos_are_found_by_file_name_stem_or_image_id():
    photos = PhotoNames(
        [
            (1, "file:///data/train/jug%20one.jpg"),
            (2, "file:///data/val/jug%20one.jpg"),
            (3, "file:///data/val/jug%20one.png"),
            (4, "s3://bucket/0a1b.jpg"),
            (5, "zip://deep/a.b.jpg::file:///z.zip"),
            (6, "file:///data/latin%E4.jpg"),
        ]
    )
    assert photos.find("train/jug one.jpg") == photos.find("train/jug one") == [1]
    assert photos.find("val\\jug one.png") == [3]
    assert photos.find("jug one.jpg") == [1, 2]
    assert photos.find("elsewhere/jug one.jpg") == [1, 2]
    assert photos.find("0a1b") == [4]
    assert photos.find("a.b") == [5]
    assert photos.find("latin\udce4.jpg") == [6]
    assert photos.find("jug one.webp") == photos.find("nothing") == photos.find("") == []


def test_control_characters_reach_neither_labels_nor_names(tmp_path):
    images = [{"id": 7, "file_name": "jug\0.jpg"}]
    path = tmp_path / "boxes.json"
    categories = [{"id": 3, "name": "\x1b[31mred\0\njug\x9b"}]
    path.write_text(json.dumps(coco(images=images, categories=categories)))
    (photo,) = read_annotations(path)
    assert {box.label for box in photo.boxes} == {"[31mred jug"}
    assert "\0" not in photo.name
    assert PhotoNames([(1, "file:///jug.jpg")]).find(photo.name) == []
    table = tmp_path / "boxes.csv"
    table.write_text(f"{HEADER}\njug\0,x,/m/\x7f1,1,.1,.2,.1,.2,0,0,0,0\n")
    (photo,) = read_annotations(table)
    assert photo.boxes[0].label == "/m/ 1"
    assert "\0" not in photo.name
