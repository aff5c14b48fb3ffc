"""Wrong usage: what the parser of the command line raises, and a sentence for what is often typed wrong."""

from __future__ import annotations

from typing import Any, cast

import typer
from typer.core import TyperCommand

# Of click, or of the copy of it that later versions of typer bring along.
UsageError = cast("type[typer.BadParameter]", typer.BadParameter.__base__)


class BandCommand(TyperCommand):
    """A command with --band, which takes two words: said with an example where it was typed otherwise."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)
        except UsageError as error:
            if "'--band'" in error.format_message():
                error.message = f"{error.message.removesuffix('.')}: type --band 0.4 0.8."
            raise
