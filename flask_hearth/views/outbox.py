"""Refreshes that wait, each as a record that was made in one commit with what it is for.

A record is removed once its views are refreshed: at least once, in any order, by several at a time. It says which views
to look at and nothing of what they are, so that none can bring back an old state. `flask hearth rebuild` is one more
record, of all views, with a name of its own.
"""

import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final

from flask_hearth.stores.clock import utc_now
from flask_hearth.stores.interface import (
    OLDEST_FIRST,
    ExistsError,
    MissingError,
    Position,
    Record,
    VersionError,
    position,
)
from flask_hearth.stores.writes import Create
from flask_hearth.views.declaration import View
from flask_hearth.views.inputs import by_reference, keyed_by
from flask_hearth.views.refreshing import refresh
from flask_hearth.views.stored import REFRESHES, Places, Refresh, document_declaration

TASK: Final = "refresh-views"
"""The task that drains, in an app with tasks."""

PAGE: Final = 100
REBUILD_PAGE: Final = 500
"""The more at once, the fewer objects that several views refer to are read more than once."""

KEPT: Final = timedelta(days=1)
"""How long a document without a view stays. Far longer than any write may take that has read that it was there."""


def record(view: View[Any], *, ids: Sequence[str] = (), field: str | None = None, object: str | None = None) -> Create:
    """To be written with what it is for."""
    fields = Refresh(view=view.name, ids=list(ids), field=field, object=object).model_dump()
    return Create(declaration=REFRESHES, id=str(uuid.uuid4()), fields=fields)


def step(places: Places, views: Sequence[View[Any]], waiting: Record, *, limit: int | None = None) -> Record | None:
    """Refresh up to `limit` views, as many as its view does at once without; what is left to do, if anything is.

    None also where somebody else is at the same record.
    """
    fields = dict(waiting.fields)
    view = next((each for each in views if each.name == fields["view"]), None)
    left = None if view is None else _advance(places, view, fields, limit or view.at_once)
    try:
        if left is None:
            places.domain.delete(REFRESHES, waiting.id, expected=waiting.version)
            return None
        return places.domain.replace(REFRESHES, waiting.id, left, expected=waiting.version)
    except (MissingError, VersionError):
        return None


def drain(places: Places, views: Sequence[View[Any]], *, seconds: float) -> bool:
    """Do what waits, for about so long. Whether nothing waits any more."""
    end = time.monotonic() + seconds
    while waiting := places.domain.page(REFRESHES, limit=PAGE).records:
        for each in waiting:
            left: Record | None = each
            while left is not None:
                if time.monotonic() > end:
                    return False
                left = step(places, views, left, limit=PAGE)
    return True


def rebuild(places: Places, view: View[Any]) -> Iterator[int]:
    """Refresh all of a view, from where the last rebuild was stopped; how many are done, again and again."""
    name = f"rebuild-{view.name}"
    with suppress(ExistsError):
        places.domain.create(REFRESHES, name, Refresh(view=view.name).model_dump())
    # Read each time, as a drain may be at it too.
    while waiting := places.domain.get_many(REFRESHES, [name]):
        yield waiting[0].fields["done"]
        step(places, [view], waiting[0], limit=REBUILD_PAGE)
    yield from _sweep(places, view)


def _advance(places: Places, view: View[Any], fields: dict[str, Any], limit: int) -> dict[str, Any] | None:
    """One step; the fields of the record after it, None where it was the last."""
    if fields["ids"]:
        refresh(view, fields["ids"][:limit], places)
        rest = fields["ids"][limit:]
        return fields | {"ids": rest, "done": fields["done"] + limit} if rest else None
    query = OLDEST_FIRST if fields["field"] is None else by_reference(fields["field"], fields["object"])
    after = None
    if fields["after"]:
        after = Position(value=datetime.fromisoformat(fields["after"][0]), id=fields["after"][1])
    page = places.domain.page(keyed_by(view), query, limit=limit, after=after)
    refresh(view, [each.id for each in page.records], places, known=page.records)
    if not page.more:
        return None
    last = position(page.records[-1])
    return fields | {"after": [last.value.isoformat(), last.id], "done": fields["done"] + len(page.records)}


def _sweep(places: Places, view: View[Any]) -> Iterator[int]:
    """Look at documents whose object is gone, and remove those that have had no view for long."""
    documents, done = document_declaration(view), 0
    if places.views.count(documents) <= places.domain.count(keyed_by(view)):
        return
    after, more = None, True
    while more:
        page = places.views.page(documents, limit=REBUILD_PAGE, after=after)
        more, after = page.more, position(page.records[-1]) if page.records else None
        there = {each.id for each in places.domain.get_many(keyed_by(view), [each.id for each in page.records])}
        gone = [each for each in page.records if each.id not in there]
        refresh(view, [each.id for each in gone], places)
        for each in gone:
            if each.fields["content"] is None and each.updated_at < utc_now() - KEPT:
                with suppress(MissingError, VersionError):
                    places.views.delete(documents, each.id, expected=each.version)
        done += len(gone)
        yield done
