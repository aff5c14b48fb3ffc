"""How an approved set came to be does not tell in which steps it was mined."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text

from curate.database import decisions, fingerprints, mining, objects
from curate.database.decisions import Said
from curate.database.mining import GroupRow
from curate.database.provenance import provenance
from mined_rows import edge_rows
from removable import make_removable


def test_two_runs_with_equal_parameters_are_told_once(empty_workspace, tmp_path):
    views = make_removable(empty_workspace, tmp_path / "photos", accepted=False)
    with empty_workspace.transaction() as session:
        embedder = fingerprints.ensure(session, "e" * 64, "embedder", "drawn")
        (detector,) = fingerprints.of_role(session, "detector")
        keys = objects.keys(session, views.objects)
        for number, ids in enumerate((views.objects[:2], views.objects[2:]), start=2):
            group = GroupRow(tuple(keys[each] for each in ids), ids, (1.0, 0.8), 0.7)
            mining.record_run(
                session,
                public_id=UUID(int=number),
                embedder_id=embedder,
                detector_id=detector.id,
                rule="compact",
                parameters={"band": [0.5, 0.95]},
                counts={},
                edges=edge_rows([(*sorted(group.members), 0.7)]),
                groups=[group],
            )
            decisions.decide(session, mining.group_id(ids), Said("accept"), reviewer="ada")
        made = session.scalars(text("SELECT public_id FROM decisions")).all()
        found = provenance(session, made)
    assert (found.decisions, found.mining) == (2, ({"band": [0.5, 0.95]},))
