"""Every error a user can meet: one sentence that says what is wrong and what to type next.

The command line catches ``CurateError`` once, prints ``Error: <sentence>`` and exits 1.
"""


class CurateError(Exception):
    """Base of all errors that are meant for the user's eyes."""


class WorkspaceError(CurateError):
    """The workspace is missing, belongs to somebody else, is a copy, or cannot be written."""


class SettingsError(CurateError):
    """A setting or option has a value that cannot be used."""


class MemoryLimitError(CurateError):
    """More memory is needed than was allowed; what is done so far stays for another attempt."""


class DatabaseError(CurateError):
    """Postgres cannot be started, reached or used."""


class SchemaError(DatabaseError):
    """The database schema is older or newer than this program."""


class MediaError(CurateError):
    """The media store does not answer, is another workspace's, or cannot be written."""


class MediaMissingError(MediaError):
    """The media store answers and has no such file."""


class MediaDamagedError(MediaError):
    """A stored file does not hold the bytes it is named after."""


class RoomError(CurateError):
    """A disk has no room for what somebody hands in."""


class SearchIndexError(CurateError):
    """The vector index is locked, missing or does not match."""


class PhotoError(CurateError):
    """One photo cannot be read. Becomes a row in ``failures``; never stops a run."""


class PhotoSetupError(PhotoError):
    """A photo that may be sound, and cannot be read as this computer is set up."""


class AnnotationError(CurateError):
    """A file of human boxes cannot be understood."""


class ModelError(CurateError):
    """A model is unknown, its library or weights are missing, or its weights do not fit."""


class RemovalError(CurateError):
    """One object could not be removed from one photo. Becomes a row in ``failures``; never stops a run."""


class CaptionError(CurateError):
    """One picture could not be described. Becomes a row in ``failures``; never stops a run."""


class NotFoundError(CurateError):
    """What was asked for by id does not exist."""


class DecisionError(CurateError):
    """A decision does not fit the item it is about."""


class ConflictError(DecisionError):
    """What the reviewer saw is no longer how things are, so nothing was stored."""

    def __init__(self, code: str, sentence: str) -> None:
        """Code: ``stale``, ``taken``, ``verdict`` or ``nothing``, for a screen to act on."""
        super().__init__(sentence)
        self.code = code


class AccessError(CurateError):
    """A person may not do this."""


class ExportError(CurateError):
    """A manifest cannot be written from what is approved."""


class VerificationError(CurateError):
    """An exported manifest is not what it says it is."""
