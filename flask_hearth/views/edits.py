"""Changes for which clients ask by a document in Firestore, of which a trigger of Eventarc tells the service.

A client signed in to Firebase writes below its own id what it wants changed (`flask_hearth.edit_names`), and listens to
the document: `result` has what the API would have answered. That is not only said so: the change is a request of the
API, made here as the user of the document's path, with its checks, its errors and its bound on changes.

That path counts because the database's rules let only its user write there (`flask_hearth.stores.firestore.rules`). Who
may write to the database by IAM can ask as anybody. Custom claims are in a user's token and in no document, so that
permissions by a claim refuse; anonymous users can't write at all. Left out: a condition such as If-Match.
"""

import logging
from typing import Any, Final
from urllib.parse import quote, unquote

from flask import Blueprint, Flask, Response, current_app, request
from werkzeug.exceptions import BadRequest

from flask_hearth import auth, edit_names, errors, identity, routes_taken, state
from flask_hearth.auth.caller import Caller
from flask_hearth.auth.keys import KeysUnavailableError
from flask_hearth.errors import Problem
from flask_hearth.headers import FIRST_ERROR
from flask_hearth.identity import User
from flask_hearth.stores.firestore.edits import Edit, Edits
from flask_hearth.views.declaration import View
from flask_hearth.views.inputs import keyed_by
from flask_hearth.views.readers import editable

HEADER: Final = "ce-document"
"""The document's path, quoted (Eventarc, "Route Cloud Firestore events to Cloud Run"; CloudEvents, HTTP binding)."""

METHODS: Final = {"create": "POST", "update": "PATCH", "delete": "DELETE"}

_BLUEPRINT: Final = "hearth_edits"
_LATER: Final = frozenset({429, 500, 502, 503, 504})

_log: Final = logging.getLogger(__name__)


def init_app(app: Flask) -> None:
    """Take the calls of HEARTH_EDITS_CALLER. Raises ValueError where the app's objects are not in Firestore."""
    known, config = state.for_app(app), app.config
    edits: Edits | None = getattr(known.store, "edits", None)
    if edits is None:
        raise ValueError(
            "HEARTH_EDITS_CALLER is set, and the app's objects are not in Firestore: a change and its document are "
            "written in one commit. Set HEARTH_DATABASE_URL to a firestore:// address, or unset the other."
        )
    origin: str | None = config.setdefault("HEARTH_IDENTITY_ORIGIN", None)
    caller = Caller("edits", config["HEARTH_EDITS_CALLER"], None, origin=origin)
    blueprint = Blueprint(_BLUEPRINT, __name__)

    @blueprint.post("")
    def run() -> tuple[str, int]:
        """204 once the document has its answer. Whatever is not 2xx makes Eventarc call again, for a day."""
        caller.check()
        named = edit_names.DOCUMENT.fullmatch(unquote(request.headers.get(HEADER, "")))
        if named is None:
            _log.error("The trigger names no document of a user: %.200r", request.headers.get(HEADER))
            raise BadRequest(f"{HEADER} has to name a document like {edit_names.PATTERN}.")
        edit = edits.read(named[0])
        if edit is not None and not edit.is_answered:
            edits.answer(edit, _result(edits, edit, User(id=named["user"])))
        return "", 204

    # The request that each makes is the user's, and is counted.
    known.uncounted.add(f"{_BLUEPRINT}.{run.__name__}")
    app.register_error_handler(KeysUnavailableError, auth.unavailable)
    fix = f"Move the app's: the trigger calls {edit_names.PATH}, which the stack knows as well."
    routes_taken.register(app, blueprint, url_prefix=edit_names.PATH, fix=fix)


def _result(edits: Edits, edit: Edit, user: User) -> dict[str, Any]:
    """What the client is told. Raises Problem (503) for what is to be tried again."""
    name, operation, named = edit.text("view"), edit.text("operation"), edit.text("id")
    view = next((each for each in state.current().views if each.name == name), None)
    if view is None or (name, operation) not in editable([view]):
        refused = errors.error_response(Problem(403, "No document may ask for this."))
        return {"status": 403, "problem": refused.get_json()}
    answer = None
    if not edit.done:
        body = edit.text("body")
        path = _path(view) if operation == "create" else _path(view, named)
        with edits.doing(edit, keyed_by(view).name):
            answer = _ask(user, METHODS[operation], path, body)
        if answer.status_code >= FIRST_ERROR and not edit.done:
            if answer.status_code in _LATER:
                raise Problem(503, f"The change is to be tried again: it was answered {answer.status_code}.")
            return {"status": answer.status_code, "problem": answer.get_json()}
    changed = edit.made if operation == "create" else named
    if operation == "delete" or changed is None:
        return {"status": 204, "id": named}
    if answer is None or answer.status_code >= FIRST_ERROR:
        # Of a change that is committed, and could not be reported.
        answer = _ask(user, "GET", _path(view, changed))
    return {"status": 201 if operation == "create" else 200, "id": changed, "version": answer.get_etag()[0]}


def _path(view: View[Any], id: str | None = None) -> str:
    below = "" if id is None else f"/{quote(id, safe='')}"
    return f"{errors.api_path(current_app)}/v1/{view.name}{below}"


def _ask(user: User, method: str, path: str, body: str = "") -> Response:
    """A request of the API as this user, answered here."""
    kind = "application/json" if body else None
    # With a context of its own: what is known of the call, such as who made it, is not of this request.
    with current_app.app_context(), current_app.test_request_context(path, method=method, data=body, content_type=kind):
        identity.sign_in(user)
        return current_app.full_dispatch_request()
