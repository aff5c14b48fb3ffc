"""The options of a mining run as somebody would type them, and taken over by another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from curate.records import Band
from curate.workflows import bands
from curate.workflows.mining_options import DEFAULT_FILTER, MiningOptions, from_parameters

_DEFAULTS = {
    name: value
    for name, value in {**asdict(MiningOptions(None, DEFAULT_FILTER)), **asdict(DEFAULT_FILTER)}.items()
    if name not in ("band", "filter", "exclude_labels")
}
"""Of the options that are typed as one word after their name."""


def typed(recorded: Mapping[str, Any], embedder: str | None) -> list[str]:
    """Words after `curate mine` that give the recorded options; none where all are the defaults.

    Args:
        recorded: The parameters of a run.
        embedder: Name of the one it used, whose own band is the default; None if nobody knows.
    """
    asked = {**recorded, **recorded.get("filter", {})}
    low, high = asked["band"]["low"], asked["band"]["high"]
    default = bands.own(embedder)
    same = default is not None and (default.low, default.high) == (low, high)
    words = [] if same else ["--band", _word(low), _word(high)]
    for name, usual in _DEFAULTS.items():
        if (value := asked.get(name, usual)) != usual:
            words += [f"--{name.replace('_', '-')}", _word(value)]
    return words + [word for label in asked.get("exclude_labels", ()) for word in ("--exclude", label)]


def taken_over(recorded: Mapping[str, Any]) -> MiningOptions:
    """The options of a run as if they were typed again: with the same objects they are the same run."""
    options, _, _ = from_parameters(recorded)
    # Where these are the numbers of the embedder's own band, they become that.
    band = Band(recorded["band"]["low"], recorded["band"]["high"], "given")
    return replace(options, band=band)


def _word(value: float | str) -> str:
    return str(value).removesuffix(".0")
