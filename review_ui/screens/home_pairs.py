"""What Home says of counterfactual pairs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import streamlit as st

from curate.verdicts import ACCEPTED, OPEN
from curate.workflows import pairs
from curate.workspace import Workspace
from review_ui.access import Permission, Person, viewer
from review_ui.screens.screen import Visit

_FAIL = "fail"


@dataclass(frozen=True, slots=True)
class PairCounts:
    """Pairs that a person may see and that nothing took the place of."""

    total: int
    waiting: int
    """Want a verdict of people."""
    failed: int
    """Of those, the ones that failed their check: to be shot again, most of them."""
    accepted: int


def pair_counts(workspace: Workspace, person: Person) -> PairCounts:
    """How far the pairs are; those of others are not counted for a photographer."""
    found = pairs.listed(workspace, viewer=viewer(person))
    states = Counter(each.state for each in found)
    failed = sum(each.state == OPEN and each.verdict == _FAIL for each in found)
    return PairCounts(len(found), states[OPEN], failed, states[ACCEPTED])


def show_pairs(visit: Visit, counts: PairCounts) -> None:
    """Counts and the way to the Pairs screen; nothing if there is no pair."""
    if not counts.total:
        return
    judges = visit.person.may(Permission.JUDGE_PAIRS)
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.subheader("Counterfactual pairs", anchor=False, width="content")
        if judges and st.button("Judge pairs" if counts.waiting else "Open pairs", icon=":material/compare:"):
            st.switch_page(visit.pages["pairs"])
    numbers = [
        ("Pairs waiting for a verdict", counts.waiting),
        ("Of these failed their check", counts.failed),
        ("Pairs accepted", counts.accepted),
    ]
    for column, (label, number) in zip(st.columns(3), numbers, strict=True):
        column.metric(label, f"{number:,}", border=True)
