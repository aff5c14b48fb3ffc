"""Settings: ``CURATE_*`` in the environment, then ``curate.toml`` of the workspace, then these defaults.

Nothing here is created at import; the command line makes one ``Settings`` per command.
"""

from __future__ import annotations

import getpass
import os
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from curate.errors import SettingsError


class OutsideRemover(BaseModel):
    """``[removers.NAME]`` in ``curate.toml``: a removal model outside this program.

    What a command or an endpoint is given and has to give back stands in
    ``curate.vision.command_remover`` and ``curate.vision.http_remover``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    command: str | None = None
    """A program and its arguments, among them ``{photo}``, ``{mask}`` and ``{output}``; no shell reads it."""
    url: str | None = None
    """An endpoint of http or https, in place of a command."""
    version: str = ""
    """Raise it when the model behind it changes: what it made before is then made again."""
    timeout_seconds: float = Field(default=300.0, gt=0)
    """For one object."""
    padding: float = Field(default=0.5, ge=0)
    """What it is shown around the mask: share of the mask's width and height, on each side."""
    largest_side: int | None = Field(default=None, ge=64)
    """Longest side it is shown, pixels; its answer is enlarged. None: any."""
    token_variable: str | None = None
    """Environment variable with the bearer token of the endpoint."""


class Settings(BaseSettings):
    """Everything that can be set; ``curate.toml`` uses the field names, the environment ``CURATE_<NAME>``."""

    model_config = SettingsConfigDict(env_prefix="CURATE_", extra="forbid", frozen=True)

    workspace_id: str = ""
    """Written by ``curate init``; names the embedded database where it lies outside the workspace."""
    database_url: SecretStr | None = None
    """A Postgres server; the embedded one is used when this is not set."""
    qdrant_url: str | None = None
    """A Qdrant server; the embedded engine is used when this is not set."""
    qdrant_api_key: SecretStr | None = None
    media_url: str | None = None
    """Any fsspec URL for thumbnails and vector blocks; a folder of the workspace when this is not set."""
    models_dir: Path = Field(default_factory=lambda: user_cache_path("recurate") / "models")
    """Where pulled weights lie; shared by all workspaces of a user."""
    max_pixels: int = Field(default=200_000_000, gt=0)
    """A photo with more pixels than this is refused before it is decoded."""
    workers: int = Field(default_factory=lambda: len(os.sched_getaffinity(0)), ge=1)
    """Processes that read photos while others are written or looked at by a model."""
    device: str = "auto"
    """``auto``, ``cpu``, ``cuda`` or ``cuda:N``."""
    removers: dict[str, OutsideRemover] = Field(default_factory=dict)
    """Removal models of your own by name, in ``curate.toml`` only."""
    index_wait_seconds: float = Field(default=30.0, ge=0)
    """How long to wait for an embedded index that another command holds."""
    reviewer: str = Field(default_factory=getpass.getuser, min_length=1)
    """The name decisions of the command line, and of the review app without login, are signed with."""
    lease_seconds: float = Field(default=120.0, ge=1)
    """How long a review card stays with a reviewer whose window no longer answers."""
    rendition_cache_gb: float = Field(default=4.0, gt=0)
    """Room for the scaled pictures of the review app in the workspace; the oldest make way for new ones."""
    public_url: str | None = None
    """Where people reach the shared review app, such as ``https://review.lab.org``."""
    oidc_metadata_url: str | None = None
    """The login service's ``.well-known/openid-configuration``."""
    oidc_client_id: str | None = None
    oidc_client_secret: SecretStr | None = None
    cookie_secret: SecretStr | None = None
    """Signs session cookies; made once and kept in the workspace when this is not set."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (env_settings, init_settings)


def load_settings(toml_file: Path | None) -> Settings:
    """Settings of one workspace, or of none (``toml_file`` None).

    Raises:
        SettingsError: a value does not fit or a key is unknown.
    """
    try:
        values: dict[str, Any] = (
            TomlConfigSettingsSource(Settings, toml_file=toml_file)() if toml_file else {}
        )
        return Settings(**values)
    except ValidationError as error:
        raise SettingsError(_unfit(error, toml_file)) from error
    except (ValueError, OSError) as error:
        raise SettingsError(f"{toml_file} cannot be read ({error}): mend it, or remove the line.") from error


def _unfit(error: ValidationError, toml_file: Path | None) -> str:
    """What is wrong with the first value that does not fit, and where to mend it."""
    first = error.errors()[0]
    path = [str(part) for part in first["loc"]]
    name, variable = ".".join(path) or "?", f"CURATE_{path[0].upper()}" if path else "CURATE_..."
    # A key within a table can only stand in the file: no environment variable is called so.
    inside = len(path) > 1 and toml_file
    where = f"{toml_file}" if inside else f"{toml_file} or {variable}" if toml_file else variable
    if first["type"] != "extra_forbidden":
        return f"The setting {name!r} cannot be used ({first['msg']}): mend it in {where}."
    known = OutsideRemover.model_fields if path[0] == "removers" else Settings.model_fields
    return f"There is no setting {name!r}: mend it in {where}; there are {', '.join(known)}."
