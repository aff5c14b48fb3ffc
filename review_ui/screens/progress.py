"""Progress: how far the review is, who did what, and how far the mining can be trusted."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from curate.shares import Share
from curate.workflows import progress, similarity
from curate.workflows.no_groups import found_nothing
from curate.workflows.progress import Progress, ReviewerWork
from curate.workflows.similarity import ENOUGH_DRAWS, Precision, Similarities
from curate.workspace import Workspace
from review_ui import plots
from review_ui.access import Permission
from review_ui.screens import analysis
from review_ui.screens.notices import nothing_yet
from review_ui.screens.panel import panel
from review_ui.screens.screen import Visit

# Seconds that numbers may be old, so that nobody's click waits for the same statistics twice.
_FRESH = 10
_EDGES_FRESH = 60  # what is said of 900,000 edges takes seconds to count, and moves slowly


def show(visit: Visit) -> None:
    key = str(visit.workspace.root)
    found = _progress(key, visit.workspace)
    if not found.backlog.total:
        _no_groups(key, visit.workspace)
        return
    _numbers(found, everything=visit.person.may(Permission.ADJUDICATE))
    left, right = st.columns(2)
    with left:
        _similarities(_histogram(key, visit.workspace))
    with right:
        _precision(key, visit.workspace, found.draws)
    if found.reviewers:
        _work(found, visit)
    else:
        nothing_yet("No decisions yet", "Accept or reject a group, and this page tells how it goes.")
    analysis.show(key, visit.workspace)


def _no_groups(key: str, workspace: Workspace) -> None:
    if why := found_nothing(workspace):
        nothing_yet("No groups", why)
        analysis.show(key, workspace)  # which tells how near the nearest came
    else:
        nothing_yet("No groups yet", "Mine the photos first, then come back:", "curate mine")


def _work(found: Progress, visit: Visit) -> None:
    """Who did what."""
    left, right = st.columns(2)
    with left:
        _throughput(found)
    with right:
        _classes(found)
    # What others said is not for those who may still have to vote on the same groups.
    everybody = visit.person.may(Permission.ADJUDICATE)
    _reviewers([each for each in found.reviewers if everybody or each.reviewer == visit.person.name])


def _numbers(found: Progress, *, everything: bool) -> None:
    backlog, agreement = found.backlog, found.agreement
    cells = [
        ("Done", f"{backlog.done:,}", f"of {backlog.total:,} group{'s' if backlog.total != 1 else ''}"),
        ("Open", f"{backlog.open:,}", _wanted(backlog.partial)),
        ("Disputed", f"{backlog.disputed:,}", "reviewers disagree"),
        ("Flagged", f"{backlog.flagged:,}", "could not be decided"),
        ("Agreement", _percent(agreement), _certainty(agreement)),
    ]
    cells = cells if everything else cells[:2]
    for column, (label, value, note) in zip(st.columns(len(cells)), cells, strict=True):
        with column.container(border=True, height="stretch", gap=None):
            st.metric(label, value)
            st.caption(note)


def _wanted(partial: int) -> str:
    return f"want votes, {partial:,} judged in part" if partial else "want votes"


def _percent(share: Share) -> str:
    return "–" if share.value is None else f"{share.value:.0%}"


def _certainty(share: Share) -> str:
    if not share.total:
        return "no group has two votes yet"
    low, high = share.interval
    return f"{low:.0%} to {high:.0%}, {share.total:,} groups with two or more votes"


def _similarities(found: Similarities) -> None:
    edges = sum(each.edges for each in found.bins)
    band = found.band
    panel(
        "Similarity of edges",
        plots.similarity_histogram(found),
        f"{edges:,} edges of the latest run. Shaded: the band {band.low:g} to {band.high:g}; mining stores "
        "nothing outside of it.",
    )


def _precision(key: str, workspace: Workspace, draws: int) -> None:
    with st.container(border=True, height="stretch"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.subheader("Precision against similarity", anchor=False)
            random_only = st.segmented_control(
                "Decisions",
                [True, False],
                format_func=lambda random: "Random draws" if random else "All decisions",
                default=draws >= ENOUGH_DRAWS,
                required=True,
                key="precision-random",
                label_visibility="collapsed",
            )
        found = _judged(key, workspace, random_only)
        if any(each.same.total for each in found.bins):
            st.altair_chart(plots.precision(found), width="stretch", alt="Precision against similarity")
        else:
            st.container(height=plots.HEIGHT, border=False).caption("No edge has been judged yet.")
        st.caption(_precision_caption(random_only, draws))


def _precision_caption(random_only: bool, draws: int) -> str:
    taken = (
        f"From the {draws:,} decided groups that were drawn at random."
        if random_only
        else "From all decisions. The queue shows some groups sooner than others, which biases this."
    )
    few = "" if random_only or draws >= ENOUGH_DRAWS else f" Random draws decided: {draws} of {ENOUGH_DRAWS}."
    return (
        f"{taken}{few} Share of judged edges that are the same thing; another variant is not. Lines: 95 % "
        "interval (Clopper-Pearson, as if edges of one group were independent). Grey: number of edges."
    )


def _throughput(found: Progress) -> None:
    panel(
        "Throughput",
        plots.throughput(found.throughput),
        "Standing decisions of people; what was undone or replaced does not count.",
    )


def _classes(found: Progress) -> None:
    shown = min(len(found.classes), plots.MOST_CLASSES)
    which = (
        f"The {shown} most decided of {len(found.classes)} classes. " if shown < len(found.classes) else ""
    )
    panel(
        "Accept rate by class",
        plots.accept_rates(found.classes),
        f"{which}Lines: 95 % interval. Grey: fewer than {plots.FEW} decisions.",
    )


def _reviewers(reviewers: Sequence[ReviewerWork]) -> None:
    st.subheader("Reviewers", anchor=False)
    rows = [
        {
            "Reviewer": each.reviewer,
            "Decisions": each.decisions,
            "Accepted": None if each.accepted.value is None else 100 * each.accepted.value,
            "Flagged": each.flagged,
            "Median seconds": each.seconds,
            "Per hour": each.per_hour,
        }
        for each in reviewers
    ]
    st.dataframe(
        rows,
        hide_index=True,
        placeholder="–",  # nothing was measured
        column_config={
            "Accepted": st.column_config.ProgressColumn(
                format="%.0f %%", min_value=0, max_value=100, help="Of what was accepted or rejected."
            ),
            "Median seconds": st.column_config.NumberColumn(
                format="%.1f", help="From seeing a card to deciding it, as the browser measured."
            ),
            "Per hour": st.column_config.NumberColumn(
                format="%.0f", help="Pauses of more than five minutes are no work."
            ),
        },
    )


@st.cache_data(ttl=_FRESH, max_entries=8, show_spinner="Counting")
def _progress(key: str, _workspace: Workspace) -> Progress:
    return progress.progress(_workspace)


@st.cache_data(ttl=_EDGES_FRESH, max_entries=8, show_spinner="Counting edges")
def _histogram(key: str, _workspace: Workspace) -> Similarities:
    return similarity.similarities(_workspace)


@st.cache_data(ttl=_EDGES_FRESH, max_entries=8, show_spinner="Counting judged edges")
def _judged(key: str, _workspace: Workspace, random_only: bool) -> Precision:
    return similarity.precision(_workspace, random_only=random_only)
