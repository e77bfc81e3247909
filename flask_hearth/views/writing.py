"""Refreshes stored views with the domain: in the commit of each write, or by a record in it that says what to refresh.

It stands before the store, so that it sees every write, of the API, of pages and of Python alike.

What a write touches by key, or by a reference old or new, is refreshed in the same commit. By a record in it go: views
that refer to an object that is written, which may be any number; views that refer to another one from now on, as that
one may be written at this very moment; what is over a view's bound; and all of them, where views are in another store.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask_hearth import state
from flask_hearth.api.attempts import pause
from flask_hearth.model.declaration import Declaration, Model
from flask_hearth.stores.interface import Record, StoreError, TooLargeError, UnavailableError
from flask_hearth.stores.writes import Change, Check, Create, Delete, Replace, Write, key
from flask_hearth.tasks import QueueError, enqueue
from flask_hearth.views import outbox
from flask_hearth.views.declaration import View
from flask_hearth.views.inputs import Fields, Objects
from flask_hearth.views.refreshing import ATTEMPTS, CONFLICTS, without_faults, write_of
from flask_hearth.views.stored import REFRESHES, Places, document_declaration
from flask_hearth.views.touching import fields_of, touched

_log = logging.getLogger(__name__)


class RefreshingStore:
    """A `Store` in front of the domain's. What only reads is that one's own."""

    def __init__(self, places: Places, views: Sequence[View[Any]]) -> None:
        self._places = places
        self._views = views

    def __getattr__(self, name: str) -> Any:
        return getattr(self._places.domain, name)

    def create(self, declaration: Declaration, id: str, fields: Fields) -> Record | None:
        return self.commit([Create(declaration=declaration, id=id, fields=fields)])[0]

    def replace(self, declaration: Declaration, id: str, fields: Fields, *, expected: str | None) -> Record | None:
        return self.commit([Replace(declaration=declaration, id=id, fields=fields, expected=expected)])[0]

    def delete(self, declaration: Declaration, id: str, *, expected: str | None) -> None:
        self.commit([Delete(declaration=declaration, id=id, expected=expected)])

    def commit(self, writes: Sequence[Write]) -> Sequence[Record | None]:
        """As the store's, with the views. Raises UnavailableError where others keep writing the same views."""
        in_commit = not self._places.apart
        for attempt in range(ATTEMPTS):
            before = self._before(writes)
            pinned = [_pinned(write, before.get(key(write))) for write in writes]
            changes = [each for each in pinned if not isinstance(each, Check)]
            more = list(self._more(changes, before, in_commit=in_commit))
            try:
                done = self._places.domain.commit([*pinned, *more])
            except TooLargeError as error:
                if error.write is not None or not in_commit or not more:
                    raise
                in_commit = False
            except CONFLICTS as error:
                if any(error.write is ours and ours is theirs for ours, theirs in zip(pinned, writes, strict=True)):
                    raise
                pause(attempt)
            else:
                self._refresh_soon(done[len(writes) :], more)
                return done[: len(writes)]
        raise UnavailableError("Others keep changing the same views. Nothing was written.")

    def _before(self, writes: Sequence[Write]) -> Mapping[tuple[str, str], Record]:
        """The objects as they are, of models that a view is made of."""
        models = {each.model for view in self._views for each in view.inputs}
        ids: dict[Declaration, list[str]] = {}
        for write in writes:
            if write.declaration.model in models and not isinstance(write, Create | Check):
                ids.setdefault(write.declaration, []).append(write.id)
        return {
            (declaration.name, record.id): record
            for declaration, wanted in ids.items()
            for record in self._places.domain.get_many(declaration, wanted)
        }

    def _more(
        self, writes: Sequence[Change], before: Mapping[tuple[str, str], Record], *, in_commit: bool
    ) -> Iterator[Write]:
        """Documents of views, and records of what is refreshed later."""
        pending = {(each.declaration.model, each.id): fields_of(each) for each in writes}
        for view in self._views:
            found = touched(view, writes, before)
            at_once = found.ids if in_commit and len(found.ids) <= view.at_once else set()
            if later := found.ids - at_once | found.joining:
                yield outbox.record(view, ids=sorted(later))
            for name, referred in sorted(found.referred):
                yield outbox.record(view, field=name, object=referred)
            yield from self._documents(view, sorted(at_once), pending)

    def _documents(
        self, view: View[Any], ids: Sequence[str], pending: Mapping[tuple[type[Model], str], Fields | None]
    ) -> Iterator[Write]:
        if not ids:
            return
        # Before the objects: who changes one of these in between changes the document as well, and this commit fails.
        found = {each.id: each for each in self._places.views.get_many(document_declaration(view), ids)}
        objects = Objects(self._places.domain, pending)
        objects.fetch_for(view, ids)
        for each in ids:
            yield write_of(view, each, without_faults(view, each, objects), found.get(each))

    def _refresh_soon(self, done: Sequence[Record | None], more: Sequence[Write]) -> None:
        """What can be done of the records at once, before anybody is answered; a drain does the rest."""
        records = zip(done, more, strict=True)
        waiting = [record for record, write in records if record is not None and write.declaration is REFRESHES]
        try:
            if not self._places.apart:
                waiting = [left for each in waiting if (left := outbox.step(self._places, self._views, each))]
            if waiting:
                _ask_for_drain()
        except (StoreError, QueueError) as error:
            _log.warning("Views are refreshed later, by the next drain: %s", error)


def _ask_for_drain() -> None:
    known = state.current()
    if known.tasks is not None and known.queue is not None:
        enqueue(outbox.TASK)


def _pinned(write: Write, before: Record | None) -> Write:
    """The same, only over the state that was read: its references tell which views it leaves."""
    if isinstance(write, Create) or write.expected is not None or before is None:
        return write
    return replace(write, expected=before.version)
