"""Long-running operations: what an API answers at once while the work goes on (google.longrunning.Operation).

Callers start one, work, and finish or fail it; clients poll it by name below the API it came from. Left out:
cancel, wait and list, which no client of the local cloud uses. An operation can't outlive the process that works
on it, so those that a killed process left open are failed when the next one starts: a client that polls gets an
end, and its next attempt finds the resource as it is.
"""

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from aiohttp import web

from hearth.catalog.apis import APIS
from hearth.localcloud.errors import ApiError, not_found
from hearth.localcloud.store import Document, Store

_ROOT = "operations"
_PREFIXES = tuple(api.prefix for api in APIS)


def start(store: Store, api_prefix: str, parent: str, metadata: Mapping[str, Any], *, id: str | None = None) -> str:
    """Record an operation under way and return its name, as the API's clients know it.

    The name is `PARENT/operations/ID`; `operations/ID` without a parent (Firebase, Service Usage); `PARENT/ID`
    where the parent says operations itself (Cloud Build's `operations/build/PROJECT`). `metadata` has an `@type`
    where the API gives one. `id` is for APIs whose operation ids mean something; unique by itself otherwise.
    """
    collection = parent if parent.startswith(_ROOT) else f"{parent}/{_ROOT}".removeprefix("/")
    name = f"{collection}/{id or uuid.uuid4()}"
    store.put(_key(api_prefix, name), {"name": name, "metadata": dict(metadata), "done": False})
    return name


def finish(store: Store, name: str, response: Mapping[str, Any], metadata: Mapping[str, Any] | None = None) -> None:
    """End an operation well; `metadata` replaces what start recorded. Raises LookupError for an unknown name."""
    _end(store, name, {"response": dict(response)}, metadata)


def fail(store: Store, name: str, error: ApiError, metadata: Mapping[str, Any] | None = None) -> None:
    """End an operation with the google.rpc.Status of `error`. Raises LookupError for an unknown name."""
    _end(store, name, {"error": error.rpc()}, metadata)


def completed(
    store: Store, api_prefix: str, parent: str, metadata: Mapping[str, Any], response: Mapping[str, Any]
) -> Document:
    """An operation that ended as it began, ready to be answered: its work took no time."""
    name = start(store, api_prefix, parent, metadata)
    finish(store, name, response)
    return answer(store, name)


def answer(store: Store, name: str) -> Document:
    """The operation in the shape of Google's REST APIs. Raises LookupError for an unknown name."""
    return _find(store, name)[1]


def abort_unfinished(store: Store) -> list[str]:
    """Fail what a killed process left under way; called before any part starts. Returns the names."""
    orphans = [body["name"] for _, body in store.below(_ROOT) if not body["done"]]
    gone = ApiError(
        409, "The local cloud stopped while this operation was under way. Run the same request again.", "ABORTED"
    )
    for name in orphans:
        fail(store, name, gone)
    return orphans


def routes(store: Store) -> Iterable[web.RouteDef]:
    """`GET` of every API's operations, in each version that the API is served under."""

    async def get(request: web.Request) -> web.Response:
        name = request.match_info["name"]
        found = store.get(_key(request.match_info["api"], name))
        if found is None:
            raise not_found(name)
        return web.json_response(found)

    prefixes = "|".join(_PREFIXES)
    return [web.get(f"/{{api:{prefixes}}}/{{version:v[0-9a-z]+}}/{{name:([^:]+/)?operations/[^:]+}}", get)]


def _end(store: Store, name: str, outcome: Document, metadata: Mapping[str, Any] | None) -> None:
    key, body = _find(store, name)
    body = {"name": body["name"], "metadata": dict(metadata or body["metadata"]), "done": True}
    store.put(key, body | outcome)


def _find(store: Store, name: str) -> tuple[str, Document]:
    # Ids are unique over all APIs, so a name alone says which operation is meant.
    for prefix in _PREFIXES:
        body = store.get(_key(prefix, name))
        if body is not None:
            return _key(prefix, name), body
    raise LookupError(f"There is no operation {name!r}.")


def _key(api_prefix: str, name: str) -> str:
    return f"{_ROOT}/{api_prefix}/{name}"
