"""What to do when nothing gives a record, by the reasons why not."""

from __future__ import annotations

from collections.abc import Mapping

from curate.errors import ExportError
from curate.workflows.export_options import LeftOut, reasons

_ADJUDICATE = "let an adjudicator settle them in `curate review`"
_STEPS: Mapping[str, str] = {
    "--include-automatic": (
        "accept them in `curate review`, or take what a policy accepted with --include-automatic"
    ),
    "disagree": _ADJUDICATE,
    "disputed": _ADJUDICATE,
    "flagged": _ADJUDICATE,
}
"""What to do by a word of the reason; other reasons are the task's own."""


def refuse_nothing(left_out: LeftOut, steps: Mapping[str, str], what: str = "record") -> None:
    """Raise ``ExportError`` if it is for reasons that there is nothing to export.

    Args:
        left_out: What gave nothing, by reason.
        steps: What to do by words of the task's own reasons, and by no words in all other cases.
        what: Nothing of which came out.
    """
    if why := reasons(left_out):
        raise ExportError(f"No {what} can be exported ({why}): {_advice(left_out, steps)}.")


def _advice(left_out: LeftOut, steps: Mapping[str, str]) -> str:
    own = {words: step for words, step in steps.items() if words}
    known = {**own, **_STEPS, "": steps[""]}
    told = (
        next(step for words, step in known.items() if words in reason)
        for reason, gone in left_out.items()
        if gone
    )
    return "; or ".join(dict.fromkeys(told))
