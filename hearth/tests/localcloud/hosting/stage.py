"""Hosting on free ports, with a Cloud Run that does as told, and a client that deploys as the Firebase CLI does."""

import gzip
import hashlib
import io
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.typedefs import Handler
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from hearth.localcloud.cloud import Cloud
from hearth.localcloud.errors import ApiError
from hearth.localcloud.hosting.hosting import Hosting
from hearth.localcloud.run import Answer
from hearth.localcloud.store import Store
from hearth.tests.ports import held_ports

PROJECT = "demo-hearth"
SITE = "demo-hearth"
REGION = "us-central1"
TO_WEB = {"glob": "**", "run": {"serviceId": "web", "region": REGION}}
API = "/firebasehosting/v1beta1"


@dataclass(frozen=True)
class Asked:
    """A request that reached the service."""

    service: str
    method: str
    target: str
    headers: CIMultiDict[str]
    body: bytes | None


@dataclass
class Told:
    """What the service answers; `body` may be a function that yields chunks or raises on the way."""

    status: int = 200
    headers: Mapping[str, str] | list[tuple[str, str]] = field(default_factory=dict)
    body: bytes | Callable[[], AsyncIterator[bytes]] = b"hello"


async def _at_once(body: bytes) -> AsyncIterator[bytes]:
    yield body


@dataclass
class FakeRun:
    """Answers by `answer`, which may wait or raise; keeps what it was asked."""

    answer: Callable[[Asked], Awaitable[Told]]
    asked: list[Asked] = field(default_factory=list)

    @asynccontextmanager
    async def open(
        self, service: str, *, method: str, target: str, headers: CIMultiDict[str], body: bytes | None
    ) -> AsyncIterator[Answer]:
        self.asked.append(Asked(service, method, target, headers, body))
        told = await self.answer(self.asked[-1])
        chunks = _at_once(told.body) if isinstance(told.body, bytes) else told.body()
        yield Answer(told.status, CIMultiDict(told.headers), chunks)


def always(*told: Told | Exception) -> FakeRun:
    """Tells one after the other, the last one for ever."""
    left = list(told or [Told()])

    async def answer(asked: Asked) -> Told:
        now = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(now, Exception):
            raise now
        return now

    return FakeRun(answer)


@dataclass(frozen=True)
class Seen:
    """What a client of the edge or of the API got; `body` as it came, in its content encoding."""

    status: int
    headers: CIMultiDictProxy[str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        return json.loads(self.body)


class Stage:
    def __init__(self, cloud: Cloud, session: aiohttp.ClientSession) -> None:
        self.cloud = cloud
        self._session = session

    async def api(self, method: str, path: str, body: Any = None, *, data: bytes | None = None) -> Seen:
        """`path` below the API's version, or a whole URL."""
        url = path if path.startswith("http") else f"{self.cloud.origin}{API}/{path}"
        return await self._send(method, url, {}, json.dumps(body).encode() if body is not None else data)

    async def get(self, path: str, headers: Mapping[str, str] | None = None, *, host: str = "localhost") -> Seen:
        return await self.ask("GET", path, headers, host=host)

    async def ask(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str] | None = None,
        *,
        host: str = "localhost",
        body: bytes | None = None,
    ) -> Seen:
        """Ask the edge; the path is sent as it is written here, without an Accept-Encoding unless one is given."""
        port = self.cloud.ports.edge
        return await self._send(
            method, f"http://127.0.0.1:{port}{path}", {"Host": f"{host}:{port}", **(headers or {})}, body
        )

    async def deploy(
        self, files: Mapping[str, bytes] | None = None, config: Any = None, *, site: str = SITE, message: str = ""
    ) -> str:
        """Release a version with exactly these files, as the Firebase CLI does; returns the version's name."""
        parent = f"projects/{PROJECT}/sites/{site}"
        version = (await self.ok("POST", f"{parent}/versions", {"status": "CREATED"}))["name"]
        await self.upload(version, files or {})
        await self.ok("PATCH", f"{version}?updateMask=status,config", {"status": "FINALIZED", "config": config or {}})
        await self.ok("POST", f"{parent}/channels/live/releases?versionName={version}", {"message": message})
        return str(version)

    async def upload(self, version: str, files: Mapping[str, bytes]) -> None:
        zipped = {path: gzip.compress(content, mtime=0) for path, content in files.items()}
        hashes = {path: digest(content) for path, content in zipped.items()}
        populated = await self.ok("POST", f"{version}:populateFiles", {"files": hashes})
        by_hash = {digest(content): content for content in zipped.values()}
        for wanted in populated.get("uploadRequiredHashes", []):
            sent = await self.api("POST", f"{populated['uploadUrl']}/{wanted}", data=by_hash[wanted])
            assert sent.status == 200, sent.text

    async def ok(self, method: str, path: str, body: Any = None) -> Any:
        """The answer's JSON; fails unless it is a 200."""
        answer = await self.api(method, path, body)
        assert answer.status == 200, answer.text
        return answer.json()

    def add_service(self, name: str = "web", **more: Any) -> None:
        body = {"uri": "http://127.0.0.1:8080", "traffic": [], **more}
        self.cloud.store.put(f"run/projects/{PROJECT}/locations/{REGION}/services/{name}", body)

    async def _send(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Seen:
        async with self._session.request(
            method,
            URL(url, encoded=True),
            headers=headers,
            data=None if body is None else io.BytesIO(body),
            allow_redirects=False,
            skip_auto_headers=("Accept-Encoding", "Content-Type"),
        ) as answer:
            return Seen(answer.status, answer.headers, await answer.read())


@asynccontextmanager
async def staged(root: Path, run: FakeRun | None = None, *, timeout_seconds: float = 60) -> AsyncIterator[Stage]:
    """Hosting with one site, the default one of PROJECT, and the service `web`; again on the same root after a stop."""
    async with AsyncExitStack() as stack:
        store = stack.enter_context(closing(Store(root / "state.db")))
        cloud = await _started(stack, root, store, run or always(), timeout_seconds)
        session = aiohttp.ClientSession(auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar())
        stage = Stage(cloud, await stack.enter_async_context(session))
        if store.get(f"firebase/projects/{PROJECT}") is None:
            store.put(f"firebase/projects/{PROJECT}", {"projectId": PROJECT})
            await stage.ok("POST", f"projects/{PROJECT}/sites?siteId={SITE}", {})
            stage.add_service()
        yield stage


async def _started(stack: AsyncExitStack, root: Path, store: Store, run: FakeRun, timeout_seconds: float) -> Cloud:
    cloud = Cloud(root=root, store=store, ports=stack.enter_context(held_ports()))
    hosting = Hosting(cloud, run, timeout_seconds=timeout_seconds)
    app = web.Application(client_max_size=32 * 1024**2, middlewares=[_answered])
    app.add_routes(hosting.routes())
    runner = web.AppRunner(app, access_log=None)
    stack.push_async_callback(hosting.stop)
    stack.push_async_callback(runner.cleanup)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", cloud.ports.apis).start()
    await hosting.start()
    return cloud


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@web.middleware
async def _answered(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except ApiError as error:
        return error.response()
