"""The calls of Cloud Tasks and Cloud Scheduler, which show a token of their account (`flask_hearth.auth.caller`)."""

import json
import logging
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, Flask, request
from werkzeug.exceptions import BadRequest, NotFound
from werkzeug.wrappers import Response

from flask_hearth import auth, errors, routes_taken, state, task_names
from flask_hearth.auth.caller import Caller
from flask_hearth.auth.keys import KeysUnavailableError
from flask_hearth.errors import Problem
from flask_hearth.tasks.queues import QueueError

if TYPE_CHECKING:
    from flask_hearth.tasks import Tasks

_BLUEPRINT: Final = "hearth_tasks"

_log: Final = logging.getLogger(__name__)


def init_app(app: Flask, tasks: "Tasks", *, account: str, audience: str, origin: str | None) -> None:
    """Add the route. Its calls take nothing from the bound on clients' changes: the queue has a rate of its own."""
    caller = Caller("tasks", account, audience, origin=origin)
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
