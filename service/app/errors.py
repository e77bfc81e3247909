"""Every error of the app in one shape: problem details (RFC 9457), or a page for who asks for HTML.

Caching of errors is not settled here but for all of them in `headers`. Errors that gunicorn answers before the app
sees a request (a malformed request line, say) keep gunicorn's own shape.
"""

import json

from flask import Flask, render_template, request
from werkzeug.exceptions import HTTPException, InternalServerError, default_exceptions
from werkzeug.wrappers import Response

PROBLEM_JSON = "application/problem+json"


def register(app: Flask) -> None:
    """Answer each HTTPException, and by way of 500 each exception that nobody caught (Flask logs that one)."""
    app.register_error_handler(HTTPException, answer)


def answer(error: HTTPException) -> Response:
    """`type` is about:blank, so `title` is the status phrase; `detail` is fit for strangers."""
    # The exception's own response has its headers: Allow of a 405, Retry-After, WWW-Authenticate.
    response = error.get_response()
    status = response.status_code
    problem = {"type": "about:blank", "title": error.name, "status": status, "detail": _detail(status, error)}
    response.vary.add("Accept")
    if _wants_html():
        response.content_type = "text/html; charset=utf-8"
        response.set_data(render_template("error.html", problem=problem))
    else:
        response.content_type = PROBLEM_JSON
        response.set_data(json.dumps(problem))
    return response


def _wants_html() -> bool:
    """Whether HTML is liked better than JSON, as by a browser; `*/*` or no preference is a program."""
    accepted = request.accept_mimetypes
    return accepted.quality("text/html") > max(accepted.quality("application/json"), accepted.quality(PROBLEM_JSON))


def _detail(status: int, error: HTTPException) -> str | None:
    """What the view tells the client; from 500 on the status's usual text, as the view's may tell of our inside."""
    if status >= InternalServerError.code:
        return default_exceptions.get(status, InternalServerError).description
    return error.description
