"""Documents in which clients ask for a change: read, marked as done in the commit that does it, and answered.

The mark is what makes a change happen once, however often somebody is told of the document: the commit with the change
is refused where the document is not as it was read any more, so of two at a time, one does nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from google.api_core.exceptions import FailedPrecondition
from google.cloud.firestore import Client, WriteBatch

from flask_hearth.edit_names import EXPIRES
from flask_hearth.stores.clock import Clock
from flask_hearth.stores.firestore.calls import Calls, translate_errors
from flask_hearth.stores.interface import UnavailableError
from flask_hearth.stores.writes import Create, Write

KEPT: Final = timedelta(days=7)
"""How long an answer stays for its client."""

_DONE: Final = "done"


@dataclass(kw_only=True)
class Edit:
    """A document, as it was read."""

    path: str
    fields: Mapping[str, Any]
    time: Any
    """Of its last change."""
    done: bool
    """Whether the change is committed."""
    made: str | None = None
    """The id of the object that the change created, if it did."""

    @property
    def is_answered(self) -> bool:
        return "result" in self.fields

    def text(self, name: str) -> str:
        """A field of the client's; empty where there is none, or no text."""
        found = self.fields.get(name)
        return found if isinstance(found, str) else ""


class Mark:
    """What a commit does besides, so that the document tells of it."""

    def __init__(self, client: Client, edit: Edit, collection: str) -> None:
        self._client, self._edit, self._collection = client, edit, collection

    def add(self, batch: WriteBatch, writes: Sequence[Write]) -> None:
        created = [each for each in writes if isinstance(each, Create)]
        self._edit.made = next((each.id for each in created if each.declaration.name == self._collection), None)
        only = self._client.write_option(last_update_time=self._edit.time)
        batch.update(self._client.document(self._edit.path), {_DONE: {"made": self._edit.made}}, option=only)

    def committed(self) -> None:
        """No further commit has to tell."""
        self._edit.done = True
        _MARKING.set(None)


_MARKING: Final[ContextVar[Mark | None]] = ContextVar("marking", default=None)


def marking() -> Mark | None:
    """What the next commit has to do besides."""
    return _MARKING.get()


class Edits:
    """The documents of one database."""

    def __init__(self, client: Client, calls: Calls, clock: Clock) -> None:
        self._client, self._calls, self._clock = client, calls, clock

    def read(self, path: str) -> Edit | None:
        """None where there is none, any more."""
        with translate_errors():
            found = self._client.document(path).get(**self._calls.reading)
        if not found.exists:
            return None
        fields = found.to_dict() or {}
        done = fields.get(_DONE)
        made = done.get("made") if isinstance(done, dict) else None
        return Edit(path=path, fields=fields, time=found.update_time, done=done is not None, made=made)

    @contextmanager
    def doing(self, edit: Edit, collection: str) -> Iterator[None]:
        """Within, the first commit of this thread also marks the document, and notes what it creates in `collection`.

        A commit raises UnavailableError where the document has changed since it was read.
        """
        token = _MARKING.set(Mark(self._client, edit, collection))
        try:
            yield
        finally:
            _MARKING.reset(token)

    def answer(self, edit: Edit, result: Mapping[str, Any]) -> None:
        """Leave the result for the client. Raises UnavailableError where another answer may be on its way."""
        only = None if edit.done else self._client.write_option(last_update_time=edit.time)
        fields = {"result": dict(result), EXPIRES: self._clock() + KEPT}
        try:
            with translate_errors():
                self._client.document(edit.path).update(fields, option=only, **self._calls.writing)
        except FailedPrecondition as error:
            raise UnavailableError("The document has changed meanwhile.") from error
