"""Everything a workspace holds, without the keys and times that differ from run to run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import text

from curate import vector_blocks
from curate.database import fingerprints, vectors
from curate.workflows.index_entries import collection_of
from curate.workspace import Workspace

QUERIES = {
    "photos": """
        SELECT sha256, byte_count, format, width, height, orientation, mode, exif::text, has_location,
               perceptual_hash, thumbnail_sha256, source, licence, consent FROM photos""",
    "photo_files": "SELECT uri, sha256 FROM photo_files JOIN photos ON photos.id = photo_id",
    "models": "SELECT fingerprint, role, name FROM models",
    "detected": """
        SELECT sha256, fingerprint, object_count FROM detected
        JOIN photos ON photos.id = photo_id JOIN models ON models.id = model_id""",
    "objects": """
        SELECT public_id, sha256, fingerprint, x, y, objects.width, objects.height, score, label
        FROM objects JOIN photos ON photos.id = photo_id JOIN models ON models.id = model_id""",
    "embedded": """
        SELECT public_id, fingerprint FROM embedded
        JOIN objects ON objects.id = object_id JOIN models ON models.id = embedded.model_id""",
    "failures": "SELECT stage, subject, fingerprint, reason FROM failures",
    "mining_runs": "SELECT public_id, rule, parameters::text, (counts - 'seconds')::text FROM mining_runs",
    "edges": """
        SELECT r.public_id, least(a.public_id, b.public_id), greatest(a.public_id, b.public_id), similarity
        FROM edges JOIN mining_runs r ON r.id = run_id
        JOIN objects a ON a.id = left_id JOIN objects b ON b.id = right_id""",
    "groups": """
        SELECT r.public_id, i.public_id, weakest, o.public_id, rank, similarity
        FROM groups g JOIN mining_runs r ON r.id = run_id JOIN review_items i ON i.id = item_id
        JOIN group_members m ON m.group_id = g.id JOIN objects o ON o.id = object_id""",
    "review_items": """
        SELECT i.public_id, kind, o.public_id FROM review_items i
        JOIN review_members ON item_id = i.id JOIN objects o ON o.id = object_id""",
    "review_queue": """
        SELECT i.public_id, position, random_draw, state, votes_wanted
        FROM review_queue JOIN review_items i ON i.id = item_id""",
    "decisions": """
        SELECT d.public_id, i.public_id, reviewer, reviewer_kind, verdict, marks::text, reason
        FROM decisions d JOIN review_items i ON i.id = item_id""",
    "pair_facts": """
        SELECT d.public_id, least(a.public_id, b.public_id), greatest(a.public_id, b.public_id), relation
        FROM pair_facts JOIN decisions d ON d.id = decision_id
        JOIN objects a ON a.id = left_id JOIN objects b ON b.id = right_id""",
    "frames": "SELECT sha256 FROM frames JOIN photos ON photos.id = photo_id",
    "pairs": """
        SELECT i.public_id, i.kind, s.name, photographer, s.licence, p.kind, object_name, handed_in_by
        FROM pairs p JOIN review_items i ON i.id = item_id JOIN shoots s ON s.id = shoot_id""",
    "pair_object_names": """
        SELECT i.public_id, n.name, n.by FROM pair_object_names n
        JOIN pairs p ON p.id = n.pair_id JOIN review_items i ON i.id = p.item_id
    """,
    "shoot_corrections": """
        SELECT s.public_id, what, old, new, by FROM shoot_corrections JOIN shoots s ON s.id = shoot_id""",
    "pair_successions": """
        SELECT a.public_id, b.public_id, by FROM pair_successions
        JOIN pairs o ON o.id = old_id JOIN review_items a ON a.id = o.item_id
        JOIN pairs n ON n.id = new_id JOIN review_items b ON b.id = n.item_id""",
    "pair_checks": """
        SELECT i.public_id, fingerprint, given_mask_sha256, verdict, sentence, report::text, alignment::text,
               mask_sha256, effect_sha256, alpha_sha256, change_sha256, report_sha256
        FROM pair_checks JOIN pairs p ON p.id = pair_id JOIN review_items i ON i.id = item_id""",
    "removals": """
        SELECT i.public_id, o.public_id, recipe, dilation, r.x, r.y, r.width, r.height, output_sha256,
               mask_sha256, object_mask_sha256
        FROM removals r JOIN review_items i ON i.id = item_id JOIN objects o ON o.id = object_id""",
    "removal_measurements": """
        SELECT i.public_id, fingerprint, numbers::text, suggested_reasons::text
        FROM removal_measurements m JOIN removals r ON r.id = removal_id
        JOIN review_items i ON i.id = item_id""",
    "removal_queue": """
        SELECT public_id, position, random_draw, state, votes_wanted
        FROM removal_queue JOIN objects o ON o.id = object_id""",
    "captions": """
        SELECT public_id, fingerprint, by, text FROM captions
        JOIN objects o ON o.id = object_id LEFT JOIN models m ON m.id = captions.model_id""",
    "manifests": "SELECT content_hash, name, version, task, spec::text, counts::text FROM manifests",
    "takedowns": """
        SELECT sha256, reason, by, originals, finished_at IS NULL FROM takedowns
        JOIN photos ON photos.id = photo_id""",
    "photo_splits": "SELECT sha256, split FROM photo_splits JOIN photos ON photos.id = photo_id",
}


def content(workspace: Workspace) -> dict[str, Any]:
    """Rows of every table by what they mean, the vectors of every embedder, and the search index."""
    with workspace.transaction() as session:
        rows = {name: sorted(map(str, session.execute(text(sql)))) for name, sql in QUERIES.items()}
        models = fingerprints.used(session, "embedder")
        blocks = {
            model.fingerprint: [b.sha256 for b in vectors.blocks(session, model.id)] for model in models
        }
    stored = {fingerprint: _vectors(workspace, names) for fingerprint, names in blocks.items()}
    with workspace.index() as index:
        indexed = {
            model.fingerprint: sorted(index.ids(collection_of(model.name, model.fingerprint)))
            for model in models
        }
    return {**rows, "vectors": stored, "index": indexed}


def _vectors(workspace: Workspace, blocks: list[str]) -> dict[str, bytes]:
    found = {}
    for sha256 in blocks:
        matrix, public_ids = vector_blocks.unpack(workspace.media.get(sha256, vector_blocks.SUFFIX))
        found |= {str(each): row.tobytes() for each, row in zip(public_ids, matrix, strict=True)}
    return found


def tree(directory: Path) -> dict[str, bytes]:
    """Every file below a folder by its relative name."""
    return {
        str(path.relative_to(directory)): path.read_bytes() for path in directory.rglob("*") if path.is_file()
    }
