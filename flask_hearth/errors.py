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
from werkzeug.exceptions import HTTPException, InternalServerError, NotFound, default_exceptions
from werkzeug.http import HTTP_STATUS_CODES
from werkzeug.wrappers import Response

from flask_hearth import problems, routes_taken, templating
from flask_hearth.problems import Kind
from flask_hearth.stores.interface import FullError, TakenError, TooLargeError, UnavailableError

PROBLEM_JSON: Final = "application/problem+json"

API_PATH: Final = "HEARTH_API_PATH"
"""Key of `app.config`: below which path the API is, DEFAULT_API_PATH without. Errors there are never pages."""

DEFAULT_API_PATH: Final = "/api"

RETRY_SECONDS: Final = 5
"""How long a client should wait for the store to come back: about as long as a failover of a small database takes."""

_PHRASES: Final = {
    413: "Content Too Large",
    414: "URI Too Long",
    416: "Range Not Satisfiable",
    422: "Unprocessable Content",
}
"""RFC 9110, section 15, where Werkzeug still has those of the RFCs before."""

_log = logging.getLogger(__name__)


class Problem(HTTPException):
    """An error that tells its client more than the status does: its kind, or for a status alone what `detail` says.

    Each of `errors` names a part of the request (`pointer` into the body, `parameter` of the query, or `header`) and
    says in `detail` what is wrong with it. `headers` are added to the answer.
    """

    def __init__(
        self,
        kind: Kind | int,
        detail: str,
        *,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.kind = None if isinstance(kind, int) else kind
        self.code = kind if isinstance(kind, int) else kind.status
        self.errors = tuple(errors)
        self._headers = dict(headers or {})

    @property
    def name(self) -> str:
        """What is wrong, in a few words."""
        return phrase(self) if self.kind is None else self.kind.title

    def get_headers(self, *arguments: Any, **more: Any) -> list[tuple[str, str]]:
        return [*super().get_headers(*arguments, **more), *self._headers.items()]


def init_app(app: Flask) -> None:
    """Answer each HTTPException, and by way of 500 each exception that nobody caught (Flask logs that one).

    Not where the app does so itself, by a handler for HTTPException or for Exception; one for a status comes first in
    any case, as Flask looks for the closest.
    """
    templating.init_app(app)
    fix = f"Set {API_PATH} to another path."
    routes_taken.register(app, problems.blueprint, url_prefix=f"{api_path(app)}/problems", fix=fix)
    own = app.error_handler_spec[None][None]
    if HTTPException not in own and Exception not in own:
        app.register_error_handler(HTTPException, error_response)
    app.register_error_handler(UnavailableError, unavailable)
    app.register_error_handler(FullError, lambda error: error_response(full(error)))
    app.register_error_handler(TakenError, lambda error: error_response(taken(error)))
    app.register_error_handler(TooLargeError, lambda error: error_response(too_large(error)))


def plain_response(error: HTTPException) -> Response:
    """With the error's own headers (Allow of a 405, Retry-After, WWW-Authenticate) and the status's phrase of today."""
    response = error.get_response()
    if response.status_code in _PHRASES:
        response.status = f"{response.status_code} {_PHRASES[response.status_code]}"
    return response


def phrase(error: HTTPException) -> str:
    """The status's own."""
    return _PHRASES.get(error.code or 0) or HTTP_STATUS_CODES.get(error.code or 0, "Unknown Error")


def api_path(app: Flask) -> str:
    """What API_PATH says of an app."""
    return str(app.config.setdefault(API_PATH, DEFAULT_API_PATH))


def is_api(path: str) -> bool:
    """Whether a path of the app at work belongs to the API."""
    return path.startswith(f"{current_app.config[API_PATH]}/v1/")


def error_response(error: HTTPException) -> Response:
    """`type` and `title` are those of the kind; without one, `title` is the phrase. `detail` is fit for strangers."""
    response = plain_response(error)
    status = response.status_code
    kind: Kind | None = getattr(error, "kind", None)
    problem: dict[str, object] = {
        "type": problems.BLANK if kind is None else kind.type(current_app.config[API_PATH]),
        "title": error.name if isinstance(error, Problem) else phrase(error),
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
    return error_response(Problem(problems.STORE_UNAVAILABLE, str(error), headers={"Retry-After": str(RETRY_SECONDS)}))


def full(error: FullError) -> Problem:
    """507: for whoever runs the service to mend."""
    _log.error("The store is full: %s", error)
    return Problem(problems.STORE_FULL, problems.STORE_FULL.advice)


def taken(error: TakenError) -> Problem:
    """422: a fault of one field, that only the store could find."""
    return Problem(
        problems.INVALID_BODY,
        f"Nothing was saved: {error}.",
        errors=[{"pointer": f"/{error.field}", "detail": "is taken: another object has the same"}],
    )


def too_large(error: TooLargeError) -> Problem:
    """413 for what a store refused although it is within `stores.limits`, as far as those tell."""
    _log.warning("The store refused an object as too large: %s", error.__cause__)
    return Problem(problems.OBJECT_TOO_LARGE, "The object is larger than the store keeps. Shorten its texts and lists.")


def _wants_html() -> bool:
    """Whether HTML is liked better than JSON, as by a browser; `*/*` or no preference is a program."""
    if is_api(request.path):
        return False
    accepted = request.accept_mimetypes
    return accepted.quality("text/html") > max(accepted.quality("application/json"), accepted.quality(PROBLEM_JSON))


def _detail(status: int, error: HTTPException) -> str | None:
    """What the view tells the client; from 500 on what is told of all of them, as the view's may tell of our inside.

    No program enters an address by hand, as Werkzeug's words for 404 have it.
    """
    if status >= InternalServerError.code:
        kind: Kind | None = getattr(error, "kind", None)
        return default_exceptions.get(status, InternalServerError).description if kind is None else kind.advice
    if error.description == NotFound.description and is_api(request.path):
        document = f"{current_app.config[API_PATH]}/v1/openapi.json"
        return f"There is nothing at this path. {document}, the API's document, lists what there is."
    return error.description
