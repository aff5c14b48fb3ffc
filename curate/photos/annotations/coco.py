"""COCO instance annotations: one JSON file, boxes as [left, top, width, height] in pixels."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, ValidationError

from curate.errors import AnnotationError
from curate.photos.annotations.boxes import AnnotatedPhoto, DrawnBox, RejectedBox, sort_out, without_nul
from curate.photos.annotations.files import read_file


class _Image(BaseModel):
    id: int
    file_name: str
    width: int | None = None
    height: int | None = None


class _Annotation(BaseModel):
    id: int
    image_id: int
    category_id: int
    bbox: tuple[float, float, float, float] | None = None
    iscrowd: int = 0


class _Category(BaseModel):
    id: int
    name: str


class _Instances(BaseModel):
    images: list[_Image]
    annotations: list[_Annotation]
    categories: list[_Category]


def read_coco(path: Path) -> Iterator[AnnotatedPhoto]:
    """Photos in the order of ``images``, those without any annotation included.

    Raises:
        AnnotationError: no JSON, a key is missing or of the wrong type, or an id leads nowhere.
    """
    instances = _parse(path)
    names = {category.id: category.name for category in instances.categories}
    by_image: dict[int, list[_Annotation]] = defaultdict(list)
    for annotation in instances.annotations:
        by_image[annotation.image_id].append(annotation)
    _check_ids(path, instances, by_image, names)
    for image in instances.images:
        yield _photo(path, image, by_image[image.id], names)


def _parse(path: Path) -> _Instances:
    try:
        return _Instances.model_validate_json(read_file(path))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        at = f"{path}, {place}" if place else str(path)
        raise AnnotationError(f"{at}: {first['msg']}; export the COCO file again.") from error


def _check_ids(
    path: Path, instances: _Instances, by_image: dict[int, list[_Annotation]], names: dict[int, str]
) -> None:
    images = {image.id for image in instances.images}
    if len(images) < len(instances.images):
        raise AnnotationError(f"{path}: two images have the same id; export the COCO file again.")
    for annotation in instances.annotations:
        at = f"{path}, annotation {annotation.id}"
        if annotation.image_id not in images:
            raise AnnotationError(f"{at}: there is no image {annotation.image_id}; export the file again.")
        if annotation.category_id not in names:
            raise AnnotationError(
                f"{at}: there is no category {annotation.category_id}; export the file again."
            )


def _photo(
    path: Path, image: _Image, annotations: list[_Annotation], names: dict[int, str]
) -> AnnotatedPhoto:
    drawn, rejected = [], []
    for annotation in annotations:
        where = f"{path}, annotation {annotation.id}"
        if annotation.iscrowd:
            rejected.append(RejectedBox(where, "a crowd: many things in one box"))
        elif annotation.bbox is None:
            rejected.append(RejectedBox(where, "no box"))
        else:
            drawn.append(DrawnBox(*annotation.bbox, names[annotation.category_id], where))
    good, bad = sort_out(drawn)
    size = (image.width, image.height) if image.width and image.height else None
    name = without_nul(image.file_name)
    return AnnotatedPhoto(name, good, (*rejected, *bad), normalised=False, declared_size=size)
