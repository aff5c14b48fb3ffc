"""Names of licences as the hub and SPDX write them."""

from __future__ import annotations

from collections.abc import Collection

# Identifiers the hub knows under the same name (https://huggingface.co/docs/hub/repositories-licenses).
_HUB = {"apache-2.0", "cc0-1.0", "cc-by-4.0", "cc-by-sa-4.0", "cc-by-nc-4.0", "mit", "odbl", "pddl"}
_SPDX = (
    *("Apache-2.0", "CC0-1.0", "MIT", "ODbL-1.0", "PDDL-1.0"),
    *(
        f"CC-{kind}-{version}"
        for kind in ("BY", "BY-SA", "BY-NC", "BY-NC-SA", "BY-ND", "BY-NC-ND")
        for version in ("2.0", "3.0", "4.0")
    ),
)
_BY_NAME = {name.lower(): name for name in _SPDX}


def hub_licence(licences: Collection[str]) -> str:
    """The hub's identifier if all photos share one that it knows."""
    if set(licences) == {"unknown"}:
        return "unknown"
    names = {name.lower() for name in licences}
    return names.pop() if len(names) == 1 and names <= _HUB else "other"


def licence_url(name: str) -> str:
    """Where SPDX has the text of a licence, or ``name`` as it was given."""
    known = _BY_NAME.get(name.lower())
    return f"https://spdx.org/licenses/{known}.html" if known else name
