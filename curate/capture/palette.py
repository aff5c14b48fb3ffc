"""Colours of what was found about a pair: the same in the report, in the change map and on screens.

The kinds have the colours of M. Okabe and K. Ito (Color Universal Design), which people with any kind of
colour vision tell apart; sky blue stands for shadows because it is seen on dark ground.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

KINDS: Mapping[str, str] = MappingProxyType(
    {"object": "#009e73", "shadow": "#56b4e9", "reflection": "#cc79a7", "other": "#d55e00"}
)
"""By what a changed region was taken for; the names of ``records.Region.kind``."""
HEAT = ((0.0, "#f6f5f2"), (0.02, "#ffe8a3"), (0.35, "#ff922b"), (0.7, "#c92a2a"), (1.0, "#3b0a45"))
"""Share of the way from noise to the surest change: from paper over yellow, orange and red to nearly black,
so that it reads in grey as well."""
