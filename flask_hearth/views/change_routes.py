"""Declared changes of views in the REST API: POST makes what a view is of, PATCH changes it, DELETE removes it."""

import uuid
from collections.abc import Callable
from typing import Any, Final

from flask import Response, request, url_for

from flask_hearth import access, storage
from flask_hearth.api import body, idempotency, preconditions, query
from flask_hearth.api.representation import json_response
from flask_hearth.api.routes import PATCH_TYPES
from flask_hearth.stores.interface import ExistsError
from flask_hearth.views import mutations
from flask_hearth.views.changes import Operation
from flask_hearth.views.declaration import View
from flask_hearth.views.inputs import keyed_by
from flask_hearth.views.mutations import Shown

_ONCE: Final = "with If-Match, it is not done a second time"


def settle_access() -> None:
    """Before a change, and before anything of it is looked at. Raises Problem (401, 403)."""
    arguments = request.view_args or {}
    if request.blueprint == "hearth_views" and "operation" in arguments and request.method != "OPTIONS":
        view: View[Any] = arguments["view"]
        access.settle(view.guard(keyed_by(view)), arguments["operation"])


def create(view: View[Any], operation: Operation) -> Response:
    """Make one; with an Idempotency-Key, only once."""
    query.check()
    preconditions.refuse_header("If-Match", "If-None-Match", why="the list has no state that it could name")
    value = body.read(view.changes[operation].body, body.JSON)
    ticket = idempotency.read_ticket(value)

    def work(id: str) -> Response:
        try:
            shown = mutations.perform(view, operation, id, value)
        except ExistsError:
            # Made by an earlier attempt of this very request, which could not be answered, or not be kept.
            shown = mutations.show(view, id)
        return _created(view, id, shown)

    def again(id: str) -> Response:
        return _created(view, id, mutations.show(view, id))

    if ticket is None:
        return work(str(uuid.uuid4()))
    return idempotency.run_once(storage.current(), ticket, work, again)


def update(view: View[Any], operation: Operation, id: str) -> Response:
    """Change what it is of."""
    wanted = _wanted()
    value = body.read(view.changes[operation].body, *PATCH_TYPES)
    return _response(id, mutations.perform(view, operation, id, value, wanted=wanted))


def delete(view: View[Any], operation: Operation, id: str) -> Response:
    """Remove what it is of."""
    mutations.perform(view, operation, id, {}, wanted=_wanted())
    response = Response(status=204)
    del response.headers["Content-Type"]
    return response


ROUTES: Final[dict[Operation, tuple[str, str, Callable[..., Response]]]] = {
    "create": ("", "POST", create),
    "update": ("/<id:id>", "PATCH", update),
    "delete": ("/<id:id>", "DELETE", delete),
}
"""Of each operation: the end of its path, its method, and what answers."""


def _wanted() -> preconditions.Preconditions:
    query.check()
    preconditions.refuse_header(idempotency.HEADER, why=_ONCE)
    return preconditions.read_optional()


def _created(view: View[Any], id: str, shown: Shown | None) -> Response:
    # A path alone, as of objects (`flask_hearth.api.routes`).
    return _response(id, shown, status=201, headers={"Location": url_for(f"hearth_views.{view.name}", id=id)})


def _response(id: str, shown: Shown | None, *, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    if shown is None:
        raise TypeError("Only what deletes leaves no view.")
    return json_response(
        {"id": id, **shown.content}, status=status, headers={"ETag": f'"{shown.version}"', **(headers or {})}
    )
