"""Every error of the app in one shape: problem details (RFC 9457), or a page for who asks for HTML.

Clients of the API get problem details whatever they accept: a program that reads one shape needs no second one.
Caching of errors is not settled here but for all of them in `headers`. Errors that gunicorn answers before the app
sees a request (a malformed request line, say) keep gunicorn's own shape.
"""

import json
import logging
from collections.abc import Mapping, Sequence
from typing import Any, Final

from flask import Flask, current_app, render_template, request
from werkzeug.exceptions import HTTPException, InternalServerError, default_exceptions
from werkzeug.wrappers import Response

from flask_hearth import templating
from flask_hearth.stores.interface import UnavailableError

PROBLEM_JSON: Final = "application/problem+json"

API_PATH: Final = "HEARTH_API_PATH"
"""Key of `app.config`: below which path the API is, DEFAULT_API_PATH without. Errors there are never pages."""

DEFAULT_API_PATH: Final = "/api"

RETRY_SECONDS: Final = 5
"""How long a client should wait for the store to come back: about as long as a failover of a small database takes."""

_log = logging.getLogger(__name__)


class Problem(HTTPException):
    """An error that tells its client more than the status does.

    Each of `errors` names a part of the request (`pointer` into the body, `parameter` of the query, or `header`) and
    says in `detail` what is wrong with it. `headers` are added to the answer.
    """

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.code = status
        self.errors = tuple(errors)
        self._headers = dict(headers or {})

    def get_headers(self, *arguments: Any, **more: Any) -> list[tuple[str, str]]:
        return [*super().get_headers(*arguments, **more), *self._headers.items()]


def init_app(app: Flask) -> None:
    """Answer each HTTPException, and by way of 500 each exception that nobody caught (Flask logs that one).

    Not where the app does so itself, by a handler for HTTPException or for Exception; one for a status comes first in
    any case, as Flask looks for the closest.
    """
    templating.init_app(app)
    api_path(app)
    own = app.error_handler_spec[None][None]
    if HTTPException not in own and Exception not in own:
        app.register_error_handler(HTTPException, error_response)
    app.register_error_handler(UnavailableError, unavailable)


def api_path(app: Flask) -> str:
    """What API_PATH says of an app."""
    return str(app.config.setdefault(API_PATH, DEFAULT_API_PATH))


def is_api(path: str) -> bool:
    """Whether a path of the app at work belongs to the API."""
    return path.startswith(f"{current_app.config[API_PATH]}/v1/")


def error_response(error: HTTPException) -> Response:
    """`type` is about:blank, so `title` is the status phrase; `detail` is fit for strangers."""
    # The exception's own response has its headers: Allow of a 405, Retry-After, WWW-Authenticate.
    response = error.get_response()
    status = response.status_code
    problem: dict[str, object] = {
        "type": "about:blank",
        "title": error.name,
        "status": status,
        "detail": _detail(status, error),
    }
    if faults := getattr(error, "errors", ()):
        problem["errors"] = list(faults)
    response.vary.add("Accept")
    if _wants_html():
        response.content_type = "text/html; charset=utf-8"
        response.set_data(render_template("hearth/error.html", problem=problem))
    else:
        response.content_type = PROBLEM_JSON
        response.set_data(json.dumps(problem))
    return response


def unavailable(error: UnavailableError) -> Response:
    """503 while the store is away. A restart would not bring it back, so this is no failure of the instance."""
    _log.warning("The store is unavailable: %s", error)
    return error_response(Problem(503, str(error), headers={"Retry-After": str(RETRY_SECONDS)}))


def _wants_html() -> bool:
    """Whether HTML is liked better than JSON, as by a browser; `*/*` or no preference is a program."""
    if is_api(request.path):
        return False
    accepted = request.accept_mimetypes
    return accepted.quality("text/html") > max(accepted.quality("application/json"), accepted.quality(PROBLEM_JSON))


def _detail(status: int, error: HTTPException) -> str | None:
    """What the view tells the client; from 500 on the status's usual text, as the view's may tell of our inside."""
    if status >= InternalServerError.code:
        return default_exceptions.get(status, InternalServerError).description
    return error.description
