"""The calls of Cloud Tasks and Cloud Scheduler, and whoever else tries.

Everybody reaches the service, so each call has to show a token that Google signed for one account, whose only right is
to call it, and for this service and no other. The account counts by its address, which Google says to have verified
(Cloud Tasks, "Use HTTP target tasks with authentication tokens"; the claims and where the keys are: Google Identity,
"OpenID Connect").

Behind Cloud Run's own check (`app:publicAccess: private`) no call could pass: it takes the signature out of a token
that it has checked (Cloud Run, "Troubleshooting", "Identity token signature redacted by Google").
"""

import json
import logging
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, Flask, request
from werkzeug.exceptions import BadRequest, NotFound
from werkzeug.wrappers import Response

from flask_hearth import auth, errors, routes_taken, state, task_names
from flask_hearth.auth import tokens
from flask_hearth.auth.issuer import GOOGLE_KEYS
from flask_hearth.auth.keys import KeysUnavailableError, PublicKeys
from flask_hearth.auth.tokens import InvalidTokenError
from flask_hearth.errors import Problem
from flask_hearth.tasks.queues import QueueError

if TYPE_CHECKING:
    from flask_hearth.tasks import Tasks

ISSUER: Final = "https://accounts.google.com"
KEYS_PATH: Final = "/oauth2/v3/certs"
"""On www.googleapis.com: the `jwks_uri` of the issuer's OpenID configuration."""

_REQUIRED: Final = ("aud", "email", "exp", "iat", "iss", "sub")
_BLUEPRINT: Final = "hearth_tasks"

_log: Final = logging.getLogger(__name__)


def init_app(app: Flask, tasks: "Tasks", *, account: str, audience: str, origin: str | None) -> None:
    """Add the route. Its calls take nothing from the bound on clients' changes: the queue has a rate of its own."""
    caller = Caller(account, audience, PublicKeys(f"{origin or GOOGLE_KEYS}{KEYS_PATH}"))
    blueprint = Blueprint(_BLUEPRINT, __name__)

    @blueprint.post("/<name>")
    def run(name: str) -> tuple[str, int]:
        """204 once the task is done. Whatever is not 2xx makes the queue call again."""
        caller.check()
        handler = tasks.handlers.get(name)
        if handler is None:
            _log.error("There is no task %r; it is called again until its attempts are used up.", name)
            raise NotFound
        handler(_body())
        return "", 204

    state.for_app(app).uncounted.add(f"{_BLUEPRINT}.{run.__name__}")
    app.register_error_handler(KeysUnavailableError, auth.unavailable)
    app.register_error_handler(QueueError, unavailable)
    fix = f"Move the app's: tasks are called below {task_names.PATH}, which the stack knows as well."
    routes_taken.register(app, blueprint, url_prefix=task_names.PATH, fix=fix)


class Caller:
    """The one account that may call."""

    def __init__(self, account: str, audience: str, keys: PublicKeys) -> None:
        self._account, self._audience, self._keys = account, audience, keys

    def check(self) -> None:
        """Raises Problem: 401 without a good token for this service, 403 for one of another account.

        Raises KeysUnavailableError (503) where it can't be told.
        """
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise _unauthorized("Tasks are called with a token of the queue's account, and there is none.")
        try:
            claims = tokens.decode(
                token.strip(), self._keys, audience=self._audience, issuer=ISSUER, required=_REQUIRED
            )
        except InvalidTokenError as error:
            raise _unauthorized(f"The token in Authorization is not valid: {error}.") from error
        if claims["email"] != self._account or claims.get("email_verified") is not True:
            raise Problem(403, "The token is of an account that calls no tasks.")


def _unauthorized(detail: str) -> Problem:
    return Problem(401, detail, headers={"WWW-Authenticate": 'Bearer realm="tasks"'})


def _body() -> dict[str, Any]:
    """A schedule sends none."""
    data = request.get_data()
    try:
        body = json.loads(data or b"{}")
    except (ValueError, RecursionError) as error:
        raise BadRequest("The body of a task is JSON.") from error
    if not isinstance(body, dict):
        raise BadRequest("The body of a task is a JSON object.")
    return body


def unavailable(error: QueueError) -> Response:
    """503 for the request that wanted to enqueue: a queue that is away comes back, and a missing right is logged."""
    _log.error("A task was not enqueued: %s", error)
    return errors.error_response(Problem(503, str(error), headers={"Retry-After": str(errors.RETRY_SECONDS)}))
