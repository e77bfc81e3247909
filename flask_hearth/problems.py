"""The kinds of problems: what a program tells errors apart by, each with a page that says what it is and what to do.

RFC 9457, section 3.1.1: `type` is a problem's stable name. Ours are paths, because the same service answers under many
hosts. A kind that has been answered once keeps its name for good. Errors that say no more than their status have no
kind: their type is `about:blank` (section 4.2.1).
"""

from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response, make_response, render_template, request
from werkzeug.exceptions import NotFound

from flask_hearth import headers, templating

BLANK: Final = "about:blank"


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What all problems of one type have in common."""

    name: str
    status: int
    title: str
    """Says what is wrong, without the case at hand."""
    advice: str
    """What to do about it. From status 500 on it is all that strangers are told."""

    def type(self, api_path: str) -> str:
        """The URI reference, below the path of the app's API; the page that it leads to is served."""
        return f"{api_path}/problems/{self.name}"


MALFORMED_BODY: Final = Kind(
    name="malformed-body",
    status=400,
    title="The body is not valid JSON",
    advice="Send JSON in UTF-8 that can be read in one way only: no name twice in an object, no NaN, no byte order "
    "mark. `detail` says where the fault is.",
)
MALFORMED_HEADER: Final = Kind(
    name="malformed-header",
    status=400,
    title="A header is malformed",
    advice="`errors` names the header and the form that it must have. Nothing was done, as a header that is misread "
    "would protect nothing.",
)
POINTLESS_HEADER: Final = Kind(
    name="pointless-header",
    status=400,
    title="A header has no effect here",
    advice="Leave out the header that `errors` names. This method does not support it. If it were "
    "ignored, its sender would believe the request to be protected.",
)
UNSERVED_QUERY: Final = Kind(
    name="unserved-query",
    status=400,
    title="The collection does not answer this query",
    advice="Objects are found by an index alone. `detail` says which filters and orders go together, and which index "
    "whoever declares the collection has to add for this query.",
)
TOKEN_MISSING: Final = Kind(
    name="token-missing",
    status=401,
    title="This needs a signed-in user",
    advice="Send a Firebase ID token as `Authorization: Bearer TOKEN`.",
)
INVALID_TOKEN: Final = Kind(
    name="invalid-token",
    status=401,
    title="The token is not valid",
    advice="`detail` says why. ID tokens live for an hour: sign in again, or renew the token, and send the new one.",
)
READING_ONLY: Final = Kind(
    name="reading-only",
    status=403,
    title="This user may only read",
    advice="Sign in as a user who may change something. Anonymous sign-ins may not.",
)
NOT_PERMITTED: Final = Kind(
    name="not-permitted",
    status=403,
    title="This user may not do this",
    advice="Ask who runs the service for the right. The API's document says who may do what.",
)
STALE_FORM: Final = Kind(
    name="stale-form",
    status=403,
    title="The form belongs to another session",
    advice="Open the page again and send its form from there. Programs use the API, which knows no forms.",
)
NO_SUCH_OBJECT: Final = Kind(
    name="no-such-object",
    status=404,
    title="There is no such object",
    advice="It was never made, or it was removed. The list of its collection says what there is.",
)
REQUEST_IN_FLIGHT: Final = Kind(
    name="request-in-flight",
    status=409,
    title="A request with this Idempotency-Key is under way",
    advice="Wait as long as `Retry-After` says, then send the request again with the same key: it gets the answer of "
    "the first one.",
)
EDIT_CONFLICT: Final = Kind(
    name="edit-conflict",
    status=409,
    title="Somebody else changed the object",
    advice="Get the object again, look at what has changed, then make the change again.",
)
PRECONDITION_FAILED: Final = Kind(
    name="precondition-failed",
    status=412,
    title="The precondition does not hold",
    advice="`If-Match` or `If-None-Match` does not hold, so nothing was done. Get the object again, make the change "
    "again, and send it with the new ETag.",
)
OBJECT_TOO_LARGE: Final = Kind(
    name="object-too-large",
    status=413,
    title="The object is too large to be kept",
    advice="`detail` says which limit it is over. The limits are those of the strictest store, and the same on all: "
    "shorten texts and lists, or make several objects.",
)
UNSUPPORTED_BODY: Final = Kind(
    name="unsupported-body",
    status=415,
    title="The body's media type is not supported",
    advice="Send it as the type that `Accept` or `Accept-Patch` of the answer names, in UTF-8 and not compressed.",
)
INVALID_BODY: Final = Kind(
    name="invalid-body",
    status=422,
    title="The body does not match the API's document",
    advice="`errors` lists the parts that are wrong, each with a JSON Pointer. The document is "
    "`openapi.json`, beside the collections.",
)
INVALID_QUERY: Final = Kind(
    name="invalid-query",
    status=422,
    title="The query does not match the API's document",
    advice="`errors` names the parameter. The API's document lists all of them.",
)
KEY_REUSED: Final = Kind(
    name="idempotency-key-reused",
    status=422,
    title="The Idempotency-Key was used for another body",
    advice="A new request needs a new key. Only the very same request is sent again with its old one.",
)
PRECONDITION_REQUIRED: Final = Kind(
    name="precondition-required",
    status=428,
    title="If-Match is missing",
    advice="Send the ETag of the state that is to be changed as `If-Match`, or `*` to change any.",
)
TOO_MANY_CHANGES: Final = Kind(
    name="too-many-changes",
    status=429,
    title="Too many changes in too short a time",
    advice="Wait as long as `Retry-After` says, then send the request again.",
)
VIEW_TOO_LARGE: Final = Kind(
    name="view-too-large",
    status=500,
    title="The view is made of too many objects",
    advice="Nothing is wrong with the request: whoever runs the service has to let the view have more objects. Reading "
    "the objects themselves works.",
)
STORE_UNAVAILABLE: Final = Kind(
    name="store-unavailable",
    status=503,
    title="The store is temporarily unavailable",
    advice="Wait as long as `Retry-After` says, then send the request again. With an `Idempotency-Key`, a POST that "
    "was carried out after all is not carried out twice.",
)
KEYS_UNAVAILABLE: Final = Kind(
    name="token-keys-unavailable",
    status=503,
    title="Tokens can't be verified at the moment",
    advice="Google's public keys can't be fetched, so no token can be verified. Wait as long as "
    "`Retry-After` says, then send the request again; there is no need to sign in again.",
)
STORE_FULL: Final = Kind(
    name="store-full",
    status=507,
    title="The store is full",
    advice="Nothing was changed, and waiting does not help: whoever runs the service has to give its database more "
    "room. Reading works.",
)

KINDS: Final = {kind.name: kind for kind in list(globals().values()) if isinstance(kind, Kind)}
"""All of them, in the order of their statuses."""

# Registered by `errors`, which knows where.
blueprint = Blueprint("hearth_problems", __name__)


@blueprint.get("/<name>")
def show(name: str) -> Response:
    """What a kind is, for the person who met it."""
    kind = KINDS.get(name)
    if kind is None:
        raise NotFound
    text = render_template("hearth/problem.html", kind=kind, type=request.path, advice=templating.prose(kind.advice))
    return headers.cacheable(make_response(text))
