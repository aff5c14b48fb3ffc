"""A Postgres server of our own inside the workspace, started when needed and stopped by the last user.

Three lock files in ``<workspace>/postgres`` carry the whole protocol; the kernel drops a lock with its
holder, so no crash leaves one behind:

``start.lock``   exclusive while somebody starts or stops the server.
``use.lock``     shared by every process that uses the server; who can have it alone is the last one.
``server.lock``  inherited by the server and all its children: held means a server is alive on this data,
                 whatever a stale, copied or re-used process id in ``postmaster.pid`` says.
"""

from curate.database.embedded.server import EmbeddedPostgres, stop

__all__ = ["EmbeddedPostgres", "stop"]
