"""``curate demo``: the whole way on 39 real photos, with models that need no hub."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from curate.cli.output import follow, result, say

if TYPE_CHECKING:
    from curate.workflows.export_options import Exported
    from curate.workspace import Workspace

_SHARES = (100, 0, 0)
_REMOVERS = ("telea", "patchmatch")
_BEST = "patchmatch"
"""Whose backgrounds the demo accepts."""


def register(app: typer.Typer) -> None:
    app.command()(demo)


def demo(
    directory: Annotated[
        Path, typer.Argument(help="Folder for the demo's workspace, sheets and manifest.")
    ] = Path("demo"),
) -> None:
    """The whole way on 39 real photos.

    From photos to a verified manifest with models that need no hub. Run it again and nothing is done twice.
    """
    from curate import workspace
    from curate.errors import SettingsError
    from curate.records import PhotoRights
    from curate.settings import load_settings
    from curate.vision.pulling import pull
    from curate.vision.registry import OFFLINE_DETECTOR, OFFLINE_EMBEDDER, OFFLINE_SEGMENTER, find_card
    from curate.vision.weights import is_present
    from curate.workflows import demo_photos, export, review, run, sheets, verify

    settings = load_settings(None)
    if settings.database_url or settings.qdrant_url or settings.media_url:
        raise SettingsError(
            "The demo decides and exports by itself and must not do so in a shared database: "
            "unset CURATE_DATABASE_URL, CURATE_QDRANT_URL and CURATE_MEDIA_URL first."
        )
    models_dir = settings.models_dir
    for name in (OFFLINE_DETECTOR, OFFLINE_EMBEDDER, OFFLINE_SEGMENTER, *_REMOVERS):
        if not is_present(find_card(name), models_dir):
            say(f"Fetching the model {name} ...")
        pull(find_card(name), models_dir)
    photos = demo_photos.fetch(models_dir)

    root = directory.absolute()
    workspace.create(root)
    with workspace.Workspace.open(root) as opened:
        rights = PhotoRights(demo_photos.SOURCE, demo_photos.LICENCE)
        chain = run.run(opened, [str(photos)], rights, detector=OFFLINE_DETECTOR, embedder=OFFLINE_EMBEDDER)
        mined = {stage: follow(steps) for stage, steps in chain}["mine"]
        result(f"photos    {mined['photos']}")
        result(f"objects   {mined['objects_found']}, of which {mined['objects']} are large and sure enough")
        result(f"edges     {mined['edges']}")
        groups = review.groups(opened)
        follow(sheets.write_sheets(opened, groups, root / "sheets"))
        # Nobody looks at the groups before the demo ends: a policy accepts them, and the manifest says so.
        review.decide_automatically(opened, review.Policy(0.0))
        result(f"groups    {mined['groups']} of {mined['views']} views, accepted by an automatic policy")
        options = export.SubjectOptions("demo", "1", include_automatic=True, shares=_SHARES)
        made = export.export_subject(opened, options, root / "manifests")
        verified = verify.verify_manifest(made.manifest.directory, opened)
        result(f"records   {made.records}, verified: {verified.content_hash[:12]}")
        backgrounds = _backgrounds(opened, root)
        result(f"removals  by {' and '.join(_REMOVERS)}, those by {_BEST} accepted by an automatic policy")
        verified_as = backgrounds.manifest.content_hash[:12]
        result(f"records   {backgrounds.records} for insertion, verified: {verified_as}")
        result(f"          none for bootstrapped insertion: {_unfit_for_bootstrap(opened)}")
        votes = _votes(opened, root)
        result(f"votes     {votes.records}, verified: {votes.manifest.content_hash[:12]}")
    result("")
    result(f"Look at   {root / 'sheets' / sheets.OVERVIEW}")
    result(f"And at    {root / 'removals'}")
    result(f"Then try  {sys.argv[0]} -w {root} groups list")
    result(f"Manifests {made.manifest.directory}")
    result(f"          {backgrounds.manifest.directory}")
    result(f"          {votes.manifest.directory}")


def _backgrounds(opened: Workspace, root: Path) -> Exported:
    """Remove the accepted views with every remover, draw reports, and export the backgrounds of one."""
    from curate.vision.loading import load_remover, load_segmenter
    from curate.vision.registry import OFFLINE_SEGMENTER
    from curate.workflows import removal_scope, removals, verify
    from curate.workflows.export_insertion import export_insertion
    from curate.workflows.pair_evidence import pulled_models
    from curate.workflows.removal_measuring import RemovalMeasures
    from curate.workflows.remove import RemovalTools, remove
    from curate.workflows.view_selection import ViewOptions

    settings = opened.settings
    wanted = removal_scope.accepted_objects(opened, include_automatic=True)
    segmenter = load_segmenter(OFFLINE_SEGMENTER, settings.models_dir, device=settings.device)
    measures = RemovalMeasures(pulled_models(settings))
    for name in _REMOVERS:
        remover = load_remover(name, settings.models_dir, device=settings.device)
        follow(remove(opened, RemovalTools(remover, segmenter), wanted, measures))
    removals.accept_automatically(opened, _BEST)
    removals.write_reports(opened, root / "removals")
    options = ViewOptions("demo-insertion", "1", include_automatic=True, shares=_SHARES)
    made = export_insertion(opened, options, root / "manifests")
    verify.verify_manifest(made.manifest.directory, opened)
    return made


def _unfit_for_bootstrap(opened: Workspace) -> str:
    """Why nothing of it trains shadows: the photos show small objects, and the removers but fill masks."""
    from curate.workflows.bootstrap_selection import BootstrapOptions, select_bootstrap
    from curate.workflows.export_options import reasons

    options = BootstrapOptions("demo-bootstrap", "1", include_automatic=True, shares=_SHARES)
    return reasons(select_bootstrap(opened, options).left_out)


def _votes(opened: Workspace, root: Path) -> Exported:
    """Export every decision, which policies made here, with what it was about."""
    from curate.workflows import verify
    from curate.workflows.decision_selection import DecisionOptions
    from curate.workflows.export_decisions import export_decisions

    options = DecisionOptions("demo-decisions", "1", include_automatic=True, shares=_SHARES)
    made = export_decisions(opened, options, root / "manifests")
    verify.verify_manifest(made.manifest.directory, opened)
    return made
