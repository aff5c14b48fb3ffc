"""Measure the default similarity band of the embedders on photos of things whose identity is known.

    python tests/benchmarks/rendered_views.py FOLDER      (its first lines say what to install)
    curate models pull sscd                               (sscd-distilled and efficientnet-lite0 likewise)
    python tests/benchmarks/measure_band.py FOLDER

The rule was written down before the first similarity was computed, and no photo of the demo is looked at:

``same``       two photos of one thing: other table, wall, light and scale, up to 60 degrees apart
``different``  two photos of things of different families
``variant``    a thing and its recoloured twin; shown, not counted
``near``       a photo and its re-encoded, shrunk or trimmed self
precision      same / (same + different) inside [t, high] if PRIOR different pairs meet one same pair
``high``       99.5th percentile of ``same``, rounded up: nearly nothing real is lost above it
``low``        the lowest t down to which precision stays >= 70 % (ObjectMate's 0.93 has that precision)
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageEnhance

from curate.records import Box
from curate.settings import Settings
from curate.vision.crops import cut
from curate.vision.interfaces import RGB, Embedder
from curate.vision.loading import load_embedder
from index.exact import edges_in_band
from index.groups import compact_groups

PRIOR = 1000
"""Different pairs per same pair: 200 objects make 20,000 pairs; if one in five has a partner, 20 are same."""
PRIORS = (100, 300, PRIOR, 3000)
WANTED = 0.70
"""ObjectMate, section 3: 0.93 is about 70 % precision for their features."""
RESAMPLES = 200


@dataclass(frozen=True, slots=True)
class Similarities:
    """Cosines of every pair of views, and whose pairs they are."""

    vectors: NDArray[np.float32]
    """float32 [n, dimension], rows of unit length."""
    thing: NDArray[np.intp]
    """intp [n]: number of the thing in a view."""
    family: NDArray[np.intp]
    """intp [n]: number of its family."""
    near: NDArray[np.float32]
    """float32 [m]: each view with its re-encoded selves."""

    @property
    def cosine(self) -> NDArray[np.float32]:
        """float32 [n, n]."""
        return self.vectors @ self.vectors.T

    def kind(self, name: str) -> NDArray[np.bool_]:
        """bool [n, n]: the upper triangle's pairs that are ``same``, ``variant`` or ``different``."""
        thing = self.thing[:, None] == self.thing
        family = self.family[:, None] == self.family
        return np.triu({"same": thing, "variant": family & ~thing, "different": ~family}[name], k=1)


def measure(embedder: Embedder, folder: Path) -> Similarities:
    rows = json.loads((folder / "views.json").read_text())
    crops, edited = [], []
    for row in rows:
        photo, box = Image.open(folder / row["photo"]).convert("RGB"), Box(*row["box"])
        crops.append(cut(np.asarray(photo), box))
        edited.append([cut(np.asarray(copy), moved) for copy, moved in near_duplicates(photo, box)])
    vectors = embed(embedder, crops)
    near = [embed(embedder, copies) @ vector for vector, copies in zip(vectors, edited, strict=True)]
    return Similarities(
        vectors=vectors,
        thing=np.unique([row["thing"] for row in rows], return_inverse=True)[1],
        family=np.unique([row["family"] for row in rows], return_inverse=True)[1],
        near=np.concatenate(near),
    )


def embed(embedder: Embedder, crops: Sequence[RGB]) -> NDArray[np.float32]:
    size = embedder.batch_size
    return np.concatenate([embedder.embed(crops[at : at + size]) for at in range(0, len(crops), size)])


def near_duplicates(photo: Image.Image, box: Box) -> list[tuple[Image.Image, Box]]:
    """The photo as it comes back from a website: recompressed, shrunk, brightened, trimmed."""
    small = photo.resize((photo.width * 6 // 10, photo.height * 6 // 10), Image.Resampling.LANCZOS)
    trim = photo.width // 20
    trimmed = photo.crop((trim, trim, photo.width - trim, photo.height - trim))
    moved = Box(box.x - trim, box.y - trim, box.width, box.height).clipped(*trimmed.size)
    return [
        (recompressed(photo, 60), box),
        (recompressed(small, 75), Box(box.x * 0.6, box.y * 0.6, box.width * 0.6, box.height * 0.6)),
        (recompressed(ImageEnhance.Brightness(photo).enhance(1.15), 85), box),
        (recompressed(trimmed, 80), moved or box),
    ]


def recompressed(photo: Image.Image, quality: int) -> Image.Image:
    buffer = BytesIO()
    photo.save(buffer, "JPEG", quality=quality)
    return Image.open(buffer)


def choose_band(
    same: NDArray[np.float32], different: NDArray[np.float32], prior: float
) -> tuple[float, float]:
    """Lowest and highest similarity by the rule above, on a grid of 0.01."""
    high = math.ceil(float(np.quantile(same, 0.995)) * 100) / 100
    low = high
    while low > -1 and precision(same, different, round(low - 0.01, 2), high, prior) >= WANTED:
        low = round(low - 0.01, 2)
    return low, high


def precision(
    same: NDArray[np.float32], different: NDArray[np.float32], low: float, high: float, prior: float
) -> float:
    recall, false_rate = inside(same, low, high), inside(different, low, high)
    return 1.0 if recall + false_rate == 0 else recall / (recall + prior * false_rate)


def inside(values: NDArray[np.float32], low: float, high: float) -> float:
    return float(((values >= low) & (values <= high)).mean())


def resampled_bands(seen: Similarities, prior: float) -> NDArray[np.float64]:
    """float64 [RESAMPLES, 2]: the bands that other draws of as many families would have given."""
    rng = np.random.default_rng(0)
    count = int(seen.family.max()) + 1
    same, different = seen.kind("same"), seen.kind("different")
    bands = []
    for _ in range(RESAMPLES):
        drawn = np.bincount(rng.integers(count, size=count), minlength=count)[seen.family]
        times_same = np.broadcast_to(drawn, same.shape)[same]
        times_different = np.multiply.outer(drawn, drawn)[different]
        bands.append(
            choose_band(
                np.repeat(seen.cosine[same], times_same),
                np.repeat(seen.cosine[different], times_different),
                prior,
            )
        )
    return np.array(bands)


def groups(seen: Similarities, low: float, high: float) -> tuple[int, int, int]:
    """Compact groups of at least four views: of one thing, of one thing and its twins, of several."""
    photos = np.arange(len(seen.vectors))
    counts = [0, 0, 0]
    edges = edges_in_band(seen.vectors, photos, low, high, device="cpu")
    for group in compact_groups(edges, len(photos), photos):
        members = list(group.members)
        one_thing, one_family = len(set(seen.thing[members])) == 1, len(set(seen.family[members])) == 1
        counts[0 if one_thing else 1 if one_family else 2] += 1
    return counts[0], counts[1], counts[2]


def report(name: str, seen: Similarities) -> None:
    views, things, families = len(seen.thing), len(set(seen.thing)), len(set(seen.family))
    print(f"\n{name}: {views} views of {things} things in {families} families")
    values = {kind: seen.cosine[seen.kind(kind)] for kind in ("same", "variant", "different")}
    print("  cosine        pairs     1%    5%   25%   50%   75%   95%   99% 99.9%")
    for kind, found in (*values.items(), ("near", seen.near)):
        marks = np.quantile(found, (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 0.999))
        print(f"  {kind:10} {len(found):8} ", *(f"{mark:5.2f}" for mark in marks))
    low, high = choose_band(values["same"], values["different"], PRIOR)
    lows, highs = np.quantile(resampled_bands(seen, PRIOR), (0.025, 0.975), axis=0).T
    print(f"  low {low:.2f} (95 %: {lows[0]:.2f}-{lows[1]:.2f})", end=", ")
    print(f"high {high:.2f} (95 %: {highs[0]:.2f}-{highs[1]:.2f})")
    print(
        f"  above high: {(seen.near > high).mean():.0%} of near, {(values['same'] > high).mean():.1%} of same"
    )
    for prior in PRIORS:
        other_low, _ = choose_band(values["same"], values["different"], prior)
        print(f"  low at {prior} different pairs per same pair: {other_low:.2f}")
    print("   low  recall     false  precision at", *(f"{prior:>6}" for prior in PRIORS), end="")
    print("  variants  groups of >= 4: one thing, one family, mixed")
    for edge in np.arange(low - 0.12, min(low + 0.07, high), 0.03).round(2):
        print_row(values, seen, edge, high)


def print_row(values: dict[str, NDArray[np.float32]], seen: Similarities, low: float, high: float) -> None:
    rates = {kind: inside(found, low, high) for kind, found in values.items()}
    shares = [precision(values["same"], values["different"], low, high, prior) for prior in PRIORS]
    print(f"  {low:.2f}  {rates['same']:6.1%}  {rates['different']:8.1e}             ", end="")
    print(*(f"{share:6.1%}" for share in shares), f"   {rates['variant']:6.1%}  {groups(seen, low, high)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, help="what rendered_views.py wrote")
    parser.add_argument("--embedder", nargs="+", default=["sscd", "sscd-distilled", "efficientnet-lite0"])
    options = parser.parse_args()
    for name in options.embedder:
        report(name, measure(load_embedder(name, Settings().models_dir), options.folder))


if __name__ == "__main__":
    main()
