"""Pages that show a collection and its objects; what changes them is in `write_views`."""

from typing import Any, Final

from flask import request, url_for
from werkzeug.wrappers import Response

from flask_hearth import access, errors, problems, storage
from flask_hearth.api import cursors, filters
from flask_hearth.errors import Problem
from flask_hearth.model.declaration import Declaration
from flask_hearth.pages import references
from flask_hearth.pages.fields import shown_fields, title
from flask_hearth.pages.rendering import blueprint, display_name, page
from flask_hearth.stores.interface import MissingError, Page, Position, Query, Record, position

ROWS: Final = 20
COLUMNS: Final = 4
"""Of a list, the name included; the rest stands on the object's own page."""

_NO_COLUMNS: Final = {"multiline", "lines", "group", "json"}
"""Kinds of fields that take too much room for a list."""


@blueprint.get("/<paged:declaration>")
def index(declaration: Declaration) -> str:
    """A part of the list, with the ways to the parts beside it. Filters and order are those of the API.

    Unknown parameters are let pass: where people share links, others append theirs.
    """
    access.check(declaration, "list")
    query = filters.read_query(declaration)
    after, before = _position(declaration, query, "after"), _position(declaration, query, "before")
    if before is not None:
        found = storage.current().page(declaration, query, limit=ROWS, before=before)
        if not found.more:
            # The beginning is shown whole, however few were left before the part that one came from.
            before = None
    if before is None:
        found = storage.current().page(declaration, query, limit=ROWS, after=after)
    titled = title(declaration)
    others = [field for field in shown_fields(declaration) if field != titled]
    columns = [field for field in others if field.kind not in _NO_COLUMNS][: COLUMNS - 1]
    return page(
        "list.html",
        declaration,
        records=found.records,
        title=titled,
        columns=columns,
        names=references.names(
            found for record in found.records for found in references.within(record.fields, columns)
        ),
        summary=next((field for field in others if field.kind == "multiline"), None),
        display_name=lambda record: display_name(declaration, record),
        total=storage.current().count(declaration, query),
        query=query,
        **_ways(declaration, query, found, begins=after is None and before is None),
    )


@blueprint.get("/<paged:declaration>/<id:id>")
def show(declaration: Declaration, id: str) -> str:
    """One object."""
    access.check(declaration, "read")
    record = access.load(declaration, id)
    return page(
        "show.html",
        declaration,
        record=record,
        names=references.names(references.within(record.fields, shown_fields(declaration))),
        display_name=display_name(declaration, record),
    )


@blueprint.errorhandler(MissingError)
def missing(_: MissingError) -> Response:
    """404; the route's arguments say of what."""
    declaration: Declaration = (request.view_args or {})["declaration"]
    return errors.error_response(
        Problem(problems.NO_SUCH_OBJECT, f"There is no such {declaration.singular}, or it was removed.")
    )


def _ways(declaration: Declaration, query: Query, found: Page, *, begins: bool) -> dict[str, str | None]:
    """Where the parts before and after are.

    Of a part that was asked for by `before`, and is shown, there are always more: it is not the beginning. One came to
    it from a part that is after, so that `more` is right for the way on as well.
    """
    records = found.records

    def way(**more: Any) -> str:
        known = filters.parameters(declaration)
        asked: dict[str, Any] = {name: text for name, text in request.args.items() if name in known} | more
        return url_for("collections.index", declaration=declaration, **asked)

    def cursor(record: Record) -> str:
        return cursors.encode(declaration, query, position(record, query))

    return {
        "previous": way(before=cursor(records[0])) if records and not begins else None,
        "next": way(after=cursor(records[-1])) if records and found.more else None,
        "first": None if begins else way(),
    }


def _position(declaration: Declaration, query: Query, parameter: str) -> Position | None:
    cursor = request.args.get(parameter)
    if cursor is None:
        return None
    try:
        return cursors.decode(declaration, query, cursor)[0]
    except cursors.CursorError:
        raise Problem(
            problems.INVALID_QUERY,
            f"This link into the list of {declaration.name} is damaged or too old. "
            f"The list begins at /{declaration.name}.",
        ) from None
