"""The removers that Recurate knows, the two that need no model hub first."""

from __future__ import annotations

import platform
import sys

from curate.vision.card import (
    Installed,
    KnownFile,
    Library,
    ModelCard,
    PipPackages,
    UsersFile,
    UsersPipeline,
)

_LIBRARY = {"win32": "patchmatch.dll", "darwin": "libpatchmatch.dylib"}.get(sys.platform, "libpatchmatch.so")
_LIBRARY_SHA256 = {
    ("linux", "x86_64"): "48c2a30144e05239119ad1aab81e38ae7defbda639cfb1f08652480e93eac708",
}.get((sys.platform, platform.machine()))
"""Every platform has a wheel of its own; this is the one that was looked at."""


def _diffusers(name: str, object_: str, hint: str) -> ModelCard:
    return ModelCard(
        name=name,
        role="remover",
        loader="curate.vision.diffusers_remover:DiffusersRemover",
        source=UsersPipeline(hint),
        files=(),
        licence="that of the weights",
        input_size=512,
        preprocessing=f"the working region at the pipeline's own size, the object {object_}; empty prompt",
        recipe="diffusers/1",
        # 50 steps and the empty prompt: ObjectDrop, section 4; guidance is not stated there and off here.
        options={"object": object_, "steps": 50, "guidance": 1.0, "seed": 0, "padding": 1.0},
        library=Library("diffusers", "diffusers"),
    )


REMOVERS = (
    ModelCard(
        name="patchmatch",
        role="remover",
        loader="curate.vision.patchmatch:PatchMatchRemover",
        source=PipPackages(("pypatchmatch==2.2.0",)),
        files=(
            KnownFile(f"patchmatch/{_LIBRARY}", _LIBRARY_SHA256),
            KnownFile(
                "patchmatch/__init__.py", "5e0fc0c838c263da1bae4f79b73bba874a31d5fb6d11cce2fce2aedf272c4af3"
            ),
            KnownFile(
                "patchmatch/_lib.py", "22909dc5cfe61b6ad3f11ccf05331c660595fc94a47f015afc92fca3a17eaa5b"
            ),
            KnownFile(
                "patchmatch/_version.py", "86bdbc2454b0fbc40dd6eba7b07271d4b073d1017bb09fe7b57d2d1969dc8c59"
            ),
            KnownFile(
                "patchmatch/patch_match.py",
                "4e598133182a939bdd7a902866076ecb66b12490471d82c5b8c10d7370e722fe",
            ),
        ),
        licence="MIT",
        input_size=640,  # about 3 s of one core; its time grows with the area
        preprocessing="the working region, at most 640 pixels",
        recipe="patchmatch/1",
        options={"patch_size": 3, "seed": 0, "padding": 0.5},
    ),
    ModelCard(
        name="telea",
        role="remover",
        loader="curate.vision.telea:TeleaRemover",
        source=Installed("cv2", "opencv-python-headless"),
        files=(),
        licence="Apache-2.0",
        input_size=0,
        preprocessing="the working region as it is",
        recipe="telea/1",
        options={"radius": 5, "padding": 0.1},
    ),
    ModelCard(
        name="lama",
        role="remover",
        loader="curate.vision.lama:LamaRemover",
        source=UsersFile(
            "big-lama.pt, LaMa as a TorchScript file, from the releases of github.com/Sanster/models"
        ),
        files=(KnownFile("big-lama.pt", "344c77bbcb158f17dd143070d1e789f38a66c04202311ae3a258ef66667a9ea9"),),
        licence="Apache-2.0",
        # It learned at 256 and is shown to work up to about 2000 by its authors; memory grows with the area.
        input_size=1024,
        preprocessing="the working region, at most 1024 pixels, mirrored to multiples of 8, divided by 255",
        recipe="lama/1",
        options={"padding": 0.5},
        # TorchScript is a program: PyTorch's own advice is to treat it as one.
        runs_code=True,
    ),
    _diffusers(
        "diffusers",
        "shown",
        "an inpainting pipeline of diffusers that was trained as ObjectDrop's, a directory or owner/name",
    ),
    _diffusers(
        "diffusers-greyed", "greyed", "any inpainting pipeline of diffusers, a directory or owner/name"
    ),
)
