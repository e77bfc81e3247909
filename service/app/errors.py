"""Every error of the app in one shape: problem details (RFC 9457), or a page for who asks for HTML.

Caching of errors is not settled here but for all of them in `headers`. Errors that gunicorn answers before the app
sees a request (a malformed request line, say) keep gunicorn's own shape.
"""

import json

from flask import Flask, Response, render_template, request
from werkzeug.exceptions import HTTPException, InternalServerError, default_exceptions

PROBLEM_JSON = "application/problem+json"


def register(app: Flask) -> None:
    """Answer each HTTPException, and by way of 500 each exception that nobody caught (Flask logs that one)."""
    app.register_error_handler(HTTPException, answer)


def answer(error: HTTPException) -> Response | HTTPException:
    """`type` is about:blank, so `title` is the status phrase; `detail` is fit for strangers."""
    if error.code is None:
        # abort() was given a whole response.
        return error
    problem = {"type": "about:blank", "title": error.name, "status": error.code, "detail": _detail(error)}
    # The exception's own headers stay: Allow of a 405, Retry-After, WWW-Authenticate.
    response = Response(status=error.code, headers=error.get_headers())
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


def _detail(error: HTTPException) -> str | None:
    """What the view tells the client; from 500 on the status's usual text, as the view's may tell of our inside."""
    if error.code is not None and error.code >= InternalServerError.code:
        return default_exceptions.get(error.code, InternalServerError).description
    return error.description
