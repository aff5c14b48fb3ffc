"""Run a command with CURATE_DATABASE_URL set to a throwaway, migrated database.

python tests/with_postgres.py alembic check
python tests/with_postgres.py alembic revision --autogenerate -m "photos have a colour"
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from curate.database import schema
from curate.database.connection import engine
from curate.database.embedded import EmbeddedPostgres


def main(command: list[str]) -> int:
    with tempfile.TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder), "throwaway") as server:
        url = server.start()
        if schema.revisions():
            migrated = engine(url)
            schema.upgrade(migrated)
            migrated.dispose()
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
        environment = {**os.environ, "PATH": path, "CURATE_DATABASE_URL": url}
        return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
