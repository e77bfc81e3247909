"""Uploads of file contents to the URL that populateFiles answers; bodies are raw gzip bytes, streamed to disk."""

import re
from collections.abc import Iterable

from aiohttp import web

from hearth.localcloud.errors import ApiError
from hearth.localcloud.hosting.content import Contents
from hearth.localcloud.hosting.names import PREFIX, addressed_site
from hearth.localcloud.hosting.versions import Versions
from hearth.localcloud.store import Store

_HASH = re.compile(r"[0-9a-f]{64}")


class Uploads:
    def __init__(self, store: Store, versions: Versions, contents: Contents) -> None:
        self._store = store
        self._versions = versions
        self._contents = contents

    def routes(self) -> Iterable[web.RouteDef]:
        path = f"/{PREFIX}/upload/projects/{{project}}/sites/{{site}}/versions/{{version}}/files/{{hash}}"
        yield web.post(path, self._upload)

    async def _upload(self, request: web.Request) -> web.Response:
        site = addressed_site(self._store, request.match_info)
        version, digest = request.match_info["version"], request.match_info["hash"]
        if not _HASH.fullmatch(digest):
            raise ApiError(400, f"Invalid hash '{digest}': 64 lower-case hex digits were expected.")
        self._versions.editable(site, version)
        if digest not in self._versions.files(site, version).values():
            raise ApiError(404, f"No file of version '{site.label('versions', version)}' has the hash {digest}.")
        if self._contents.find(digest) is None:
            await self._contents.put(digest, request.content.iter_any())
        return web.Response()
