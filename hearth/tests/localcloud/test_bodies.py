"""What happens to a resource while the body of a request for it is still coming."""

from typing import Any

import pytest
from aiohttp import web

from hearth.catalog.apis import FIREBASE, FIREBASE_HOSTING, IDENTITY_TOOLKIT, STORAGE, Api
from hearth.localcloud import bodies
from hearth.tests.localcloud.running import PROJECT, LocalCloud

SITE = f"projects/{PROJECT}/sites/{PROJECT}"


@pytest.mark.parametrize(
    ("api", "path", "change"),
    [
        (STORAGE, "b/demo-bucket", {"labels": {"a": "b"}}),
        (FIREBASE_HOSTING, SITE, {"labels": {"a": "b"}}),
        (IDENTITY_TOOLKIT, f"projects/{PROJECT}/config", {"signIn": {}}),
    ],
)
def test_a_change_made_while_the_body_of_another_comes_is_not_lost(
    local: LocalCloud, monkeypatch: pytest.MonkeyPatch, api: Api, path: str, change: dict[str, Any]
) -> None:
    local.call("POST", STORAGE, f"b?project={PROJECT}", {"name": "demo-bucket"})
    local.call("POST", FIREBASE, f"projects/{PROJECT}:addFirebase", {})
    local.call("POST", IDENTITY_TOOLKIT, f"projects/{PROJECT}/identityPlatform:initializeAuth", {})
    assert local.cloud is not None
    store, read, kept = local.cloud.store, bodies.read, f"{api.prefix}/{path}"

    async def overtaken(request: web.Request, *known: Any) -> dict[str, Any]:
        body = await read(request, *known)
        store.put(kept, (store.get(kept) or {}) | {"_other": "change"})
        return body

    monkeypatch.setattr(bodies, "read", overtaken)
    local.call("PATCH", api, path, change)

    found = local.in_loop(lambda cloud: cloud.store.get(kept) or {})
    assert found == found | change | {"_other": "change"}
