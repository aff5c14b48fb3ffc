"""The README's command reference, made from the commands themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer

from curate.cli.app import app


def markdown() -> str:
    """One table row per command, with its help and its options."""
    lines = ["| command | what it does | options |", "|---|---|---|"]
    for name, command in _commands(typer.main.get_command(app), "curate"):
        options = " ".join(f"`{option}`" for option in _options(command))
        lines.append(f"| `{name}` | {' '.join((command.help or '').split())} | {options} |")
    return "\n".join(lines)


def _commands(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    below = getattr(command, "commands", {})
    if not below or command.invoke_without_command:
        yield f"{name}{_arguments(command)}", command
    for child in below:
        yield from _commands(below[child], f"{name} {child}")


def _arguments(command: Any) -> str:
    names = [
        parameter.name.replace("_", "-").upper() + ("..." if parameter.nargs == -1 else "")
        for parameter in command.params
        if parameter.param_type_name == "argument"
    ]
    return "".join(f" {each}" for each in names)


def _options(command: Any) -> list[str]:
    return [
        max(parameter.opts, key=len)
        for parameter in command.params
        if parameter.param_type_name == "option" and parameter.name != "help"
    ]
