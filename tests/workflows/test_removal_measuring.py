"""Numbers of removals: what they rest on, and when they are measured again."""

from __future__ import annotations

import pytest

from chain import last
from curate.vision.loading import load_remover, load_segmenter
from curate.workflows import removals
from curate.workflows.remeasure import remeasure
from curate.workflows.removal_measuring import RemovalMeasures
from curate.workflows.remove import RemovalTools, remove
from removable import make_removable


@pytest.fixture
def views(empty_workspace, tmp_path):
    made = make_removable(empty_workspace, tmp_path / "photos")
    models = empty_workspace.settings.models_dir
    way = RemovalTools(load_remover("telea", models), load_segmenter("box", models))
    last(remove(empty_workspace, way, made.objects, RemovalMeasures(None)))
    return made


class Later(RemovalMeasures):
    """The measures of a later version, which have the same code."""

    def __init__(self):
        super().__init__(None)
        self.fingerprint = "f" * 64


def test_what_today_s_measures_have_measured_is_left_alone(empty_workspace, views):
    assert last(remeasure(empty_workspace, RemovalMeasures(None))) == {"measured": 0, "problems": []}


def test_other_measures_measure_again_and_go_on_where_they_stopped(empty_workspace, views):
    before = removals.listed(empty_workspace)
    steps = remeasure(empty_workspace, Later())
    assert [next(steps).done for _ in range(3)] == [0, 1, 2]
    steps.close()
    assert last(remeasure(empty_workspace, Later())) == {"measured": 2, "problems": []}
    assert removals.listed(empty_workspace) == before  # equal pixels have equal numbers


def test_going_back_to_earlier_measures_makes_theirs_the_numbers_that_count(empty_workspace, views):
    for measures in (Later(), RemovalMeasures(None)):
        told = last(remeasure(empty_workspace, measures))
        assert told == {"measured": 4, "problems": []}
        assert last(remeasure(empty_workspace, measures)) == {"measured": 0, "problems": []}


def test_what_is_lost_is_told_and_the_others_are_measured(empty_workspace, views):
    views.files[views.objects[2]].unlink()
    lost = removals.of_object(empty_workspace, str(views.objects[0]))[0]
    (path,) = empty_workspace.root.rglob(f"{lost.output_sha256}.png")
    path.unlink()
    told = last(remeasure(empty_workspace, Later()))
    assert told["measured"] == 2
    assert any(str(lost.removal) in problem for problem in told["problems"])
