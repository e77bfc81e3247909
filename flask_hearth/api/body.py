"""A request's body as a JSON object, or the 4xx that says why it isn't one."""

from typing import Any, Final

from flask import current_app, request
from werkzeug.exceptions import RequestEntityTooLarge

from flask_hearth import problems
from flask_hearth.api import strict_json
from flask_hearth.errors import Problem
from flask_hearth.model.declaration import Declaration
from flask_hearth.model.size import largest

JSON: Final = "application/json"
MERGE_PATCH: Final = "application/merge-patch+json"


def read(declaration: Declaration, *media_types: str) -> dict[str, Any]:
    """The object that the request's body is, sent as one of the media types, and no larger than a declared one can be.

    Raises Problem: 413 too large, 415 another type, charset or coding, 400 not JSON, 422 JSON but nothing to keep.
    """
    _check_type(media_types)
    try:
        value = strict_json.parse(read_bytes(largest(declaration).bytes), max_tokens=largest(declaration).tokens)
    except strict_json.SyntaxFaultError as error:
        raise Problem(problems.MALFORMED_BODY, f"The body is not valid, unambiguous JSON: {error}.") from None
    except strict_json.ContentFaultError as error:
        raise invalid_body([(error.pointer, error.reason)]) from None
    if not isinstance(value, dict):
        raise invalid_body([("", "is no object")])
    return value


def invalid_body(faults: list[tuple[str, str]]) -> Problem:
    """422 with the parts of the body that are wrong: pairs of JSON Pointer and reason."""
    return Problem(
        problems.INVALID_BODY,
        "The body does not match the API's document; `errors` lists what is wrong.",
        errors=[{"pointer": pointer, "detail": reason} for pointer, reason in faults],
    )


def _check_type(media_types: tuple[str, ...]) -> None:
    offered = ", ".join(media_types)
    coding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if coding != "identity":
        # RFC 9110, section 15.5.16: with this header the client knows that the coding was the reason.
        raise Problem(
            problems.UNSUPPORTED_BODY,
            f"Content-Encoding is {coding!r}: compressed bodies are not accepted. Send it uncompressed.",
            headers={"Accept-Encoding": "identity"},
        )
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    if request.mimetype not in media_types or charset not in {"utf-8", "utf8"}:
        # As above; Accept-Patch is what RFC 5789 (section 2.2) has for it.
        field = "Accept-Patch" if request.method == "PATCH" else "Accept"
        given = request.headers.get("Content-Type") or "not set"
        raise Problem(
            problems.UNSUPPORTED_BODY,
            f"Content-Type is {given}: send the body as {offered}, in UTF-8.",
            headers={field: offered},
        )


def limit(most: int | None) -> int:
    """Bytes that a body may have; None stands for what has no bound of its own."""
    general: int = current_app.config["MAX_CONTENT_LENGTH"]
    return general if most is None else min(general, most)


def read_bytes(most: int | None, *, cache: bool = False) -> bytes:
    """The whole body, of `most` bytes and never more than MAX_CONTENT_LENGTH. Raises RequestEntityTooLarge (413).

    A chunked one that is too large must not be cut, which is what Werkzeug does at its limit.
    """
    request.max_content_length = limit(most) + 1
    data = request.get_data(cache=cache)
    if len(data) > limit(most):
        raise RequestEntityTooLarge
    return data
