"""A folder of tripod shots to pairs: every photo is kept, then paired by order, time and settings."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast, get_args
from uuid import UUID

from curate.capture.pairing import Doubtful, FoundFrame, LongScene, Pairing, found_frame, pair_up
from curate.database import failures, frames, pairs, photos, shoots
from curate.database.pairs import pair_id
from curate.errors import NotFoundError, PhotoError, SettingsError
from curate.photos.sources import SourceFile, SourceProblem, file_uri, find_sources, local_path, read_bytes
from curate.records import Step
from curate.workflows.named_shoots import NamedShoot, named_shoot, settled
from curate.workflows.pair_frames import known, store_frame
from curate.workflows.pair_lists import UNCHECKED, listed
from curate.workflows.pair_readings import read_left_out, read_triplets
from curate.workflows.pair_records import HandedIn, PairSummary, StoredFrame
from curate.workflows.pairs import hand_in_all, shown
from curate.workspace import Workspace

STAGE = "pairs"
"""Of photos that cannot be read, in ``failures``."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Intake:
    """What holds for all pairs of one folder."""

    shoot: NamedShoot
    by: str
    object_name: str | None = None
    clean_first: bool = False
    """The first frame of each scene is the clean plate, not the last."""
    long_scenes: LongScene = "ask"
    """What four or more frames of one scene are; see ``pair_up``."""


def store_folder(workspace: Workspace, folder: Path, by: str) -> Iterator[Step]:
    """Store every photo below ``folder``; progress after each.

    The summary holds ``frames`` (file names by sha256), ``new`` (how many were not here) and ``failed``
    (reasons by file name).

    Raises:
        SettingsError: there is no such folder.
    """
    names: dict[str, str] = {}
    problems: dict[str, str] = {}
    new = 0
    for done, found in enumerate(find_sources([str(folder)]), start=1):
        if isinstance(found, SourceProblem):
            problems[found.uri] = found.reason
        elif isinstance(found, SourceFile):
            name = name_in(folder, found)
            try:
                stored = store_file(workspace, found, name, by)
            except PhotoError as error:
                problems[name] = str(error)
            else:
                names.setdefault(stored.sha256, name)
                new += stored.new
        yield Step(STAGE, done, None, len(problems))
    summary: dict[str, object] = {"frames": names, "new": new, "failed": problems}
    yield Step(STAGE, len(names) + len(problems), len(names) + len(problems), len(problems), summary)


def store_file(workspace: Workspace, file: SourceFile, name: str, by: str) -> StoredFrame:
    """Store one file as a frame; one that cannot be read becomes a failure and raises ``PhotoError``."""
    try:
        stored = store_frame(workspace, read_bytes(file.uri), name, by=by)
    except PhotoError as error:
        with workspace.transaction() as session:
            failures.supersede(session, STAGE, file.uri, str(error), file.state_token)
        raise
    with workspace.transaction() as session:
        failures.forget(session, STAGE, file.uri)
    return stored


def store_path(workspace: Workspace, path: Path, by: str) -> StoredFrame:
    """Store one file that somebody named.

    Raises:
        PhotoError: there is none, or it is no photo.
    """
    if not path.exists():
        raise PhotoError(f"There is no file {printable(path)}: type the path of a photo.")
    if path.is_dir():
        where = printable(path)
        raise PhotoError(f"{where} is a folder: name a photo, or type `curate pairs import {where}`.")
    try:
        return store_frame(workspace, read_bytes(file_uri(path)), printable(path.name), by=by)
    except PhotoError as error:
        raise PhotoError(f"{printable(path)}: {error}") from error


def printable(path: Path | str) -> str:
    """A path as people read it, with a sign for bytes that are no UTF-8 and for control characters.

    Neither Postgres nor a terminal takes all that a memory card may hold.
    """
    return _CONTROL.sub("\ufffd", os.fsencode(path).decode(errors="replace"))


def name_in(folder: Path, file: SourceFile) -> str:
    """How people see the file: its path below the folder."""
    path = local_path(file.uri)
    root = folder.absolute()
    return printable(path.relative_to(root) if path.is_relative_to(root) else path)


def handed_in(
    workspace: Workspace, factual: StoredFrame, counterfactual: StoredFrame, object_name: str | None = None
) -> PairSummary | None:
    """The pair of these two frames, if it is here already.

    Raises:
        SettingsError: its object has another name than ``object_name``.
    """
    pair = pair_id(factual.sha256, counterfactual.sha256)
    if pair not in known(workspace, [factual.sha256]).get(factual.sha256, []):
        return None
    found = shown(workspace, pair).summary
    if object_name and found.object_name and object_name.strip() != found.object_name:
        raise SettingsError(
            f"The object of the pair {str(pair)[:8]} is called {found.object_name!r}, not {object_name!r}, "
            "and keeps that name: leave --object out."
        )
    return found


def pairing_of(workspace: Workspace, names: Mapping[str, str], intake: Intake) -> Pairing:
    """How those of these stored frames belong together that are in no pair yet.

    What looks like a triplet is measured, because a shot that went wrong in the middle looks the same.

    Args:
        names: File names by sha256.
    """
    paired = known(workspace, names)
    found = found_frames(workspace, names)
    pairing = pair_up(
        found, clean_first=intake.clean_first, long_scenes=intake.long_scenes, paired=paired.keys()
    )
    read_triplets(workspace, pairing, clean_first=intake.clean_first)
    read_left_out(pairing, found, paired)
    return pairing


def found_frames(
    workspace: Workspace, names: Mapping[str, str], viewer: str | None = None
) -> list[FoundFrame]:
    """What pairing has to know of these stored frames.

    Args:
        names: File names by sha256.

    Raises:
        NotFoundError: one of them was not stored, or is nothing the viewer sent or may see.
    """
    with workspace.transaction() as session:
        seen = frames.known(session, names, viewer)
        if missing := set(names) - set(seen):
            raise NotFoundError(f"The photo {names[min(missing)]} was not handed in: send the file first.")
        facts = photos.facts(session, names)
    return [found_frame(name, facts[sha256]) for sha256, name in names.items()]


def paired_frames(workspace: Workspace, shoot: NamedShoot) -> list[FoundFrame]:
    """The frames of all pairs of a shoot; none if it is not there yet."""
    with workspace.transaction() as session:
        place = shoots.named(session, shoot.photographer, shoot.name)
        rows = pairs.every(session, shoot=place.public_id) if place else []
    names = {each.sha256: each.name for row in rows for each in (row.factual, row.counterfactual)}
    return found_frames(workspace, names)


def unmeasured(workspace: Workspace, names: Collection[str]) -> list[UUID]:
    """Pairs of these stored frames that no check told a verdict of yet, oldest first; superseded ones not.

    Args:
        names: sha256 of the frames.
    """
    return [
        each.pair
        for each in reversed(listed(workspace, verdict=UNCHECKED))
        if each.factual_sha256 in names and each.counterfactual_sha256 in names
    ]


def hand_in_found(workspace: Workspace, pairing: Pairing, intake: Intake) -> list[HandedIn]:
    """Hand in what is beyond doubt, scene by scene."""
    intake = kept(workspace, intake)
    groups = [*pairing.pairs, *pairing.triplets, *pairing.bursts]
    return [
        each
        for group in groups
        for each in hand_in_all(
            workspace,
            [frame.sha256 for frame in group.factuals],
            group.counterfactual.sha256,
            shoot=intake.shoot,
            by=intake.by,
            object_name=intake.object_name,
        )
    ]


def hand_in_told(
    workspace: Workspace, doubtful: Doubtful, told: Sequence[tuple[int, int]], intake: Intake
) -> list[HandedIn]:
    """Hand in doubtful frames as a person paired them.

    Args:
        told: Factual and counterfactual of each pair by their places in ``doubtful.frames``.
    """
    intake = kept(workspace, intake)
    factuals: dict[str, list[str]] = {}
    for factual, counterfactual in told:
        clean = doubtful.frames[counterfactual].sha256
        factuals.setdefault(clean, []).append(doubtful.frames[factual].sha256)
    return [
        each
        for clean, shown in factuals.items()
        for each in hand_in_all(
            workspace, shown, clean, shoot=intake.shoot, by=intake.by, object_name=intake.object_name
        )
    ]


def kept(workspace: Workspace, intake: Intake) -> Intake:
    """The same, for the shoot it is for even if that has another name by now.

    Raises:
        SettingsError: as for ``settled``.
    """
    return replace(intake, shoot=settled(workspace, intake.shoot))


def long_scenes_of(text: str) -> LongScene:
    """What somebody said that four or more frames of a scene are.

    Raises:
        SettingsError: no such thing.
    """
    for known_word in get_args(LongScene):
        if text == known_word:
            return cast(LongScene, text)
    raise SettingsError(f"Long scenes are no {text!r}: choose from {', '.join(get_args(LongScene))}.")


def shoot_of(
    workspace: Workspace,
    folder: Path,
    name: str | None,
    photographer: str | None,
    *,
    licence: str | None,
    consent: str | None,
    supersedes: str | None = None,
) -> NamedShoot:
    """The shoot that files of a folder belong to.

    Unnamed it is that of the pair whose place they are to take, or else called like the folder. It is
    made, and what was not known of its rights filled in, together with the first pair.

    Raises:
        NotFoundError: there is no such pair.
        SettingsError: something else was said of this shoot before, or it has another name now.
    """
    old = shown(workspace, supersedes).summary if supersedes else None
    named = named_shoot(
        name or (old.shoot_name if old else printable(folder.absolute().name)) or "unnamed",
        photographer or (old.photographer if old else workspace.settings.reviewer),
        licence=licence,
        consent=consent,
    )
    return settled(workspace, named)
