"""How large a form may be, before it is read: as the fields of a valid object, each byte of which it may escape."""

from typing import Final

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge

from flask_hearth.api import body
from flask_hearth.model.declaration import Declaration
from flask_hearth.model.size import largest
from flask_hearth.pages.field import controls
from flask_hearth.pages.fields import fields

_ESCAPED_BYTES: Final = 3
"""`%5B` for a `[` of a field that is written as JSON."""

_OTHER_FIELDS: Final = 64
"""Those that go with a form unseen, and room for what browsers add."""


def largest_form(declaration: Declaration) -> int | None:
    """Bytes; None for what has no bound of its own."""
    size = largest(declaration).bytes
    return None if size is None else _ESCAPED_BYTES * size


def hold_form(declaration: Declaration) -> None:
    """Raises RequestEntityTooLarge (413). A form's fields are made as many as there are signs between them."""
    most = largest_form(declaration)
    request.max_form_parts = len(controls(fields(declaration))) + _OTHER_FIELDS
    if request.mimetype == "multipart/form-data":
        request.max_content_length = request.max_form_memory_size = body.limit(most)
    else:
        request.max_form_memory_size = body.limit(most) + 1
        if body.read_bytes(most, cache=True).count(b"&") >= request.max_form_parts:
            raise RequestEntityTooLarge
