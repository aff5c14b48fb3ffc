"""What can go wrong with the vector index: one sentence each, about the cause.

The package does not know which program uses it, so no message names a command: the caller adds that.
"""


class VectorIndexError(Exception):
    """Base of everything this package raises on purpose."""


class IndexLocked(VectorIndexError):
    """Another process holds the shard and did not let go within the wait."""


class IndexDamaged(VectorIndexError):
    """Files of a shard are missing or unreadable; it has to be built anew from the vectors."""


class IndexMismatch(VectorIndexError):
    """Vectors of another dimension than the collection holds."""


class IndexUnreachable(VectorIndexError):
    """The server does not answer, or refuses the API key."""


class ServerTooOld(VectorIndexError):
    """The server lacks what this package relies on."""


class ScratchInUse(VectorIndexError):
    """Another process keeps what it has finished in the same folder."""
