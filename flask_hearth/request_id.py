"""What a request is called, so that somebody who got an error and somebody who reads the log mean the same one.

The trace that the request belongs to, which Cloud Run names on every request and by which Cloud Logging groups what
was logged meanwhile; one of our own where nobody named a trace.
"""

import uuid
from typing import Final

from flask import Flask, Response, g, request

from flask_hearth import templating, trace
from flask_hearth.headers import FIRST_ERROR

HEADER: Final = "X-Request-ID"
"""Set on errors alone: an answer that caches keep would tell everybody the id of who came first."""


def init_app(app: Flask) -> None:
    """Set HEADER on errors, and let templates write `{{ request_id() }}`."""
    app.after_request(_tell)
    templating.add_globals(app, request_id=current)


def current() -> str:
    """32 lowercase hex digits. Raises RuntimeError outside of a request."""
    if "request_id" not in g:
        found = trace.read(request.headers)
        g.request_id = uuid.uuid4().hex if found is None else found.id
    return str(g.request_id)


def _tell(response: Response) -> Response:
    if response.status_code >= FIRST_ERROR:
        response.headers[HEADER] = current()
    return response
