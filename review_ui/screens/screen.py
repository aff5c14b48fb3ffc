"""What a screen is, and what it is given when somebody opens it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from curate.workspace import Workspace
from review_ui.access import Permission, Person

if TYPE_CHECKING:
    from streamlit.navigation.page import StreamlitPage


@dataclass(frozen=True, slots=True)
class Visit:
    """One person at one screen."""

    person: Person
    workspace: Workspace
    pages: Mapping[str, StreamlitPage]
    """The screens this person may open, by ``Screen.url``."""


@dataclass(frozen=True, slots=True)
class Screen:
    """One page of the app."""

    title: str
    icon: str
    """A Material symbol, such as ``:material/home:``."""
    url: str
    """Its path; the first screen's is empty: it is what the bare address shows."""
    permission: Permission
    """Whoever lacks it neither sees nor reaches the screen."""
    show: Callable[[Visit], None]
