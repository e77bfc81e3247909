"""Changes of what others change as well: tried again over the new state, so that nobody's change in between is lost."""

import random
import time
from collections.abc import Callable
from typing import Final, TypeVar

from flask_hearth import problems, storage
from flask_hearth.errors import Problem
from flask_hearth.stores.interface import VersionError

ATTEMPTS: Final = 8
_FIRST_PAUSE_SECONDS: Final = 0.01

Written = TypeVar("Written")


def until_written(singular: str, work: Callable[[], Written]) -> Written:
    """What `work` returns: it reads, and writes over the state that it read, again after each VersionError.

    Raises Problem (409) where others keep being faster.
    """
    for attempt in range(ATTEMPTS):
        try:
            return work()
        except VersionError:
            storage.release()
            pause(attempt)
    raise Problem(
        problems.EDIT_CONFLICT,
        f"Others changed the {singular} {ATTEMPTS} times during this request. Send it again.",
        headers={"Retry-After": "1"},
    )


def pause(attempt: int) -> None:
    """Not all at once again: of those who collide, one goes on. The first attempt is 0."""
    time.sleep(random.uniform(0, _FIRST_PAUSE_SECONDS * 2**attempt))  # noqa: S311 - no secret
