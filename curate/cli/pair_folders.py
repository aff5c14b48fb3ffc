"""``curate pairs import`` and ``watch``: whole folders of tripod shots."""

from __future__ import annotations

import json
import shlex
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from curate.cli.context import open_workspace
from curate.cli.output import Json, count, follow, result, result_json, say
from curate.cli.pair_options import CleanFirst, Consent, Licence, Models, ObjectName, Photographer, ShootName
from curate.cli.pair_reports import as_json_check, report_checks, verdict_line
from curate.photos.locations import photo_endings

if TYPE_CHECKING:
    from curate.capture.pairing import Doubtful
    from curate.workflows.pair_watch import Seen


def _folder(path: Path) -> Path:
    if path.is_file():
        raise typer.BadParameter(
            f"{path} is a file: name its folder, or type `curate pairs add WITH-IT WITHOUT-IT`."
        )
    return path


Folder = Annotated[Path, typer.Argument(help="Folder of photos.", exists=True, callback=_folder)]


def register(pairs: typer.Typer) -> None:
    pairs.command("import")(import_folder)
    pairs.command()(watch)


def import_folder(
    context: typer.Context,
    folder: Folder,
    shoot: ShootName = None,
    photographer: Photographer = None,
    licence: Licence = None,
    consent: Consent = None,
    object_name: ObjectName = None,
    clean_first: CleanFirst = False,
    long_scenes: Annotated[
        str,
        typer.Option("--long-scenes", help="What four or more photos of a scene are: ask, burst or pairs."),
    ] = "ask",
    models: Models = True,
    as_json: Json = False,
) -> None:
    """Copy a folder of tripod shots, pair them by order, time and settings, and measure the pairs.

    Of three photos of a scene those become pairs that measure as such; a shot that went wrong is left out.
    Asks only when in doubt; without a terminal the doubtful ones are named and left out.
    """
    from curate.workflows import pair_intake
    from curate.workflows.pair_checking import check_all

    with open_workspace(context) as workspace:
        by = workspace.settings.reviewer
        place = pair_intake.shoot_of(workspace, folder, shoot, photographer, licence=licence, consent=consent)
        kinds = pair_intake.long_scenes_of(long_scenes)
        intake = pair_intake.Intake(place, by, object_name, clean_first, kinds)
        stored = follow(pair_intake.store_folder(workspace, folder, by))
        for name, reason in stored["failed"].items():
            say(f"{name}: {reason}")
        pairing = pair_intake.pairing_of(workspace, stored["frames"], intake)
        made = pair_intake.hand_in_found(workspace, pairing, intake)
        left_out: list[Doubtful] = []
        for doubtful in pairing.doubtful:
            told = _asked(doubtful, folder)
            left_out += [] if told else [doubtful]
            made += pair_intake.hand_in_told(workspace, doubtful, told, intake)
        known = len(stored["frames"]) - stored["new"]
        say(_counted(len(stored["frames"]), len(made), known))
        if not stored["frames"] and not stored["failed"]:
            say(f"No photo lies in {folder}: files count whose names end in {photo_endings()}.")
        if not made and (licence or consent):
            say("Rights come with new pairs only: type `curate pairs shoots set SHOOT` to correct them.")
        # More than the new ones, if an import ended before all were measured.
        wanted = pair_intake.unmeasured(workspace, stored["frames"])
        checked = report_checks(check_all(workspace, wanted, models=models), quiet=as_json) if wanted else []
    if as_json:
        result_json(
            {
                "photos": len(stored["frames"]),
                "new_photos": stored["new"],
                "known_photos": known,
                "failed": stored["failed"],
                "pairs": [each.pair for each in made],
                "checks": [as_json_check(each) for each in checked],
                "doubtful": [_as_json(each) for each in left_out],
            }
        )
    if stored["failed"] and not stored["frames"]:
        raise typer.Exit(1)


def watch(
    context: typer.Context,
    folder: Folder,
    shoot: ShootName = None,
    photographer: Photographer = None,
    licence: Licence = None,
    consent: Consent = None,
    object_name: ObjectName = None,
    clean_first: CleanFirst = False,
    frames: Annotated[
        int,
        typer.Option("--frames", min=2, help="Photos of each scene, the one without the object included."),
    ] = 2,
    once: Annotated[
        bool, typer.Option("--once", help="Stop when no more photos come, instead of waiting for Ctrl-C.")
    ] = False,
    models: Models = True,
    as_json: Json = False,
) -> None:
    """Follow the folder of a tethered camera and measure each pair as soon as it is complete.

    A photo that makes a good pair with either frame of a failed one is taken for the other frame, shot again.
    Ctrl-C ends it; begun again it goes on where it was.
    """
    from curate.workflows import pair_intake
    from curate.workflows.pair_watch import watch

    with open_workspace(context) as workspace:
        by = workspace.settings.reviewer
        place = pair_intake.shoot_of(workspace, folder, shoot, photographer, licence=licence, consent=consent)
        intake = pair_intake.Intake(place, by, object_name, clean_first)
        begins = f"Looking through {folder}" if once else f"Watching {folder} until Ctrl-C"
        say(f"{begins}: {count(frames, 'photo')} make a scene.")
        waiting = 0
        try:
            for seen in watch(workspace, folder, intake, frames=frames, models=models, once=once):
                _tell(seen, frames, as_json)
                waiting = seen.waiting
            if waiting:
                say(f"The last scene has {waiting} of {frames} photos: run this again with the rest.")
        except KeyboardInterrupt:
            say("Ended; everything that was reported is stored.")


def _counted(photos: int, pairs: int, known: int) -> str:
    """``4 photos, 1 new pair; 2 photos were known already.``."""
    before = f"; {count(known, 'photo was', 'photos were')} known already" if known else ""
    return f"{count(photos, 'photo')}, {count(pairs, 'new pair')}{before}."


def _asked(doubtful: Doubtful, folder: Path) -> list[tuple[int, int]]:
    """Which of these frames are pairs, as places in ``doubtful.frames``; none if nobody can be asked."""
    say(doubtful.sentence)
    if doubtful.left_out:
        return []
    if len(doubtful.frames) < 2:
        say(f"Pair it by hand: curate pairs add {_quoted(folder, doubtful, 0)} WITHOUT-IT")
        return []
    if not sys.stdin.isatty():
        again = "type it again with `--long-scenes burst` or `--long-scenes pairs`, or "
        say(
            f"Left out: {again if doubtful.long_scene else ''}pair them by hand with "
            f"`curate pairs add WITH-IT WITHOUT-IT`, of {_all_quoted(folder, doubtful)}."
        )
        return []
    for number, frame in enumerate(doubtful.frames, start=1):
        say(f"  {number}  {frame.name}")
    while True:
        text = typer.prompt("Pairs as WITH WITHOUT, such as 1 2, 3 2 (Enter leaves them out)", "", err=True)
        try:
            return pairs_from(text, len(doubtful.frames))
        except ValueError as error:
            say(str(error))


def pairs_from(text: str, frames: int) -> list[tuple[int, int]]:
    """``1 2, 3 2`` to places that count from 0.

    Raises:
        ValueError: with a sentence.
    """
    told = []
    for part in filter(None, map(str.strip, text.split(","))):
        numbers = [int(word) - 1 for word in part.split() if word.isdecimal()]
        if len(part.split()) != 2 or len(set(numbers)) != 2 or not set(numbers) <= set(range(frames)):
            raise ValueError(f"{part!r} is no pair: type two different numbers from 1 to {frames}.")
        told.append((numbers[0], numbers[1]))
    return told


def _quoted(folder: Path, doubtful: Doubtful, place: int) -> str:
    return shlex.quote(str(folder / doubtful.frames[place].name))


def _all_quoted(folder: Path, doubtful: Doubtful) -> str:
    return " ".join(_quoted(folder, doubtful, place) for place in range(len(doubtful.frames)))


def _tell(seen: Seen, frames: int, as_json: bool) -> None:
    if as_json:
        result(json.dumps(asdict(seen), default=str, ensure_ascii=False))  # a line each, as they come
    elif seen.problem is not None:
        say(f"{seen.name}: {seen.problem}")
    elif seen.report is None:
        say(f"{seen.name}: photo {seen.waiting} of {frames}.")
    else:
        again = f" It takes the place of {str(seen.supersedes)[:8]}." if seen.supersedes else ""
        result(f"{verdict_line(seen.report, seen.name)}{again}")


def _as_json(doubtful: Doubtful) -> dict[str, Any]:
    return {
        "files": [frame.name for frame in doubtful.frames],
        "sentence": doubtful.sentence,
        "left_out": doubtful.left_out,
    }
