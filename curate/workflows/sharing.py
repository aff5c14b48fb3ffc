"""What has to be in place before the review app may be opened to more people than one."""

from __future__ import annotations

import secrets
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from curate.database import people
from curate.errors import SettingsError, WorkspaceError
from curate.media import write_atomically
from curate.workflows.people import ADMIN
from curate.workspace import Workspace

_NEEDED = ("public_url", "oidc_metadata_url", "oidc_client_id", "oidc_client_secret")
_COOKIE_FILE = "cookie-secret"
_STANDARD_PORTS = {"http": ":80", "https": ":443"}
_SHORTEST_SECRET = 32  # characters; ours has 64


def check(workspace: Workspace) -> None:
    """Raise unless people can log in and somebody may let others in.

    Raises:
        SettingsError: a setting is missing or unusable, or there is no admin.
    """
    missing = [f"CURATE_{name.upper()}" for name in _NEEDED if not getattr(workspace.settings, name)]
    if missing:
        raise SettingsError(f"People cannot log in to a shared review app yet: set {', '.join(missing)}.")
    public_origin(workspace)
    with workspace.transaction() as session:
        if not people.anybody_is(session, ADMIN):
            raise SettingsError(
                "A shared review app needs an admin: type `curate people add EMAIL --role admin`."
            )


def public_origin(workspace: Workspace) -> str:
    """Scheme, host and port that people reach the shared app under, as a browser writes an origin.

    Raises:
        SettingsError: the setting is no such URL, has a path, or would send sessions unencrypted.
    """
    url = _split(workspace.settings.public_url or "")
    if url is None or url.hostname is None:
        raise SettingsError(
            "CURATE_PUBLIC_URL is scheme and host only: set one such as https://review.lab.org."
        )
    if url.scheme == "http" and not is_loopback(url.hostname):
        raise SettingsError("CURATE_PUBLIC_URL would send sessions unencrypted: let it start with https://.")
    return f"{url.scheme}://{url.netloc.removesuffix(_STANDARD_PORTS[url.scheme])}"


def _split(text: str) -> SplitResult | None:
    try:
        url = urlsplit(text.lower())
        usable = url.scheme in _STANDARD_PORTS and url.port != 0 and "@" not in url.netloc
    except ValueError:  # brackets that do not close, a port that is no number
        return None
    return url if usable and url.path in ("", "/") and not url.query and not url.fragment else None


def is_loopback(host: str) -> bool:
    """Whether only programs on this machine can mean this host name or address (no port, no brackets)."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def cookie_secret(workspace: Workspace) -> str:
    """The secret that signs sessions: the setting, else one made for this workspace and kept in it.

    Raises:
        SettingsError: the setting is too short.
        WorkspaceError: it cannot be kept.
    """
    if workspace.settings.cookie_secret is not None:
        given = workspace.settings.cookie_secret.get_secret_value()
        if len(given) < _SHORTEST_SECRET:
            raise SettingsError(
                "CURATE_COOKIE_SECRET is easily guessed: "
                f"give it at least {_SHORTEST_SECRET} random characters."
            )
        return given
    path = workspace.data / _COOKIE_FILE
    try:
        if not path.exists():
            write_atomically(path, secrets.token_hex(32).encode())
        return path.read_text(encoding="ascii")
    except OSError as error:
        raise WorkspaceError(
            f"{path} cannot be used ({error.strerror}): mend it, or set CURATE_COOKIE_SECRET."
        ) from error
