"""How long a call to Firestore may take, what is tried again, and what its errors mean.

The library's own policy tries a commit again after any trouble, for a minute. If the first one had been made after
all, its repetition is refused, and the client is told of a conflict with itself.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from google.api_core import exceptions
from google.api_core.retry import Retry, if_exception_type
from google.auth.exceptions import GoogleAuthError

from flask_hearth.stores.interface import UnavailableError

# NotFound and Forbidden are of the database here, not of a document: it isn't there yet, or the grant isn't.
_PASSING = (
    exceptions.ServerError,
    exceptions.TooManyRequests,
    exceptions.Aborted,
    exceptions.Cancelled,
    exceptions.Forbidden,
    exceptions.Unauthorized,
    exceptions.NotFound,
    exceptions.RetryError,
    GoogleAuthError,
)


class Calls:
    """Arguments for the library's methods: `**calls.reading`, `**calls.writing`."""

    def __init__(self, seconds: float) -> None:
        self.reading: dict[str, Any] = {
            "timeout": seconds,
            # A broken connection or a busy moment; a store that's really away is told of soon.
            "retry": _retry(exceptions.ServiceUnavailable, exceptions.Aborted, seconds=min(seconds, 1.0)),
        }
        self.writing: dict[str, Any] = {
            "timeout": seconds,
            # Aborted alone says for certain that nothing was written.
            "retry": _retry(exceptions.Aborted, seconds=seconds),
        }


@contextmanager
def translate_errors() -> Iterator[None]:
    """Raise UnavailableError for what may pass; callers catch before what they expect of a document."""
    try:
        yield
    except _PASSING as error:
        raise UnavailableError(f"Firestore can't be used now: {type(error).__name__}") from error


def _retry(*on: type[Exception], seconds: float) -> Retry:
    return Retry(predicate=if_exception_type(*on), initial=0.05, multiplier=2, maximum=0.5, timeout=seconds)
