"""Work that no takedown may fall into."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from curate.workspace import Workspace

_Asked = ParamSpec("_Asked")
_Made = TypeVar("_Made")


def undisturbed(work: Callable[_Asked, _Made]) -> Callable[_Asked, _Made]:
    """Let ``work``, which is handed a workspace, wait for a takedown under way, and let none begin meanwhile.

    What was chosen for an export is then still there when it is written and registered.
    """

    @wraps(work)
    def alone(*args: _Asked.args, **named: _Asked.kwargs) -> _Made:
        workspace = next(each for each in (*args, *named.values()) if isinstance(each, Workspace))
        with workspace.claims() as claims:
            claims.share_writing()
            return work(*args, **named)

    return alone
