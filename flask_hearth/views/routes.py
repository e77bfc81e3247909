"""Views in the REST API: one by its id, pages of them, and the changes that are declared.

Who may read a view may read all that it shows, of whatever objects. Flask answers any other method with 405 and Allow.
"""

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as AnyResponse

from flask_hearth import access, problems, state, storage
from flask_hearth.api import pagination, preconditions, query
from flask_hearth.api.representation import REVALIDATED, json_response
from flask_hearth.api.routes import add_accept_patch, unless_known
from flask_hearth.errors import Problem, error_response
from flask_hearth.stores import queries
from flask_hearth.stores.interface import MissingError, Record
from flask_hearth.views import change_routes
from flask_hearth.views.declaration import View
from flask_hearth.views.inputs import Objects, TooManyError, keyed_by, read, version
from flask_hearth.views.stored import document_declaration

_log = logging.getLogger(__name__)


def blueprint(views: Sequence[View[Any]]) -> Blueprint:
    """Two paths for each."""
    made = Blueprint("hearth_views", __name__)
    for view in views:
        made.add_url_rule(f"/{view.name}", f"list_{view.name}", list_views, defaults={"view": view})
        made.add_url_rule(f"/{view.name}/<id:id>", view.name, get, defaults={"view": view})
        for operation in view.changes:
            path, method, answer = change_routes.ROUTES[operation]
            made.add_url_rule(
                f"/{view.name}{path}",
                # With what no view's name has.
                f"{view.name}:{operation}",
                answer,
                methods=[method],
                defaults={"view": view, "operation": operation},
            )
    made.after_request(add_accept_patch)
    made.register_error_handler(MissingError, missing)
    made.register_error_handler(TooManyError, too_many)
    return made


def get(view: View[Any], id: str) -> Response:
    """One view, or 304 for who has it as it is."""
    declaration = view.guard(keyed_by(view))
    access.check(declaration, "read")
    query.check()
    wanted = preconditions.read_optional()
    if access.needs_object(declaration, "read"):
        access.load(declaration, id)
    found, content = _found(view, id)
    if wanted.match is not None and found not in wanted.match:
        raise preconditions.failed()
    headers = {"ETag": f'"{found}"', "Cache-Control": REVALIDATED}
    if wanted.none_match is not None and found in wanted.none_match:
        return Response(status=304, headers=headers)
    return json_response({"id": id, **content()}, headers=headers)


def list_views(view: View[Any]) -> Response:
    """A page of them, in the order of the objects that they are of; without those that lack an object they need."""
    declaration = view.guard(keyed_by(view))
    access.check(declaration, "list")
    query.check(pagination.PARAMETERS)
    preconditions.refuse_header("If-Match", why="the list has no state that it could name")
    wanted = preconditions.read_optional()
    asked = queries.read(declaration, access.conditions(declaration))
    window = pagination.read_window(declaration, asked)
    page = storage.current().page(
        declaration, asked, limit=window.per_page, after=window.after, before=window.before, offset=window.offset
    )
    documents = _documents(view, [record.id for record in page.records])
    objects = Objects(storage.current())
    objects.know(view.key.model, {record.id: record.fields for record in page.records})
    objects.fetch_for(view, [record.id for record in page.records if record.id not in documents])
    found = []
    for record in page.records:
        document = documents.get(record.id)
        with suppress(MissingError):
            content = document.fields["content"] if document else read(view, objects, record.id).content()
            found.append({"id": record.id, **content})
    answer = {
        view.name: found,
        "page": window.page,
        "per_page": window.per_page,
        "total": None if window.page is None else storage.current().count(declaration, asked),
        "next": window.next(declaration, page),
    }
    links = window.links(declaration, page)
    return unless_known(json_response(answer, headers={"Link": links} if links else {}), wanted)


def missing(_: MissingError) -> AnyResponse:
    """404; the route's arguments say of what."""
    arguments = request.view_args or {}
    return error_response(
        Problem(problems.NO_SUCH_OBJECT, f"There is no {arguments['view'].singular} {arguments.get('id', 'any more')}.")
    )


def too_many(error: TooManyError) -> AnyResponse:
    """500: for whoever runs the service to mend."""
    _log.error("A view can't be made: %s Raise at_most in the view's declaration, or make fewer.", error)
    return error_response(Problem(problems.VIEW_TOO_LARGE, problems.VIEW_TOO_LARGE.advice))


def _found(view: View[Any], id: str) -> tuple[str, Callable[[], dict[str, Any]]]:
    """Its version, and what it shows. Raises MissingError."""
    if document := _documents(view, [id]).get(id):
        return version(view, document.fields["made_of"]), lambda: document.fields["content"]
    inputs = read(view, Objects(storage.current()), id)
    return inputs.version, inputs.content


def _documents(view: View[Any], ids: Sequence[str]) -> dict[str, Record]:
    """Those that say what the view is, if it is read from documents. Where there is none, it is computed."""
    places = state.current().places
    if view.serve != "materialized" or places is None or not ids:
        return {}
    found = places.views.get_many(document_declaration(view), ids)
    return {each.id: each for each in found if each.fields["content"] and each.fields["made_by"] == view.version}
