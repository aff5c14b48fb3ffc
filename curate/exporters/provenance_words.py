"""What dataset card and croissant.json say of the decisions behind a manifest."""

from __future__ import annotations

from curate.manifest_records import Provenance

_NOUNS = {
    "group": ("group of views", "groups of views"),
    "pair": ("counterfactual pair", "counterfactual pairs"),
    "removal": ("removal", "removals"),
}
ITEM_KINDS = _NOUNS.keys()
"""What decisions may be on."""


def decisions_sentence(provenance: Provenance) -> str:
    """Who decided how much, on what, and how often they agreed."""
    people = provenance.decisions - provenance.automatic
    told = [
        f"Rests on {_count(people, 'decision')} by {_count(provenance.reviewers, 'reviewer')}"
        + (f" and {provenance.automatic} by an automatic policy" if provenance.automatic else "")
        + f", on {_items(provenance)}."
    ]
    if provenance.asked:
        told.append(
            f"Of the items among them that at least two people judged on their own, all said the same on "
            f"{provenance.agreed} of {provenance.asked}."
        )
    else:
        told.append("No item among them was judged by two people, so nothing is known of their agreement.")
    return " ".join(told)


def _items(provenance: Provenance) -> str:
    counted = [_count(number, *_NOUNS[kind]) for kind, number in sorted(provenance.items.items())]
    return " and ".join(counted) or "nothing"


def _count(number: int, noun: str, plural: str | None = None) -> str:
    return f"{number} {noun if number == 1 else plural or noun + 's'}"
