"""The screens, in the order of the navigation. A new one is a file here and a line below."""

from __future__ import annotations

from review_ui.access import Permission
from review_ui.screens.groups import show as groups
from review_ui.screens.home import show as home
from review_ui.screens.pairs import show as pairs
from review_ui.screens.progress import show as progress
from review_ui.screens.removals import show as removals
from review_ui.screens.screen import Screen
from review_ui.screens.search import show as search

SCREENS: tuple[Screen, ...] = (
    Screen("Home", ":material/home:", "", Permission.HOME, home),
    Screen("Groups", ":material/stacks:", "groups", Permission.REVIEW, groups),
    Screen("Removals", ":material/ink_eraser:", "removals", Permission.REVIEW, removals),
    Screen("Pairs", ":material/compare:", "pairs", Permission.HAND_IN, pairs),
    Screen("Search", ":material/image_search:", "search", Permission.SEARCH, search),
    Screen("Progress", ":material/monitoring:", "progress", Permission.PROGRESS, progress),
)
