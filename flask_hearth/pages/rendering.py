"""What the pages of collections have in common: how values are shown, and whether there are forms.

Private and never cached, because such a page belongs to a session and says what its reader may do.
"""

import json
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final
from urllib.parse import quote

from flask import Blueprint, current_app, get_flashed_messages, render_template, request

from flask_hearth import access, identity
from flask_hearth.model.declaration import Declaration
from flask_hearth.pages.field import Field, with_parts
from flask_hearth.pages.fields import fields, humanize, shown_fields, title
from flask_hearth.pages.texts import to_text
from flask_hearth.stores.interface import Query, Record

NOTHING: Final = "\N{EN DASH}"
"""Stands where there is no value."""

blueprint = Blueprint("collections", __name__)


def page(template: str, declaration: Declaration, **values: Any) -> str:
    """A page of a collection. It also says what the request before has done, once."""
    return render_template(
        f"hearth/collection/{template}",
        declaration=declaration,
        fields=fields(declaration),
        with_parts=tuple(with_parts(fields(declaration))),
        shown=tuple(with_parts(shown_fields(declaration))),
        may=partial(access.may, declaration),
        sign_in=sign_in(),
        user=identity.current(),
        account=_with_way_back(),
        done=get_flashed_messages(),
        **values,
    )


def sign_in() -> str | None:
    """Where who asks can sign in, to come back here; None where nobody can, or it is done already."""
    return _with_way_back() if identity.current() is None else None


def _with_way_back() -> str | None:
    """The page to sign in and out on, if there is one."""
    path = current_app.config.get(identity.SIGN_IN)
    if path is None:
        return None
    # After a form was sent, there is nothing to come back to but the list.
    back = request.path if request.method == "GET" else f"/{request.path.split('/')[1]}"
    return f"{path}?next={quote(back, safe='')}"


def display_name(declaration: Declaration, record: Record) -> str:
    """What an object goes by: its title; its id where that is blank, as a link needs a text."""
    value = record.fields[title(declaration).name]
    return ("" if value is None else str(value)).strip() or record.id


def display_value(value: Any, field: Field) -> str:
    """A stored value as people read it."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if field.item is not None:
        return "\n".join(display_value(each, field.item) for each in value) or NOTHING
    if field.kind == "json" or field.parts:
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def choices(field: Field) -> dict[str, str]:
    """Of a choice: the texts of its control, and what people read."""
    return {to_text(choice, field): display_value(choice, field) for choice in field.choices}


def describe_order(query: Query) -> str:
    """How a list is sorted, for its reader."""
    if query.order == "created_at":
        return "newest first" if query.descending else "oldest first"
    return f"by {humanize(query.order).lower()}{', the largest first' if query.descending else ''}"


def format_time(time: datetime) -> str:
    """In UTC and saying so: the service does not know where its reader is."""
    return f"{time.astimezone(UTC):%-d %B %Y, %H:%M} UTC"
