"""Finds documents that are not what their view is. Changes nothing, and reads everything."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from flask_hearth.model.declaration import Declaration
from flask_hearth.stores.interface import Position, Record, Store, position
from flask_hearth.views.declaration import View
from flask_hearth.views.inputs import Objects, keyed_by
from flask_hearth.views.refreshing import UnmadeError, document
from flask_hearth.views.stored import Places, document_declaration

_PAGE: Final = 100


def faults(places: Places, view: View[Any]) -> Iterator[str]:
    """What is wrong, in a line each: with the view of each object, and with documents whose object is gone."""
    for records in _pages(places.domain, keyed_by(view)):
        yield from _faults(places, view, [each.id for each in records])
    for records in _pages(places.views, document_declaration(view)):
        there = {each.id for each in places.domain.get_many(keyed_by(view), [each.id for each in records])}
        yield from _faults(places, view, [each.id for each in records if each.id not in there])


def _faults(places: Places, view: View[Any], ids: Sequence[str]) -> Iterator[str]:
    if not ids:
        return
    found = {each.id: each for each in places.views.get_many(document_declaration(view), ids)}
    objects = Objects(places.domain)
    objects.fetch_for(view, ids)
    for each in ids:
        if fault := _fault(view, each, objects, found.get(each)):
            # Once more and alone, as the domain may be written to at this moment.
            yield from [f"{view.name}/{each} {fault}."] if len(ids) == 1 else _faults(places, view, [each])


def _fault(view: View[Any], id: str, objects: Objects, found: Record | None) -> str | None:
    try:
        expected = document(view, id, objects)
    except UnmadeError as error:
        return f"can't be made: {str(error).removesuffix('.')}"
    content = None if found is None else found.fields["content"]
    if content is None and expected["content"] is not None:
        return "is missing"
    if content is not None and expected["content"] is None:
        return "is orphaned: an object that it needs is gone"
    if found is not None and content is not None and found.fields["made_by"] != view.version:
        return f"is stale: made by version {found.fields['made_by']} of its function, which is {view.version} now"
    return None if content == expected["content"] else "is stale: its objects, or its function, make something else"


def _pages(store: Store, declaration: Declaration) -> Iterator[Sequence[Record]]:
    after: Position | None = None
    more = True
    while more:
        page = store.page(declaration, limit=_PAGE, after=after)
        more = page.more
        if page.records:
            yield page.records
            after = position(page.records[-1])
