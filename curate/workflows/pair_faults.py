"""What measuring a pair may end in, as one sentence for whoever asked."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from curate.errors import CurateError, MediaDamagedError, MediaMissingError, PhotoError

_log = logging.getLogger("recurate.pairs")


@contextmanager
def measuring(pair: UUID) -> Iterator[None]:
    """Turn whatever one pair makes its measuring raise into a ``PhotoError``, with its cause in the log.

    OpenCV and numpy raise a dozen unrelated classes on pictures that nobody thought of, and a pair like that
    must not keep those behind it from being measured: the net is wide on purpose.
    """
    try:
        yield
    except (MediaMissingError, MediaDamagedError) as error:
        raise PhotoError(str(error)) from error
    except CurateError:
        raise
    except MemoryError as error:
        raise PhotoError("There is no memory left to measure the pair: end other programs first.") from error
    except Exception as error:
        _log.error("The pair %s cannot be measured", pair, exc_info=error)
        raise PhotoError(
            f"Measuring it ended in {type(error).__name__}, as the log tells: keep the files and report it."
        ) from error
