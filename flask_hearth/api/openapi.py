"""The API's document (OpenAPI 3.1), made from the declarations and from the values that the routes work with.

`flask openapi FILE` writes it into a file, to be committed, so that a change of the API is seen in review.
"""

import json
from collections.abc import Sequence
from typing import Any, Final

from flask_hearth import problems
from flask_hearth.api import idempotency, operations, responses, schemas
from flask_hearth.api.pagination import DEFAULT_PER_PAGE, MAX_PER_PAGE, REACH
from flask_hearth.errors import DEFAULT_API_PATH
from flask_hearth.model import ids
from flask_hearth.model.declaration import Declaration, declaration_of
from flask_hearth.rate_limit import POLICY
from flask_hearth.views.declaration import View

VERSION: Final = "1"
"""Of the API, as in its paths; what is added without breaking clients does not change it."""

_ABOUT: Final = """\
Objects are JSON, in UTF-8. Fields and query parameters that are not described here are refused, not ignored.

Every error is a problem detail (RFC 9457); where a part of the request can be named, `errors` does.

An object's state is its `ETag`. Send it as `If-None-Match` to get 304 instead of what you have, and as `If-Match` to
change nothing that somebody else has changed since: 412 then says so.

A list is a page at a time, oldest first unless it is sorted. `next` is the cursor of the page after it, which stays
right while objects are made and removed; it also stands in the `Link` header, as a relative reference, with the page
before and the first one.

Unless an operation says who it is for, reading needs no credentials. Where the service runs with `AUTH=firebase`,
changing needs a Firebase ID token of its project as `Authorization: Bearer TOKEN`; elsewhere tokens are not looked at,
and what is for users is for nobody."""


def document(
    declarations: Sequence[Declaration], api_path: str = DEFAULT_API_PATH, *, views: Sequence[View[Any]] = ()
) -> dict[str, Any]:
    """The whole document. Raises ValueError when two schemas would have one name."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "The service's API", "version": VERSION, "description": _ABOUT},
        "servers": [{"url": "/", "description": "Where this document comes from."}],
        "tags": [
            {"name": name, "description": (model.__doc__ or "").strip()}
            for name, model in [(each.name, each.model) for each in declarations]
            + [(each.name, each.output) for each in views]
        ],
        # One document for all deployments: without credentials, or with them.
        "security": [{}, {"firebase": []}],
        "paths": {
            path: item
            for declaration in declarations
            for path, item in operations.declaration_operations(declaration, api_path).items()
        }
        | {
            path: item
            for view in views
            for path, item in operations.view_operations(
                view, view.guard(declaration_of(view.key.model, declarations)), api_path
            ).items()
        },
        "components": {
            "schemas": schemas.all_schemas(declarations, views) | {"Problem": _PROBLEM},
            "parameters": _PARAMETERS,
            "headers": _HEADERS,
            "responses": responses.PROBLEMS,
            "securitySchemes": {"firebase": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }


_PROBLEM: Final = {
    "type": "object",
    "title": "Problem",
    "description": "An error as problem details (RFC 9457).",
    "properties": {
        "type": {
            "type": "string",
            "format": "uri-reference",
            "description": "What programs tell errors apart by; it leads to a page about its kind. `about:blank` says "
            "that there is no more to it than the status. There may come more.",
            "examples": [kind.type(DEFAULT_API_PATH) for kind in problems.KINDS.values()],
        },
        "title": {"type": "string", "description": "What all errors of this type have in common."},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string", "description": "What is wrong with this request, and how to fix it."},
        "errors": {
            "type": "array",
            "description": "The parts of the request that are wrong.",
            "items": {
                "type": "object",
                "properties": {
                    "detail": {"type": "string"},
                    "pointer": {"type": "string", "description": "JSON Pointer into the body (RFC 6901)."},
                    "parameter": {"type": "string", "description": "Name in the query."},
                    "header": {"type": "string", "description": "Name of a header field."},
                },
                "required": ["detail"],
                "additionalProperties": False,
            },
        },
    },
    "required": ["type", "title", "status", "detail"],
    "additionalProperties": False,
}

_TAGS: Final = {"type": "string", "pattern": r'^\s*(\*|(W/)?"[!#-~]*"(\s*,\s*(W/)?"[!#-~]*")*)\s*$'}

_PARAMETERS: Final = {
    "Id": {
        "name": "id",
        "in": "path",
        "required": True,
        "description": "The object's `id`.",
        "schema": {"type": "string", "pattern": f"^{ids.PATTERN}$"},
    },
    "Page": {
        "name": "page",
        "in": "query",
        "description": (
            f"Number of the page. The page number times per_page is at most {REACH}; use `cursor` to go further. Not "
            "together with `cursor`."
        ),
        "schema": {"type": "integer", "minimum": 1, "maximum": REACH, "default": 1},
    },
    "PerPage": {
        "name": "per_page",
        "in": "query",
        "description": f"Objects per page. Values above {MAX_PER_PAGE} count as {MAX_PER_PAGE}.",
        "schema": {"type": "integer", "minimum": 1, "default": DEFAULT_PER_PAGE},
    },
    "Cursor": {
        "name": "cursor",
        "in": "query",
        "description": "`next` of a page, or the cursor of a link, unchanged, beside the filters and the order of that "
        "request.",
        "schema": {"type": "string"},
    },
    "IfNoneMatch": {
        "name": "If-None-Match",
        "in": "header",
        "description": "ETags that the client has. The response is 304 if one of them is current.",
        "schema": _TAGS,
    },
    "IfMatch": {
        "name": "If-Match",
        "in": "header",
        "description": "ETags of the states that may be changed, in strong or weak form, or `*`.",
        "schema": _TAGS,
    },
    "IfMatchRequired": {
        "name": "If-Match",
        "in": "header",
        "required": True,
        "description": "ETags of the states that may be changed, in strong or weak form, or `*`. Required (428).",
        "schema": _TAGS,
    },
    "IdempotencyKey": {
        "name": idempotency.HEADER,
        "in": "header",
        "description": (
            "A random text, such as a UUID: a new one for each new request, and the same one when that request is "
            f"sent again. Within {idempotency.KEPT_SECONDS // 3600} hours, a repeated request gets the first response "
            "and has no second effect."
        ),
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    },
}

_HEADERS: Final = {
    "ETag": {
        "description": "The state of the object, or of the page of a list.",
        "required": True,
        "schema": {"type": "string", "pattern": r'^(W/)?"[!#-~]*"$'},
    },
    "Location": {"description": "Path of the new object.", "required": True, "schema": {"type": "string"}},
    "Link": {
        "description": 'The pages beside this one, if there are any: rel="first", rel="prev" and rel="next".',
        "schema": {"type": "string"},
    },
    "Replayed": {
        "description": "`true` if this response was sent before for the same key.",
        "schema": {"type": "string", "const": "true"},
    },
    "Kept": {
        "description": "`false` where this answer is too large to be kept for the key: the same request, sent again, "
        "gets the object as it is by then.",
        "schema": {"type": "string", "const": "false"},
    },
    "RateLimit": {
        "description": f'Remaining requests (`r`) and seconds until all are available (`t`), for policy "{POLICY}".',
        "schema": {"type": "string"},
    },
    "RateLimitPolicy": {
        "description": "How many changes (`q`) one client may ask for in so many seconds (`w`).",
        "schema": {"type": "string"},
    },
    "Challenge": {
        "description": "How to authenticate (RFC 6750).",
        "required": True,
        "schema": {"type": "string", "pattern": "^Bearer "},
    },
    "RetryAfter": {
        "description": "Seconds to wait before the request is sent again.",
        "schema": {"type": "integer", "minimum": 0},
    },
}


def text(
    declarations: Sequence[Declaration], api_path: str = DEFAULT_API_PATH, *, views: Sequence[View[Any]] = ()
) -> str:
    """The document as it is committed."""
    return json.dumps(document(declarations, api_path, views=views), indent=2, ensure_ascii=False) + "\n"
