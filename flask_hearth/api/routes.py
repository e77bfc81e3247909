"""The API's routes: one set for all declared collections. Each view reads as what the operation does.

A declaration is all that a collection needs; nothing here knows of a particular one.
"""

import uuid
from collections.abc import Callable, Mapping
from typing import Any, Final

from flask import Blueprint, Response, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from flask_hearth import access, problems, storage
from flask_hearth.api import body, filters, idempotency, pagination, preconditions, query
from flask_hearth.api.attempts import until_written
from flask_hearth.api.representation import REVALIDATED, etag, json_response, object_response, represent
from flask_hearth.api.validation import kept_by_put, needs_stored, validate, validate_patch, without_read_only
from flask_hearth.errors import Problem, error_response
from flask_hearth.model.declaration import Declaration
from flask_hearth.model.permissions import Operation
from flask_hearth.stores.interface import ExistsError, MissingError, Record, VersionError

PATCH_TYPES: Final = (body.MERGE_PATCH, body.JSON)
"""Plain JSON is taken for a merge patch too: it can't mean anything else here, and many clients send nothing else."""

_ONCE: Final = "sent again, it comes to the same by itself"

# Named so that the app may have one called `api`.
blueprint = Blueprint("hearth_api", __name__)

_OPERATIONS: Final[Mapping[str, Operation]] = {
    "hearth_api.list_objects": "list",
    "hearth_api.create": "create",
    "hearth_api.get": "read",
    "hearth_api.replace": "update",
    "hearth_api.change": "update",
    "hearth_api.delete": "delete",
}
"""By endpoint."""


def settle_access() -> None:
    """Before a request for a collection, and before anything of it is looked at. Raises Problem (401, 403)."""
    operation = _OPERATIONS.get(request.endpoint or "")
    if operation is not None and request.method != "OPTIONS":
        access.settle((request.view_args or {})["declaration"], operation)


@blueprint.get("/<collection:declaration>")
def list_objects(declaration: Declaration) -> Response:
    """A page of the collection, or of what the query finds in it."""
    query.check({*pagination.PARAMETERS, *filters.parameters(declaration)})
    preconditions.refuse_header("If-Match", why="the collection has no state that it could name")
    wanted = preconditions.read_optional()
    asked = filters.read_query(declaration)
    window = pagination.read_window(declaration, asked)
    page = storage.current().page(
        declaration, asked, limit=window.per_page, after=window.after, before=window.before, offset=window.offset
    )
    found = {
        declaration.name: [represent(declaration, record) for record in page.records],
        "page": window.page,
        "per_page": window.per_page,
        # Counting costs as much as there is; whoever goes on through all of it has been told once.
        "total": None if window.page is None else storage.current().count(declaration, asked),
        "next": window.next(declaration, page),
    }
    links = window.links(declaration, page)
    return unless_known(json_response(found, headers={"Link": links} if links else {}), wanted)


def unless_known(response: Response, wanted: preconditions.Preconditions) -> Response:
    """The list, or 304 for who has this very text: it saves sending it, and not finding out what is in it."""
    response.add_etag()
    response.headers["Cache-Control"] = REVALIDATED
    tag, _ = response.get_etag()
    if wanted.none_match is None or tag not in wanted.none_match:
        return response
    return Response(status=304, headers={"ETag": f'"{tag}"', "Cache-Control": REVALIDATED})


@blueprint.post("/<collection:declaration>")
def create(declaration: Declaration) -> Response:
    """Make an object; with an Idempotency-Key, only once."""
    query.check()
    preconditions.refuse_header("If-Match", "If-None-Match", why="the collection has no state that it could name")
    value = body.read(declaration, body.JSON)
    ticket = idempotency.read_ticket(value)
    fields = validate(declaration, value, access.own_fields(declaration))
    access.check_new(declaration, fields)
    if ticket is None:
        return _created(declaration, storage.current().create(declaration, str(uuid.uuid4()), fields))

    def work(id: str) -> Response:
        try:
            record = storage.current().create(declaration, id, fields)
        except ExistsError:
            # Made by an earlier attempt of this very request, which could not be answered, or not be kept.
            record = storage.current().get(declaration, id)
        return _created(declaration, record)

    def again(id: str) -> Response:
        return _created(declaration, storage.current().get(declaration, id))

    return idempotency.run_once(storage.current(), ticket, work, again)


@blueprint.get("/<collection:declaration>/<id:id>")
def get(declaration: Declaration, id: str) -> Response:
    """One object, or 304 for who has this state of it."""
    query.check()
    wanted = preconditions.read_optional()
    record = access.load(declaration, id)
    if wanted.match is not None and record.version not in wanted.match:
        raise preconditions.failed()
    if wanted.none_match is not None and record.version in wanted.none_match:
        return Response(status=304, headers={"ETag": etag(record), "Cache-Control": REVALIDATED})
    return object_response(declaration, record, headers={"Cache-Control": REVALIDATED})


@blueprint.put("/<collection:declaration>/<id:id>")
def replace(declaration: Declaration, id: str) -> Response:
    """Replace every field: what the body leaves out gets its default."""
    query.check()
    preconditions.refuse_header(idempotency.HEADER, why=_ONCE)
    wanted = preconditions.read_for_change(declaration)
    value = body.read(declaration, body.JSON)
    if not needs_stored(declaration, value) and not access.needs_object(declaration, "update"):
        fields = validate(declaration, value)
        expected = _expected(declaration, id, wanted)
        return object_response(declaration, storage.current().replace(declaration, id, fields, expected=expected))

    def work(record: Record) -> Response:
        written = without_read_only(declaration, value, represent(declaration, record))
        return _replaced(
            declaration, record, validate(declaration, written, kept_by_put(declaration, written, record.fields))
        )

    return _with_latest(declaration, id, wanted, "update", work)


@blueprint.patch("/<collection:declaration>/<id:id>")
def change(declaration: Declaration, id: str) -> Response:
    """Change the fields that the body has, by JSON Merge Patch; the result is validated as a whole."""
    query.check()
    preconditions.refuse_header(idempotency.HEADER, why=_ONCE)
    wanted = preconditions.read_for_change(declaration)
    patch = body.read(declaration, *PATCH_TYPES)

    def work(record: Record) -> Response:
        changes = without_read_only(declaration, patch, represent(declaration, record))
        return _replaced(declaration, record, validate_patch(declaration, record.fields, changes))

    return _with_latest(declaration, id, wanted, "update", work)


@blueprint.delete("/<collection:declaration>/<id:id>")
def delete(declaration: Declaration, id: str) -> Response:
    """Remove an object."""
    query.check()
    preconditions.refuse_header(idempotency.HEADER, why=_ONCE)
    wanted = preconditions.read_for_change(declaration)
    if access.needs_object(declaration, "delete"):
        return _with_latest(declaration, id, wanted, "delete", lambda record: _deleted(declaration, id, record.version))
    return _deleted(declaration, id, _expected(declaration, id, wanted))


def _deleted(declaration: Declaration, id: str, expected: str | None) -> Response:
    storage.current().delete(declaration, id, expected=expected)
    response = Response(status=204)
    del response.headers["Content-Type"]
    return response


@blueprint.errorhandler(MissingError)
def missing(_: MissingError) -> AnyResponse:
    """404; the route's arguments say of what."""
    arguments = request.view_args or {}
    return error_response(
        Problem(
            problems.NO_SUCH_OBJECT,
            f"There is no {arguments['declaration'].singular} {arguments.get('id', 'any more')}.",
        )
    )


@blueprint.errorhandler(VersionError)
def stale(_: VersionError) -> AnyResponse:
    """412: only requests with a precondition let it through."""
    return error_response(preconditions.failed())


@blueprint.after_request
def add_accept_patch(response: Response) -> Response:
    """OPTIONS says which patches are understood (RFC 5789, section 3.1)."""
    if request.method == "OPTIONS" and "PATCH" in response.allow:
        response.headers["Accept-Patch"] = ", ".join(PATCH_TYPES)
    return response


def _with_latest(
    declaration: Declaration,
    id: str,
    wanted: preconditions.Preconditions,
    operation: Operation,
    work: Callable[[Record], Response],
) -> Response:
    """Change the object in the state that was looked at, or look again: nobody's change in between is lost."""

    def attempt() -> Response:
        record = access.load(declaration, id, operation)
        wanted.check(record.version)
        return work(record)

    return until_written(declaration.singular, attempt)


def _expected(declaration: Declaration, id: str, wanted: preconditions.Preconditions) -> str | None:
    """The version to replace; the object is read only where the preconditions can't be told to the store as one."""
    if not wanted.need_record:
        return wanted.expected
    record = storage.current().get(declaration, id)
    wanted.check(record.version)
    return record.version


def _replaced(declaration: Declaration, record: Record, fields: Mapping[str, Any]) -> Response:
    written = storage.current().replace(declaration, record.id, fields, expected=record.version)
    return object_response(declaration, written)


def _created(declaration: Declaration, record: Record) -> Response:
    # A path alone (RFC 9110, section 10.2.2): the host that the client knows is not always the one that we see.
    location = url_for("hearth_api.get", declaration=declaration, id=record.id)
    return object_response(declaration, record, status=201, headers={"Location": location})
