"""Create, get, list, patch and delete, the same for every API that follows Google's resource conventions.

An API is a row (`Collection`) that says where it lies and what is its own: how ids look, what a new resource gets,
which fields may change. The rules are those of Google's design guide (AIP-131 to 135). Left out: etags on resources
other than policies, filters and orders of lists.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from hearth.catalog.apis import Api
from hearth.localcloud import bodies, operations, pages
from hearth.localcloud.errors import ApiError, exists, not_found
from hearth.localcloud.records import policies
from hearth.localcloud.store import Document, Store, public

Created = tuple[str, Mapping[str, Any]]

# Clients send back what they read; these are then passed over, as AIP-203 asks.
_OUTPUT_ONLY = frozenset(
    {"name", "uid", "createTime", "updateTime", "etag", "email", "projectId", "uniqueId", "oauth2ClientId", "disabled"}
)


@dataclass(frozen=True, kw_only=True)
class Collection:
    """One collection of resources. Hooks raise ApiError."""

    api: Api
    parent: str
    """Relative name of the parent, with names in braces (`projects/{project}`)."""
    plural: str
    """The collection's segment."""
    list_field: str = ""
    """The field that a list answers it in, where that is not `plural`."""
    made: Callable[[str, Mapping[str, Any]], Document] | None = None
    """Checks a new resource's body and fills in what the API computes; None where clients can't create any.
    Takes the relative name and the body."""
    id_rule: re.Pattern[str] = re.compile(r"[^/]+")
    id_says: str = ""
    id_parameter: str = ""
    """The query parameter with a new resource's id."""
    opened: Callable[[Document], Created] | None = None
    """Finds id and resource in a create request, where it isn't the id in the query and the resource as the body."""
    changed: Callable[[Document], tuple[Mapping[str, Any], str]] | None = None
    """Finds new fields and the mask in a patch request, where the mask isn't in the query."""
    patched: Callable[[Document], Document] = lambda body: body
    """Checks a resource after a patch and computes anew what depends on the change."""
    mutable: frozenset[str] = frozenset()
    """Fields that a patch may change; none means that there is no patch."""
    fixed: frozenset[str] = frozenset()
    """Fields that only a create may set."""
    computed: frozenset[str] = frozenset()
    """Fields that the API alone sets, beyond those that every resource has."""
    mask_required: bool = False
    """Whether a patch without updateMask is refused; else it changes what it sends."""
    deletable: Callable[[Store, str, Mapping[str, str]], None] | None = None
    """Raises unless the resource may go; takes its name and the query. None where clients can't delete any."""
    operation: str = ""
    """Type of the metadata of the operations that create and delete answer; empty where they answer at once.
    `{verb}` in it becomes Create, Update or Delete."""
    put: bool = False
    """Whether a PUT does what a patch without a mask does."""
    own_operations: bool = False
    """Whether operations lie below the resource itself, and a patch answers one too."""
    resource_type: str = ""
    """Type of the resource in an operation's response."""
    id_in_path: str = "[^/:]+"
    parent_kept: bool = False
    """Whether the parent has a document of its own, without which there is a 404."""
    sizes: tuple[int, int] = (50, 1000)
    """Default and largest size of a page."""


def always_deletable(_store: Store, _name: str, _query: Mapping[str, str]) -> None:
    """For `deletable`: nothing stands against it."""


def get_document(store: Store, api: Api, name: str) -> Document:
    """The resource's document. Raises ApiError (404)."""
    body = store.get(f"{api.prefix}/{name}")
    if body is None:
        raise not_found(name)
    return body


def routes(store: Store, row: Collection) -> Iterable[web.RouteDef]:
    handlers = _Handlers(store, row)
    base = f"/{row.api.prefix}/{row.api.version}/{row.parent}/{row.plural}"
    one = f"{base}/{{id:{row.id_in_path}}}"
    yield web.get(base, handlers.list)
    yield web.get(one, handlers.get)
    if row.made:
        yield web.post(base, handlers.create)
    if row.mutable:
        yield web.patch(one, handlers.patch)
    if row.put:
        yield web.put(one, handlers.patch)
    if row.deletable:
        yield web.delete(one, handlers.delete)


class _Handlers:
    def __init__(self, store: Store, row: Collection) -> None:
        self._store = store
        self._row = row

    async def list(self, request: web.Request) -> web.Response:
        row = self._row
        items = [body for _, body in self._store.children(f"{row.api.prefix}/{self._parent(request)}/{row.plural}")]
        default, most = row.sizes
        return pages.list_response(request, row.list_field or row.plural, items, default=default, most=most)

    async def get(self, request: web.Request) -> web.Response:
        return web.json_response(public(get_document(self._store, self._row.api, self._name(request))))

    async def create(self, request: web.Request) -> web.Response:
        row, parent = self._row, self._parent(request)
        body = await bodies.read(request)
        given, resource = row.opened(body) if row.opened else (_parameter(request, row.id_parameter), body)
        if not row.id_rule.fullmatch(given):
            raise ApiError(400, f"Invalid id '{given}' for {row.plural}: {row.id_says}")
        assert row.made is not None  # noqa: S101 - there is no such route otherwise
        made = row.made(f"{parent}/{row.plural}/{given}", _settable(row, resource))
        # Not always the id's name: an account asked for as `web` is known by its address.
        key = f"{row.api.prefix}/{made['name']}"
        if self._store.get(key) is not None:
            raise exists(made["name"])
        self._store.put(key, made)
        return self._answered(request, "Create", made["name"], public(made))

    async def patch(self, request: web.Request) -> web.Response:
        row, name = self._row, self._name(request)
        body = await bodies.read(request)
        old = get_document(self._store, row.api, name)
        change, mask = row.changed(body) if row.changed else (body, request.query.get("updateMask", ""))
        change = _settable(row, change)
        fields = {_camel(field) for field in mask.split(",") if field}
        if row.mask_required and not fields:
            raise ApiError(400, "updateMask is required: the names of the fields to change, separated by commas.")
        if not fields or fields == {"*"}:
            # Without a mask a field that is not sent is not touched.
            fields = set(row.mutable & change.keys())
        if fixed := sorted(fields - row.mutable):
            raise ApiError(
                400,
                f"updateMask names {', '.join(fixed)}, but only these fields of {row.plural} can change: "
                f"{', '.join(sorted(row.mutable))}.",
            )
        kept = {key: value for key, value in old.items() if key not in fields}
        new = kept | {field: change[field] for field in fields if change.get(field) is not None}
        new = row.patched(new)
        self._store.put(f"{row.api.prefix}/{name}", new)
        if row.own_operations:
            return self._answered(request, "Update", name, public(new))
        return web.json_response(public(new))

    async def delete(self, request: web.Request) -> web.Response:
        row, name = self._row, self._name(request)
        get_document(self._store, row.api, name)
        assert row.deletable is not None  # noqa: S101 - there is no such route otherwise
        row.deletable(self._store, name, request.query)
        with self._store.transaction():
            self._store.delete_below(f"{row.api.prefix}/{name}")
            policies.forget(self._store, f"{row.api.prefix}/{name}")
        return self._answered(request, "Delete", name, None)

    def _answered(self, request: web.Request, verb: str, name: str, resource: Document | None) -> web.Response:
        row = self._row
        if not row.operation:
            return web.json_response(resource or {})
        response = (
            {"@type": "type.googleapis.com/google.protobuf.Empty"}
            if resource is None
            else {"@type": row.resource_type} | resource
        )
        location = re.match(r"projects/[^/]+/locations/[^/]+", self._parent(request))
        place = name if row.own_operations else location[0] if location else ""
        metadata = {"@type": row.operation.format(verb=verb)}
        return web.json_response(operations.completed(self._store, row.api.prefix, place, metadata, response))

    def _parent(self, request: web.Request) -> str:
        parent = self._row.parent.format_map(_segments(request))
        if self._row.parent_kept:
            get_document(self._store, self._row.api, parent)
        return parent

    def _name(self, request: web.Request) -> str:
        segments = _segments(request)
        return f"{self._row.parent.format_map(segments)}/{self._row.plural}/{segments['id']}"


def _settable(row: Collection, resource: Any) -> dict[str, Any]:
    """What a client may set of a resource that it sends. Raises ApiError (400) for a field that there is not."""
    if not isinstance(resource, dict):
        raise ApiError(400, f"Invalid value for one of {row.plural}: an object was expected.")
    passed_over = (_OUTPUT_ONLY | row.computed) - row.mutable
    if unknown := sorted(resource.keys() - row.mutable - row.fixed - passed_over):
        raise ApiError(400, f'Invalid JSON payload received. Unknown name "{unknown[0]}" in one of {row.plural}.')
    return {key: value for key, value in resource.items() if key not in passed_over}


def _segments(request: web.Request) -> dict[str, str]:
    # An encoded slash belongs to one segment and stays encoded in names, as Artifact Registry's packages have it.
    return {key: value.replace("/", "%2F") for key, value in request.match_info.items()}


def _parameter(request: web.Request, name: str) -> str:
    # Google's provider sends some parameters in snake case, which every API takes too.
    value = request.query.get(name) or request.query.get(re.sub("[A-Z]", lambda at: f"_{at[0].lower()}", name))
    if not value:
        raise ApiError(400, f"{name} is required, as a query parameter.")
    return value


def _camel(field: str) -> str:
    return re.sub(r"_([a-z])", lambda at: at[1].upper(), field.strip())
