"""Photos of a tether folder as they come: the scene that is being taken, and the pairs it becomes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from curate.capture.pairing import FoundFrame
from curate.errors import DecisionError, PhotoError
from curate.workflows.pair_checks import check
from curate.workflows.pair_intake import Intake, kept, paired_frames
from curate.workflows.pair_lists import shown, standing_of
from curate.workflows.pair_mending import Mending, Unclear, mending
from curate.workflows.pair_records import PairReport
from curate.workflows.pair_shots import Shots
from curate.workflows.pairs import hand_in, hand_in_all
from curate.workspace import Workspace

_STRAY = (
    "It is left without a partner, as the photos after it are in pairs: "
    "pair it by hand with `curate pairs add`, if it belongs to one."
)


@dataclass(frozen=True, slots=True)
class Seen:
    """Something that happened in the folder."""

    name: str
    """The file it is about; of a pair the one that came last."""
    problem: str | None = None
    """Why the file, or the pair it completes, cannot be used."""
    waiting: int = 0
    """Frames that wait for the rest of their scene now."""
    report: PairReport | None = None
    supersedes: UUID | None = None
    """The pair that a re-shot frame took the place of."""


class Scene:
    """What came of the folder: the frames that wait for the rest of their scene, and what is in pairs."""

    def __init__(self, workspace: Workspace, intake: Intake, frames: int, models: bool) -> None:
        self._workspace, self._intake, self._frames, self._models = workspace, intake, frames, models
        self._keep()
        self._shots = Shots(paired_frames(workspace, self._intake.shoot))
        self._waiting: list[FoundFrame] = []
        self._came: dict[str, int] = {}  # places in the order, by sha256
        self._paired: str | None = None  # sha256 of the last photo that is in a pair

    @property
    def waiting(self) -> int:
        """How many frames wait for the rest of their scene."""
        return len(self._waiting)

    def add(self, frame: FoundFrame, *, paired: bool) -> Iterator[Seen]:
        """Take in a stored photo; ``paired`` if it is in a pair already. The caller says how many wait."""
        self._keep()
        earlier = self._shots.earlier(frame)
        again = frame.sha256 in self._came
        self._came.setdefault(frame.sha256, len(self._came))
        if paired:
            self._shots.counts(frame)
            self._waiting = [each for each in self._waiting if each not in (earlier, frame)]
            if not again:
                yield from self._known(frame)
        elif earlier:
            yield self._again(frame, earlier)
        elif self._shots.waits_for_raw(frame):
            yield Seen(
                frame.name,
                problem="It is left out: this camera stores RAW too, and of each shot that file counts.",
            )
        elif frame.sha256 not in (each.sha256 for each in self._waiting):  # else touched, or a copy
            self._shots.counts(frame)
            yield from self._new(frame)

    def _keep(self) -> None:
        """Stay with the shoot, even if somebody calls it otherwise meanwhile."""
        self._intake = kept(self._workspace, self._intake)

    def _again(self, frame: FoundFrame, earlier: FoundFrame) -> Seen:
        if not self._shots.is_better(frame, earlier) or earlier not in self._waiting:
            return Seen(frame.name, problem=f"This is the same shot as {earlier.name}: it is left out.")
        self._shots.counts(frame)
        self._waiting[self._waiting.index(earlier)] = frame
        return Seen(frame.name)

    def _known(self, frame: FoundFrame) -> Iterator[Seen]:
        """A frame that was paired before the watching began, or by somebody else."""
        strays, self._waiting, self._paired = self._waiting, [], frame.sha256
        for each in strays:
            yield Seen(each.name, problem=_STRAY)
        for pair in standing_of(self._workspace, frame.sha256):
            complete = {pair.factual_sha256, pair.counterfactual_sha256} <= self._came.keys()
            if complete and pair.shoot != self._intake.shoot.shoot:
                sentence = f"It is in a pair of the shoot {pair.shoot_name!r} of {pair.photographer} already."
                yield Seen(frame.name, problem=sentence)
            if complete and pair.verdict is None:
                # The watching ended between handing it in and measuring it.
                yield self._checked(frame.name, pair.pair, self._superseded(pair.pair))

    def _new(self, frame: FoundFrame) -> Iterator[Seen]:
        match self._found(frame):
            case Mending() as found if mended := self._mended(frame, found):
                yield mended
                return
            case Unclear(sentence=sentence):
                yield Seen(frame.name, problem=sentence)
        self._waiting.append(frame)
        if len(self._waiting) < self._frames:
            yield Seen(frame.name)
            return
        scene, self._waiting = self._waiting, []
        clean, factuals = (scene[0], scene[1:]) if self._intake.clean_first else (scene[-1], scene[:-1])
        made = hand_in_all(
            self._workspace,
            [each.sha256 for each in factuals],
            clean.sha256,
            shoot=self._intake.shoot,
            by=self._intake.by,
            object_name=self._intake.object_name,
        )
        self._keep()
        self._paired = frame.sha256
        for each in made:
            yield self._checked(frame.name, each.pair)

    def _checked(self, name: str, pair: UUID, supersedes: UUID | None = None) -> Seen:
        try:
            report = check(self._workspace, pair, models=self._models)
        except PhotoError as error:
            return Seen(name, problem=str(error), supersedes=supersedes)
        return Seen(name, report=report, supersedes=supersedes)

    def _superseded(self, pair: UUID) -> UUID | None:
        return next(iter(shown(self._workspace, pair).supersedes), None)

    def _found(self, frame: FoundFrame) -> Mending | Unclear | None:
        if self._frames != 2 or self._waiting or self._paired is None:
            return None
        return mending(self._workspace, self._paired, frame.sha256, self._came, self._intake)

    def _mended(self, frame: FoundFrame, found: Mending) -> Seen | None:
        """What became of the pair, None if its place was not free any more: the photo begins a scene."""
        try:
            made = hand_in(
                self._workspace,
                found.factual_sha256,
                found.counterfactual_sha256,
                shoot=self._intake.shoot,
                by=self._intake.by,
                object_name=found.old.object_name or self._intake.object_name,
                supersedes=found.old.pair,
                unless_accepted=True,
            )
        except DecisionError:  # somebody mended or accepted it in the app while this one was measured
            return None
        self._paired = frame.sha256
        return self._checked(frame.name, made.pair, found.old.pair)
