"""What operations answer, as the API's document describes it: objects, and the problems that several share."""

from typing import Any, Final

from flask_hearth.api import body, idempotency, schemas
from flask_hearth.errors import PROBLEM_JSON
from flask_hearth.model.declaration import Model

_PROBLEM: Final = {PROBLEM_JSON: {"schema": schemas.ref("Problem")}}
_RETRY: Final = {"Retry-After": {"$ref": "#/components/headers/RetryAfter"}}

PROBLEMS: Final[dict[str, Any]] = {
    "BadRequest": {
        "description": "The body is not JSON, a header is malformed, or no index serves the query.",
        "content": _PROBLEM,
    },
    "Unauthorized": {
        "description": "The token is invalid, or it is missing and needed.",
        "headers": {"WWW-Authenticate": {"$ref": "#/components/headers/Challenge"}},
        "content": _PROBLEM,
    },
    "Forbidden": {"description": "The user may not do this.", "content": _PROBLEM},
    "NotFound": {"description": "There is no such object.", "content": _PROBLEM},
    "Conflict": {
        "description": "Another request interferes; send this one again.",
        "headers": _RETRY,
        "content": _PROBLEM,
    },
    "PreconditionFailed": {"description": "The object is not in the state that `If-Match` names.", "content": _PROBLEM},
    "ContentTooLarge": {"description": "The body, or the object that it makes, is too large.", "content": _PROBLEM},
    "UnsupportedMediaType": {
        "description": "The body has another type, or is compressed.",
        "content": _PROBLEM,
    },
    "UnprocessableContent": {"description": "The body or the query is invalid.", "content": _PROBLEM},
    "PreconditionRequired": {"description": "`If-Match` is missing.", "content": _PROBLEM},
    "TooManyRequests": {
        "description": "Too many changes in a minute, if the service limits them.",
        "headers": _RETRY
        | {
            name: {"$ref": f"#/components/headers/{name.replace('-', '')}"}
            for name in ("RateLimit", "RateLimit-Policy")
        },
        "content": _PROBLEM,
    },
    "Unavailable": {
        "description": "The database, or the service that checks tokens, is unavailable.",
        "headers": _RETRY,
        "content": _PROBLEM,
    },
    "Error": {"description": "Any other error.", "content": _PROBLEM},
}

_NAMES: Final = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    409: "Conflict",
    412: "PreconditionFailed",
    413: "ContentTooLarge",
    415: "UnsupportedMediaType",
    422: "UnprocessableContent",
    428: "PreconditionRequired",
    429: "TooManyRequests",
    503: "Unavailable",
}


def of_object(model: type[Model], description: str, *names: str) -> dict[str, Any]:
    """An object, with headers of these names."""
    return {
        "description": description,
        "headers": headers(*names),
        "content": {body.JSON: {"schema": schemas.ref(model.__name__)}},
    }


def headers(*names: str) -> dict[str, Any]:
    """By the names that the document has for them."""
    fields = {"Replayed": idempotency.REPLAYED, "Kept": idempotency.KEPT}
    return {fields.get(name, name): {"$ref": f"#/components/headers/{name}"} for name in names}


def problems(*statuses: int) -> dict[str, Any]:
    """The ones of an operation, with those that every operation has."""
    named = {str(status): _NAMES[status] for status in sorted({*statuses, 401, 503})} | {"default": "Error"}
    return {status: {"$ref": f"#/components/responses/{name}"} for status, name in named.items()}
