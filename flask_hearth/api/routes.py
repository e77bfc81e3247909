"""The API's routes: one set for all declared collections. Each view reads as what the operation does.

A declaration is all that a collection needs; nothing here knows of a particular one.
"""

import random
import time
import uuid
from typing import Final

from flask import Blueprint, Response, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from flask_hearth import storage
from flask_hearth.api import body, idempotency, pagination, preconditions, query
from flask_hearth.api.representation import REVALIDATED, answer, document, etag, represented
from flask_hearth.api.validation import patched, validated
from flask_hearth.errors import Problem
from flask_hearth.errors import answer as answer_error
from flask_hearth.model.declaration import Declaration
from flask_hearth.stores.interface import ExistsError, MissingError, Record, VersionError

PATCH_TYPES: Final = (body.MERGE_PATCH, body.JSON)
"""Plain JSON is taken for a merge patch too: it can't mean anything else here, and many clients send nothing else."""

PATCH_ATTEMPTS: Final = 8
_FIRST_PAUSE_SECONDS: Final = 0.01

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")


@blueprint.get("/<collection:of>")
def list_objects(of: Declaration) -> Response:
    """A page of the collection, oldest first."""
    query.check(pagination.PARAMETERS)
    window = pagination.window(of)
    page = storage.current().page(of, limit=window.per_page, after=window.after, offset=window.offset)
    following = window.next(of, page)
    found = {
        of.name: [represented(record) for record in page.records],
        "page": window.page,
        "per_page": window.per_page,
        "total": storage.current().count(of),
        "next": following,
    }
    return document(found, headers={"Link": window.link(request.path, following)} if following else {})


@blueprint.post("/<collection:of>")
def create(of: Declaration) -> Response:
    """Make an object; with an Idempotency-Key, only once."""
    query.check()
    value = body.read(body.JSON)
    ticket = idempotency.ticket(value)
    fields = validated(of, value)
    if ticket is None:
        return _created(of, storage.current().create(of, str(uuid.uuid4()), fields))

    def work(id: str) -> Response:
        try:
            record = storage.current().create(of, id, fields)
        except ExistsError:
            # Made by an earlier attempt of this very request, which could not be answered, or not be kept.
            record = storage.current().get(of, id)
        return _created(of, record)

    return idempotency.once(storage.current(), ticket, work)


@blueprint.get("/<collection:of>/<id:id>")
def get(of: Declaration, id: str) -> Response:
    """One object, or 304 for who has this state of it."""
    query.check()
    wanted = preconditions.of_request()
    record = storage.current().get(of, id)
    if wanted.match is not None and record.version not in wanted.match:
        raise preconditions.failed()
    if wanted.none_match is not None and record.version in wanted.none_match:
        return Response(status=304, headers={"ETag": etag(record), "Cache-Control": REVALIDATED})
    return answer(record, headers={"Cache-Control": REVALIDATED})


@blueprint.put("/<collection:of>/<id:id>")
def replace(of: Declaration, id: str) -> Response:
    """Replace every field: what the body leaves out gets its default."""
    query.check()
    wanted = preconditions.of_change(of)
    fields = validated(of, body.read(body.JSON))
    expected = _expected(of, id, wanted)
    return answer(storage.current().replace(of, id, fields, expected=expected))


@blueprint.patch("/<collection:of>/<id:id>")
def change(of: Declaration, id: str) -> Response:
    """Change the fields that the body has, by JSON Merge Patch; the result is validated as a whole.

    It is written over the state that it was made from, or made anew: nobody's change in between is lost.
    """
    query.check()
    wanted = preconditions.of_change(of)
    patch = body.read(*PATCH_TYPES)
    for attempt in range(PATCH_ATTEMPTS):
        record = storage.current().get(of, id)
        wanted.check(record)
        fields = patched(of, record.fields, patch)
        try:
            return answer(storage.current().replace(of, id, fields, expected=record.version))
        except VersionError:
            # Not all at once again: of those who collide, one goes on.
            time.sleep(random.uniform(0, _FIRST_PAUSE_SECONDS * 2**attempt))  # noqa: S311 - no secret
    raise Problem(
        409,
        f"Others changed the {of.singular} {PATCH_ATTEMPTS} times while this change was being made. Send it again.",
        headers={"Retry-After": "1"},
    )


@blueprint.delete("/<collection:of>/<id:id>")
def delete(of: Declaration, id: str) -> Response:
    """Remove an object."""
    query.check()
    expected = _expected(of, id, preconditions.of_change(of))
    storage.current().delete(of, id, expected=expected)
    response = Response(status=204)
    del response.headers["Content-Type"]
    return response


@blueprint.errorhandler(MissingError)
def missing(_: MissingError) -> AnyResponse:
    """404; the route's arguments say of what."""
    arguments = request.view_args or {}
    return answer_error(Problem(404, f"There is no {arguments['of'].singular} {arguments.get('id', 'any more')}."))


@blueprint.errorhandler(VersionError)
def stale(_: VersionError) -> AnyResponse:
    """412: only requests with a precondition let it through."""
    return answer_error(preconditions.failed())


@blueprint.after_request
def tell_patch_types(response: Response) -> Response:
    """OPTIONS says which patches are understood (RFC 5789, section 3.1)."""
    if request.method == "OPTIONS" and "PATCH" in response.allow:
        response.headers["Accept-Patch"] = ", ".join(PATCH_TYPES)
    return response


def _expected(of: Declaration, id: str, wanted: preconditions.Preconditions) -> str | None:
    """The version to replace; the object is read only where the preconditions can't be told to the store as one."""
    if not wanted.need_record:
        return wanted.expected
    record = storage.current().get(of, id)
    wanted.check(record)
    return record.version


def _created(of: Declaration, record: Record) -> Response:
    # A path alone (RFC 9110, section 10.2.2): the host that the client knows is not always the one that we see.
    location = url_for("api.get", of=of, id=record.id)
    return answer(record, status=201, headers={"Location": location})
