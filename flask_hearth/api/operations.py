"""The six operations of a collection and the two of a view, as the API's document describes them."""

from collections.abc import Iterable
from functools import partial
from typing import Any, Final

from flask_hearth.api import body, filters, responses, routes, schemas
from flask_hearth.model import permissions
from flask_hearth.model.declaration import Declaration, Model
from flask_hearth.model.permissions import Access
from flask_hearth.views import changes
from flask_hearth.views.declaration import View

Operation = dict[str, Any]

_COMPARED: Final = {"==": "is ", ">=": "is at least ", ">": "is more than ", "<=": "is at most ", "<": "is less than "}
_WHICH_PAGE: Final = ("Page", "PerPage", "Cursor", "IfNoneMatch")
_VERBS: Final = ("get", "replace", "change", "delete")
_CHANGING: Final[dict[changes.Operation, str]] = {"update": "change", "delete": "delete"}
_METHODS: Final = {"create": "post", "update": "patch", "delete": "delete"}
_BODY_PROBLEMS: Final = (400, 413, 415, 422)


def declaration_operations(declaration: Declaration, api_path: str) -> dict[str, Any]:
    """Its two paths."""
    collection = f"{api_path}/v1/{declaration.name}"
    guarded = partial(_guarded, declaration)
    return {
        collection: {
            "get": guarded("list", _list(declaration)),
            "post": guarded("create", _create(declaration, declaration.model, schemas.input_name(declaration), _VERBS)),
        },
        f"{collection}/{{id}}": {
            "parameters": [_parameter("Id")],
            "get": guarded("read", _get(declaration, declaration.model)),
            "put": guarded("update", _replace(declaration)),
            "patch": guarded("update", _patch(declaration)),
            "delete": guarded("delete", _delete(declaration)),
        },
    }


def _guarded(declaration: Declaration, name: permissions.Operation, operation: Operation) -> Operation:
    """With who may ask for it, unless it is as everywhere."""
    rules = declaration.permissions.rules(name)
    if rules == permissions.Permissions().rules(name):
        return operation
    told = f"For {permissions.describe(rules)}."
    if name == "list":
        told += f" It has the objects that one may read: {permissions.describe(declaration.permissions.rules('read'))}."
    found = operation | {"description": " ".join(filter(None, [operation.get("description"), told]))}
    found["responses"] = operation["responses"] | {"403": {"$ref": "#/components/responses/Forbidden"}}
    strangers = Access(None, checked=True).to_some(rules) or permissions.WRITERS in rules
    return found if strangers else found | {"security": [{"firebase": []}]}


def view_operations(view: View[Any], keyed_by: Declaration, api_path: str) -> dict[str, Any]:
    """Its two paths, for those whom the permissions of `keyed_by` let."""
    collection = f"{api_path}/v1/{view.name}"
    every = {
        **_named(view, f"list_{view.name}", f"List {view.name}, that of the oldest object first"),
        "parameters": [*map(_parameter, _WHICH_PAGE)],
        "responses": _pages(view.output),
    }
    changing = {
        operation: {_METHODS[operation]: _guarded(keyed_by, operation, _change(view, change))}
        for operation, change in view.changes.items()
    }
    return {
        collection: {"get": _guarded(keyed_by, "list", every), **changing.get("create", {})},
        f"{collection}/{{id}}": {
            "parameters": [_parameter("Id")],
            "get": _guarded(keyed_by, "read", _get(view, view.output)),
            **changing.get("update", {}),
            **changing.get("delete", {}),
        },
    }


def _change(view: View[Any], change: changes.Change) -> Operation:
    """A declared one."""
    match change.operation:
        case "create":
            verbs = ["get"] + [verb for each, verb in _CHANGING.items() if each in view.changes]
            return _create(view, view.output, schemas.body_name(change), verbs)
        case "update":
            return {
                **_named(view, f"change_{view.singular}", f"Change {_a(view)}"),
                "description": "What else the view shows may be sent as read.",
                "parameters": [_parameter("IfMatch")],
                "requestBody": _body(schemas.body_name(change), *routes.PATCH_TYPES),
                "responses": {
                    "200": responses.of_object(view.output, "As it is now.", "ETag"),
                    **responses.problems(403, 404, 409, 412, 429, *_BODY_PROBLEMS),
                },
            }
    return {
        **_named(view, f"delete_{view.singular}", f"Remove {_a(view)}"),
        "parameters": [_parameter("IfMatch")],
        "responses": {"204": {"description": "It is gone."}, **responses.problems(400, 403, 404, 409, 412, 422, 429)},
    }


def _list(declaration: Declaration) -> Operation:
    return {
        **_named(declaration, f"list_{declaration.name}", f"List {declaration.name}"),
        "description": "Oldest first, unless the query has `sort` or a range. Filters and orders that go together: "
        f"{filters.combinations(declaration)}. Others are refused with 400.",
        "parameters": [*map(_parameter, _WHICH_PAGE), *_filters(declaration)],
        "responses": _pages(declaration.model),
    }


def _pages(model: type[Model]) -> dict[str, Any]:
    page = {
        "description": "The requested page.",
        "headers": responses.headers("ETag", "Link"),
        "content": {body.JSON: {"schema": schemas.ref(schemas.page_name(model))}},
    }
    unchanged = {"description": "The page has not changed.", "headers": responses.headers("ETag")}
    return {"200": page, "304": unchanged, **responses.problems(400, 422)}


def _filters(declaration: Declaration) -> list[dict[str, Any]]:
    order = {
        "name": filters.SORT,
        "in": "query",
        "description": "The field that the objects are sorted by, after `-` the largest first.",
        "schema": {"type": "string", "enum": filters.orders(declaration)},
    }
    compared = [
        {
            "name": name,
            "in": "query",
            "description": f"Objects whose {field} {_COMPARED[operator]}this value.",
            "schema": schemas.field(declaration, field),
        }
        for name, (field, operator) in filters.comparisons(declaration).items()
    ]
    return [order, *compared]


def _create(of: Declaration | View[Any], model: type[Model], schema: str, verbs: Iterable[str]) -> Operation:
    created = responses.of_object(model, "The created object.", "ETag", "Location", "Replayed", "Kept")
    its_id = {"id": "$response.body#/id"}
    created["links"] = {verb: {"operationId": f"{verb}_{of.singular}", "parameters": its_id} for verb in verbs}
    return {
        **_named(of, f"create_{of.singular}", f"Make {_a(of)}"),
        "parameters": [_parameter("IdempotencyKey")],
        "requestBody": _body(schema, body.JSON),
        "responses": {"201": created, **responses.problems(403, 409, 429, *_BODY_PROBLEMS)},
    }


def _get(of: Declaration | View[Any], model: type[Model]) -> Operation:
    unchanged = {"description": "The object has not changed.", "headers": responses.headers("ETag")}
    return {
        **_named(of, f"get_{of.singular}", f"Get {_a(of)}"),
        "parameters": [_parameter("IfNoneMatch")],
        "responses": {
            "200": responses.of_object(model, "Here it is.", "ETag"),
            "304": unchanged,
            **responses.problems(400, 404, 422),
        },
    }


def _replace(declaration: Declaration) -> Operation:
    return {
        **_named(declaration, f"replace_{declaration.singular}", f"Replace every field of {_a(declaration)}"),
        "description": "Fields that the body leaves out get their defaults. Read-only fields may be sent as read.",
        "parameters": [_if_match(declaration)],
        "requestBody": _body(schemas.input_name(declaration), body.JSON),
        "responses": {
            "200": responses.of_object(declaration.model, "As it is now.", "ETag"),
            **_change_problems(declaration, *_BODY_PROBLEMS),
        },
    }


def _patch(declaration: Declaration) -> Operation:
    return {
        **_named(declaration, f"change_{declaration.singular}", f"Change some fields of {_a(declaration)}"),
        "description": "A JSON Merge Patch (RFC 7396). The resulting object is validated. Read-only fields may be sent "
        "as read.",
        "parameters": [_if_match(declaration)],
        "requestBody": _body(schemas.patch_name(declaration.model.__name__), *routes.PATCH_TYPES),
        "responses": {
            "200": responses.of_object(declaration.model, "As it is now.", "ETag"),
            **_change_problems(declaration, 409, *_BODY_PROBLEMS),
        },
    }


def _delete(declaration: Declaration) -> Operation:
    return {
        **_named(declaration, f"delete_{declaration.singular}", f"Remove {_a(declaration)}"),
        "parameters": [_if_match(declaration)],
        "responses": {"204": {"description": "It is gone."}, **_change_problems(declaration, 400, 422)},
    }


def _a(of: Declaration | View[Any]) -> str:
    return f"{'an' if of.singular[:1] in set('aeiou') else 'a'} {of.singular}"


def _named(of: Declaration | View[Any], id: str, summary: str) -> Operation:
    return {"operationId": id, "tags": [of.name], "summary": summary}


def _parameter(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/parameters/{name}"}


def _if_match(declaration: Declaration) -> dict[str, str]:
    return _parameter("IfMatchRequired" if declaration.require_if_match else "IfMatch")


def _body(schema: str, *media_types: str) -> dict[str, Any]:
    return {"required": True, "content": {media_type: {"schema": schemas.ref(schema)} for media_type in media_types}}


def _change_problems(declaration: Declaration, *statuses: int) -> dict[str, Any]:
    return responses.problems(403, 404, 412, 429, *statuses, *([428] if declaration.require_if_match else []))
