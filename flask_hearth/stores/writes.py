"""What is written to an object and under which condition, and what is alike of several writes on every store."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from flask_hearth.model.declaration import Declaration
from flask_hearth.stores import limits
from flask_hearth.stores.interface import ExistsError, MissingError, TakenError, TooLargeError, VersionError

MAX_WRITES: Final = 500
"""Of a batch: ours, so that it stays within a call's deadline. Firestore names no number (its "Quotas and limits")."""

MAX_BYTES: Final = 4_000_000
"""Of a batch's objects: what Firestore's emulator takes in one message, 4 MiB, with room for how it is written there.
Firestore itself takes 10 MiB (Firestore documentation, "Quotas and limits", maximum API request size)."""


@dataclass(frozen=True, kw_only=True)
class Create:
    """Make an object whose id nobody has."""

    declaration: Declaration
    id: str
    fields: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Replace:
    """Write all fields of an object that is there. With `expected`, only if it has that version."""

    declaration: Declaration
    id: str
    fields: Mapping[str, Any]
    expected: str | None


@dataclass(frozen=True, kw_only=True)
class Delete:
    """Remove an object that is there. With `expected`, only if it has that version."""

    declaration: Declaration
    id: str
    expected: str | None


@dataclass(frozen=True, kw_only=True)
class Check:
    """Leave an object as it is, with its version and times, and make the other writes only if it has that version."""

    declaration: Declaration
    id: str
    expected: str


Change = Create | Replace | Delete

Write = Change | Check

Key = tuple[str, str]
"""A collection's name and an object's id."""


def key(write: Write) -> Key:
    return write.declaration.name, write.id


def check_batch(writes: Sequence[Write]) -> None:
    """Raises TooLargeError for more than every store takes at once, ValueError for two writes to one object.

    A check counts as a write.
    """
    if len(writes) > MAX_WRITES:
        raise TooLargeError(f"The batch has {len(writes)} writes, and {MAX_WRITES} are the most. Write it in parts.")
    if len({key(each) for each in writes}) < len(writes):
        raise ValueError("The batch writes twice to one object. Write its last state alone.")
    size = sum(limits.size(each.declaration, each.fields) for each in writes if isinstance(each, Create | Replace))
    if size > MAX_BYTES:
        raise TooLargeError(
            f"The batch's objects take {size:,} bytes, and {MAX_BYTES:,} are the most. Write it in parts."
        )


def check_condition(write: Write, version: str | None) -> None:
    """Raises ExistsError, MissingError or VersionError; `version` is the object's, None where there is none."""
    if isinstance(write, Create):
        if version is not None:
            raise ExistsError(write.id)
        return
    if version is None:
        raise MissingError(write.id)
    if write.expected not in {None, version}:
        raise VersionError(write.id)


@contextmanager
def naming(write: Write, writes: Sequence[Write]) -> Iterator[None]:
    """A refusal within has the write that it is of, and says which of a batch that is."""
    try:
        yield
    except (ExistsError, MissingError, VersionError, TakenError) as error:
        error.write = write
        if len(writes) > 1:
            error.add_note(
                f"This is of {write.declaration.name}/{write.id}, number {writes.index(write) + 1} of the batch's "
                f"{len(writes)} writes. None of them was made."
            )
        raise
