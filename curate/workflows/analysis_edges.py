"""What the edges of a run say: which objects recur, of which classes, how that grows, and which are hubs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from curate.shares import Share
from curate.workflows.analysis_corpus import Corpus
from curate.workflows.settled import Numbers
from index.growth import Growth, growth, neighbouring_keys
from index.hubs import k_occurrences

KS = (1, 3)
"""Neighbours from which on ObjectMate counts an object."""
FRACTIONS = tuple(2.0**-n for n in range(6, -1, -1))
"""Parts of the photos: 1/64 to all."""
DRAWS = 8
FEWEST = 10
"""Recurring objects that a subset must hold in every draw to take part in the fit: below, chance rules."""
MOST_HUBS = 20


def neighbours(corpus: Corpus) -> Numbers:
    """int64 [objects]: in how many other photos something like each object was found."""
    keys, key = np.unique(corpus.photo_keys, return_inverse=True)
    pairs = neighbouring_keys(corpus.left, corpus.right, key, len(keys))
    return np.bincount(pairs // len(keys), minlength=len(corpus))


def counts(corpus: Corpus, near: Numbers) -> dict[str, Any]:
    """Objects and how many of them recur, counted in both ways of ObjectMate.

    ``nearest_K_in_band`` is what `curate mine` counted, which saw what lies above the band too.
    """
    objects = len(corpus)
    with_objects = len(np.unique(corpus.photo_keys))
    told = {f"nearest_{k}_in_band": f"objects_whose_nearest_{k}_lie_in_the_band" for k in KS}
    return {
        "photos": corpus.counted.get("photos", with_objects),
        "photos_with_objects": with_objects,
        "objects": objects,
        "objects_when_mined": corpus.counted.get("objects"),
        "edges": len(corpus.left),
        **{f"with_{k}": share(int(np.count_nonzero(near >= k)), objects) for k in KS},
        **{name: corpus.counted.get(said) for name, said in told.items()},
    }


def classes(corpus: Corpus, near: Numbers) -> list[dict[str, Any]]:
    """Per class its objects and how many of them recur, most recurring objects first."""
    sizes, *recurring = (
        np.bincount(corpus.label[near >= k], minlength=len(corpus.labels)).tolist() for k in (0, *KS)
    )
    rows = [
        {
            "label": label,
            "objects": size,
            **{f"with_{k}": share(hits[n], size) for k, hits in zip(KS, recurring, strict=True)},
        }
        for n, (label, size) in enumerate(zip(corpus.labels, sizes, strict=True))
        if size
    ]
    return sorted(rows, key=lambda row: (-row["with_1"]["hits"], -row["objects"], row["label"]))


def grown(corpus: Corpus, seed: int) -> dict[str, Any]:
    """Recurring objects in random parts of the photos, and how fast their number and share grow."""
    found = growth(corpus.left, corpus.right, corpus.photo_keys, FRACTIONS, ks=KS, draws=DRAWS, seed=seed)
    points = [
        {
            "fraction": fraction,
            "photos": int(found.photos[n]),
            "objects": float(found.objects[:, n].mean()),
            **{f"with_{k}": _spread(found.recurring[k][:, n], found.objects[:, n]) for k in KS},
        }
        for n, fraction in enumerate(FRACTIONS)
        if found.objects[:, n].all()
    ]
    return {"draws": DRAWS, "points": points, "fits": {f"with_{k}": _fits(found, k) for k in KS}}


def _spread(recurring: Numbers, objects: Numbers) -> dict[str, float]:
    """Over the draws: mean count, and the mean, lowest and highest share."""
    shares = recurring / objects
    return {
        "count": float(recurring.mean()),
        "value": float(shares.mean()),
        "low": float(shares.min()),
        "high": float(shares.max()),
    }


def _fits(found: Growth, k: int) -> dict[str, Any] | None:
    """Exponents of count and share against photos; None where too little recurs to see one."""
    usable = (found.recurring[k] >= FEWEST).all(axis=0)
    if usable.sum() < 3:
        return None
    recurring = found.recurring[k][:, usable]
    photos = np.log(found.photos[usable])
    return {
        "count": _slope(photos, np.log(recurring)),
        "share": _slope(photos, np.log(recurring / found.objects[:, usable])),
        "points": int(usable.sum()),
    }


def _slope(x: NDArray[np.float64], ys: NDArray[np.float64]) -> dict[str, float]:
    """Mean least-squares slope of the rows of ``ys`` over ``x``, with a 95 % interval of Student's t.

    It tells how much the lot that drew the subsets matters, and nothing of other corpora.
    """
    centred = x - x.mean()
    slopes = ys @ centred / (centred @ centred)
    half = stats.t.ppf(0.975, len(slopes) - 1) * slopes.std(ddof=1) / np.sqrt(len(slopes))
    middle = float(slopes.mean())
    return {"slope": middle, "low": middle - float(half), "high": middle + float(half)}


def hubs(corpus: Corpus, near: Numbers) -> dict[str, Any]:
    """How unevenly neighbours are spread, and the objects that have most.

    ``named_by`` counts the objects that have this one among their 3 most similar neighbours: Radovanovic's
    k-occurrence (JMLR 11, 2010), inside the band.
    """
    named = k_occurrences(corpus.left, corpus.right, corpus.similarity, corpus.photo_keys, max(KS))
    recurring = near > 0
    values, sizes = np.unique(near[recurring], return_counts=True)
    most = np.lexsort((np.arange(len(near)), -near, -named))[: min(MOST_HUBS, int(recurring.sum()))]
    return {
        "neighbours": [list(each) for each in zip(values.tolist(), sizes.tolist(), strict=True)],
        "skewness": _skewness(named[recurring]),
        "named_by_most": int(named.max(initial=0)),
        "most": [
            {
                "object": str(public_id),
                "label": corpus.labels[corpus.label[n]],
                "neighbours": int(near[n]),
                "named_by": int(named[n]),
            }
            for n, public_id in zip(most.tolist(), corpus.things.public_ids(most), strict=True)
        ],
    }


def _skewness(named: Numbers) -> float | None:
    """Third standardised moment, among objects with a neighbour; None if all are named as often."""
    return float(stats.skew(named)) if len(named) and named.min() < named.max() else None


def share(hits: int, total: int) -> Mapping[str, Any]:
    """A share with its exact 95 % interval, as JSON."""
    counted = Share(hits, total)
    low, high = counted.interval
    return {"hits": hits, "total": total, "value": counted.value, "low": low, "high": high}
