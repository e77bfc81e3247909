"""Where clients write what they want changed, and where the service is told of it (`flask_hearth.views.edits`).

Imports nothing but Python's own, as the stack that declares the trigger names the same.
"""

import re
from typing import Final

PATH: Final = "/_edits"
"""Of the service, beside that of tasks (`flask_hearth.task_names`)."""

EDITORS: Final = "view_editors"
EDITS: Final = "view_edits"
PATTERN: Final = f"{EDITORS}/{{user}}/{EDITS}/{{edit}}"
"""A user's documents are below one with the user's id, which itself is never written."""

EXPIRES: Final = "expires_at"
"""The field of an answered document that says when it is of no use any more."""

ID: Final = "[A-Za-z0-9_-]{1,64}"
"""Of a document: what its name in a header needs no quoting for. Firebase's own libraries draw twenty of these."""

DOCUMENT: Final = re.compile(rf"{EDITORS}/(?P<user>[^/]{{1,128}})/{EDITS}/{ID}")
