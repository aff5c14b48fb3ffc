"""Home: what is there, and the one thing to do next."""

from __future__ import annotations

import streamlit as st

from curate.workflows import progress
from curate.workflows.progress import Backlog
from curate.workflows.stages import Stage, stages
from review_ui import serving
from review_ui.access import Permission
from review_ui.screens.home_pairs import pair_counts, show_pairs
from review_ui.screens.home_removals import show_removals
from review_ui.screens.screen import Visit
from review_ui.serving import Mode

_REVIEW = "groups"
_DECIDE = "Decide"


def show(visit: Visit) -> None:
    st.title("Recurate", anchor=False)
    if not visit.person.may(Permission.REVIEW):
        st.markdown(
            "Hand in pairs of photos, with and without an object, and see at once whether they can be used."
        )
        if st.button("Hand in pairs", icon=":material/compare:", type="primary"):
            st.switch_page(visit.pages["pairs"])
        show_pairs(visit, pair_counts(visit.workspace, visit.person))
    else:
        _review(visit)
    _account(visit)


def _review(visit: Visit) -> None:
    chain = stages(visit.workspace)
    left = progress.backlog(visit.workspace)
    counted = pair_counts(visit.workspace, visit.person)
    if left.total or not counted.total:
        _groups(visit, chain, left)
    show_removals(visit)
    show_pairs(visit, counted)
    _stages(chain)


def _groups(visit: Visit, chain: tuple[Stage, ...], left: Backlog) -> None:
    today = progress.today(visit.workspace, visit.person.name)
    with st.container(border=True):
        _next(visit, chain, left)
    numbers = [
        ("Groups open", left.open),
        ("Groups done", left.done),
        ("You accepted today", today.accepted),
        ("You rejected today", today.rejected),
    ]
    for column, (label, number) in zip(st.columns(4), numbers, strict=True):
        column.metric(label, f"{number:,}", border=True)


def _next(visit: Visit, chain: tuple[Stage, ...], left: Backlog) -> None:
    missing = next((stage for stage in chain if not stage.count and stage.title != _DECIDE), None)
    if left.open:
        st.subheader(f"{_many(left.open, 'group')} to review", anchor=False)
        with st.container(horizontal=True):
            _link(visit, "Start reviewing", icon=":material/play_arrow:")
            _settle(visit, left)
    elif missing is not None:
        st.subheader(f"Next: {missing.title.lower()}", anchor=False)
        st.markdown(f"There are no {missing.noun}s yet. Type in the workspace:")
        st.code(missing.command, language=None)
    else:
        rest = left.disputed + left.flagged
        st.subheader("No group waits for a vote" if rest else "All groups are reviewed", anchor=False)
        st.markdown("Export what is accepted, or bring more photos: `curate run FOLDER`.")
        st.code(chain[-1].command, language=None)
        _settle(visit, left)


def _settle(visit: Visit, left: Backlog) -> None:
    waiting = left.disputed + left.flagged
    if waiting and visit.person.may(Permission.ADJUDICATE):
        _link(visit, f"Settle {waiting:,} disputed or flagged", icon=":material/balance:", desk="adjudicate")


def _link(visit: Visit, label: str, *, icon: str, **query: str) -> None:
    """A button to the Groups screen."""
    if st.button(label, icon=icon, type="secondary" if query else "primary"):
        st.switch_page(visit.pages[_REVIEW], query_params=query)


def _stages(chain: tuple[Stage, ...]) -> None:
    st.subheader("From photos to manifests", anchor=False)
    for column, stage in zip(st.columns(len(chain)), chain, strict=True):
        with column, st.container(border=True, height="stretch"):
            st.caption(stage.title)
            st.markdown(f"**{stage.count:,}** {_noun(stage.count, stage.noun)}")
    missing = [stage.command for stage in chain if not stage.count and stage.title != _DECIDE]
    if missing:
        st.code("\n".join(missing), language=None)


def _account(visit: Visit) -> None:
    if serving.mode() is Mode.SHARED:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(f"{visit.person.name} ({visit.person.role})")
            st.button("Log out", icon=":material/logout:", type="tertiary", on_click=st.logout)


def _many(number: int, noun: str) -> str:
    return f"{number:,} {_noun(number, noun)}"


def _noun(number: int, noun: str) -> str:
    return noun if number == 1 else f"{noun}s"
