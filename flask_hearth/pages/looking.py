"""Pages that show a collection and its objects; what changes them is in `changing`."""

from typing import Any, Final

from flask import request, url_for
from werkzeug.wrappers import Response

from flask_hearth import errors, storage
from flask_hearth.api import cursors
from flask_hearth.errors import Problem
from flask_hearth.model.declaration import Declaration
from flask_hearth.pages.fields import fields
from flask_hearth.pages.rendering import blueprint, called, page
from flask_hearth.stores.interface import MissingError, Page, Position, Record

ROWS: Final = 20
COLUMNS: Final = 4
"""Of a list, the name included; the rest stands on the object's own page."""


@blueprint.get("/<paged:of>")
def index(of: Declaration) -> str:
    """A part of the list, oldest first, with the ways to the parts beside it.

    Unknown parameters are let pass: where people share links, others append theirs.
    """
    after, before = _position(of, "after"), _position(of, "before")
    if before is not None:
        found = storage.current().page(of, limit=ROWS, before=before)
        if not found.more:
            # The beginning is shown whole, however few were left before the part that one came from.
            before = None
    if before is None:
        found = storage.current().page(of, limit=ROWS, after=after)
    return page(
        "list.html",
        of,
        records=found.records,
        columns=[field for field in fields(of)[1:] if field.kind not in {"multiline", "json"}][: COLUMNS - 1],
        summary=next((field for field in fields(of)[1:] if field.kind == "multiline"), None),
        called=lambda record: called(of, record),
        total=storage.current().count(of),
        **_ways(of, found, begins=after is None and before is None),
    )


@blueprint.get("/<paged:of>/<id:id>")
def show(of: Declaration, id: str) -> str:
    """One object."""
    record = storage.current().get(of, id)
    return page("show.html", of, record=record, called=called(of, record))


@blueprint.errorhandler(MissingError)
def missing(_: MissingError) -> Response:
    """404; the route's arguments say of what."""
    of: Declaration = (request.view_args or {})["of"]
    return errors.answer(Problem(404, f"There is no such {of.singular}, or not any more."))


def _ways(of: Declaration, found: Page, *, begins: bool) -> dict[str, str | None]:
    """Where the parts before and after are.

    Of a part that was asked for by `before`, and is shown, there are always more: it is not the beginning. One came to
    it from a part that is after, so that `more` is right for the way on as well.
    """
    records = found.records
    return {
        "previous": _way(of, "before", records[0]) if records and not begins else None,
        "next": _way(of, "after", records[-1]) if records and found.more else None,
        "first": None if begins else url_for("collections.index", of=of),
    }


def _way(of: Declaration, parameter: str, record: Record) -> str:
    cursor = cursors.encode(of, Position(created_at=record.created_at, id=record.id))
    query: dict[str, Any] = {parameter: cursor}
    return url_for("collections.index", of=of, **query)


def _position(of: Declaration, parameter: str) -> Position | None:
    cursor = request.args.get(parameter)
    if cursor is None:
        return None
    try:
        return cursors.decode(of, cursor)
    except cursors.CursorError:
        raise Problem(
            422, f"This link into the list of {of.name} is damaged or too old. The list begins at /{of.name}."
        ) from None
