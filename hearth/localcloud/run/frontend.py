"""The way of a request to a service, before and after its instance: what Google's front end decides.

It reads the service and its policy from the store at every request, so a change of either takes effect at once.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from multidict import CIMultiDict

from hearth.localcloud.run import answer, proxy
from hearth.localcloud.run.access import is_public
from hearth.localcloud.run.answer import Answer
from hearth.localcloud.run.traffic_router import NoInstance, NoRoom, TrafficRouter
from hearth.localcloud.store import Document, Store


@asynccontextmanager
async def serve(
    store: Store,
    service: str,
    router: TrafficRouter | None,
    *,
    method: str,
    target: str,
    headers: CIMultiDict[str],
    body: bytes | proxy.Body | None,
) -> AsyncIterator[Answer]:
    """Answer one request to the service of this relative name. Raises InstanceGone."""
    document = store.get(f"run/{service}")
    if document is None or router is None or not _is_reachable(document) or _is_reserved(target):
        yield answer.page(404)
        return
    if not document.get("invokerIamDisabled") and not is_public(store, service):
        yield answer.page(403)
        return
    if int(headers.get("Content-Length", "0")) > proxy.BODY_LIMIT or (
        isinstance(body, bytes) and len(body) > proxy.BODY_LIMIT
    ):
        yield answer.page(413)
        return
    try:
        runner, instance = await router.take()
    except NoInstance:
        yield answer.page(503)
        return
    except NoRoom:
        yield answer.page(429)
        return
    try:
        async with proxy.forward(
            instance,
            method=method,
            target=target,
            headers=headers,
            body=body,
            seconds=runner.request_seconds,
        ) as passed:
            yield passed
    finally:
        router.release(runner)


def _is_reachable(service: Document) -> bool:
    """Whether the service's URL is there at all for requests from outside."""
    return service["ingress"] == "INGRESS_TRAFFIC_ALL" and not service.get("defaultUriDisabled")


def _is_reserved(target: str) -> bool:
    """Paths that never reach a container (Cloud Run, "Known issues", reserved URL paths)."""
    path = target.partition("?")[0]
    return path in {"/eventlog", "/healthz"} or path.startswith("/_ah/")
