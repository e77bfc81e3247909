"""A local cloud of just builds and services, and a tiny service to build, for the tests of both."""

import asyncio
import io
import tarfile
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
from aiohttp import web

from flask_hearth.testing.ports import reserve_port
from flask_hearth.testing.processes import PATIENCE
from hearth.localcloud import operations
from hearth.localcloud.build.api import CloudBuild
from hearth.localcloud.cloud import Cloud, Part, Ports
from hearth.localcloud.errors import ApiError
from hearth.localcloud.records import policies
from hearth.localcloud.run import CloudRun, processes
from hearth.localcloud.store import Store

PROJECT = "demo-hearth"
REPOSITORY = f"projects/{PROJECT}/locations/us-central1/repositories/app"
IMAGE = f"us-central1-docker.pkg.dev/{PROJECT}/app/web"
BUCKET = f"{PROJECT}-source"
BUILDS = f"/cloudbuild/v1/projects/{PROJECT}/locations/global/builds"
SERVICES = f"/run/v2/projects/{PROJECT}/locations/us-central1/services"
WEB = f"projects/{PROJECT}/locations/us-central1/services/web"

T = TypeVar("T")
Files = Mapping[str, str | bytes]


def packed(files: Files) -> bytes:
    """A source as clients upload it."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz") as tar:
        for name, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return target.getvalue()


@dataclass
class Playground:
    """What a test does to the cloud, over its REST APIs where it has one."""

    cloud: Cloud
    run: CloudRun
    client: aiohttp.ClientSession

    async def call(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        async with self.client.request(method, path, json=body) as answer:
            text = await answer.text()
            assert answer.status == status, text
            return await answer.json(content_type=None)

    @property
    def home(self) -> Path:
        """What services and jobs have as HOME."""
        return self.cloud.data / PROJECT

    async def done(self, api: str, operation: Mapping[str, Any]) -> dict[str, Any]:
        """The operation once it has ended."""
        return await eventually(lambda: self._ended(api, operation["name"]))

    async def _ended(self, api: str, name: str) -> dict[str, Any] | None:
        found = self.cloud.store.get(f"operations/{api}/{name}")
        return found if found and found["done"] else None

    def upload(self, files: Files, name: str = "source/app.tar.gz") -> dict[str, Any]:
        """The `source` of a build of these files."""
        content = packed(files)
        digest = sha256(content).hexdigest()
        self.cloud.blobs.mkdir(parents=True, exist_ok=True)
        (self.cloud.blobs / digest).write_bytes(content)
        self.cloud.store.put(f"storage/b/{BUCKET}/o/{name}", {"name": name, "_sha256": digest})
        return {"storageSource": {"bucket": BUCKET, "object": name}}

    def build_request(self, files: Files, *options: str, tag: str = "latest") -> dict[str, Any]:
        arguments = ["build", "-f", "Dockerfile", "-t", f"{IMAGE}:{tag}", *options, "."]
        return {
            "source": self.upload(files),
            "steps": [{"name": "gcr.io/cloud-builders/docker", "args": arguments}],
            "images": [f"{IMAGE}:{tag}"],
        }

    async def build(self, files: Files, *options: str, tag: str = "latest") -> dict[str, Any]:
        """The finished build of these files."""
        operation = await self.call("POST", BUILDS, self.build_request(files, *options, tag=tag))
        ended = await self.done("cloudbuild", operation)
        build: dict[str, Any] = ended["metadata"]["build"]
        return build

    async def image(self, files: Files) -> str:
        """A reference by digest to the image built of these files."""
        build = await self.build(files)
        assert build["status"] == "SUCCESS", build
        return f"{IMAGE}@{build['results']['images'][0]['digest']}"

    def let(self, resource: str, role: str, member: str) -> None:
        """Grant a role on a resource (store name)."""
        policy = policies.get(self.cloud.store, resource)
        bindings = [*policy.get("bindings", []), {"role": role, "members": [member]}]
        policies.put(self.cloud.store, resource, {"bindings": bindings})

    def account(self, id: str) -> str:
        """A new service account's email."""
        email = f"{id}@{PROJECT}.iam.gserviceaccount.com"
        name = f"projects/{PROJECT}/serviceAccounts/{email}"
        self.cloud.store.put(f"iam/{name}", {"name": name, "email": email})
        return email

    def secret(self, id: str, *payloads: str) -> str:
        """A new secret's relative name, with a version for each payload."""
        name = f"projects/{PROJECT}/secrets/{id}"
        self.cloud.store.put(f"secretmanager/{name}", {"name": name, "replication": {"automatic": {}}})
        for number, payload in enumerate(payloads, start=1):
            version = f"{name}/versions/{number}"
            data = b64encode(payload.encode()).decode()
            self.cloud.store.put(f"secretmanager/{version}", {"name": version, "state": "ENABLED", "_data": data})
        return name

    async def serve(self, files: Files, **template: Any) -> str:
        """Deploy a public service of these files; its URL."""
        ended = await self.deploy(public(await self.image(files), **template))
        assert "response" in ended, ended
        uri: str = ended["response"]["uri"]
        return uri

    async def deploy(self, service: Mapping[str, Any], name: str = "web") -> dict[str, Any]:
        """The ended operation of creating or changing a service."""
        operation = await self.call("PATCH", f"{SERVICES}/{name}?allowMissing=true", service)
        return await self.done("run", operation)


def play(root: Path, scenario: Callable[[Playground], Awaitable[None]]) -> None:
    """Run a scenario on a fresh cloud in this folder, to its end."""

    async def whole() -> None:
        async with playing(root) as playground:
            await scenario(playground)

    asyncio.run(whole())


@asynccontextmanager
async def playing(root: Path) -> AsyncIterator[Playground]:
    """Builds and services of a cloud in this folder, on free ports; everything is stopped at the end."""
    with reserve_port() as service:
        cloud = Cloud(root=root, store=Store(root / "state.db"), ports=Ports(apis=0, edge=0, service=service))
        async with _started(cloud) as playground:
            yield playground


@asynccontextmanager
async def _started(cloud: Cloud) -> AsyncIterator[Playground]:
    operations.abort_unfinished(cloud.store)
    await processes.end_orphans(cloud.store)
    cloud.store.put(f"artifactregistry/{REPOSITORY}", {"name": REPOSITORY, "format": "DOCKER"})
    run = CloudRun(cloud)
    parts: list[Part] = [CloudBuild(cloud), run]
    app = web.Application(middlewares=[_errors_as_google])
    for part in parts:
        app.add_routes(part.routes())
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    started: list[Part] = []
    try:
        for part in parts:
            started.append(part)
            await part.start()
        async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as client:
            yield Playground(cloud, run, client)
    finally:
        await runner.cleanup()
        for part in reversed(started):
            await part.stop()
        cloud.store.close()


def public(image: str, container: Mapping[str, Any] | None = None, **template: Any) -> dict[str, Any]:
    """A service that everybody may call."""
    containers = [{"image": image, **(container or {})}]
    return {"invokerIamDisabled": True, "template": {"containers": containers, **template}}


@web.middleware
async def _errors_as_google(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    try:
        return await handler(request)
    except ApiError as error:
        return error.response()


async def eventually(look: Callable[[], Awaitable[T | None]]) -> T:
    """What `look` finds, as soon as it finds something."""
    async with asyncio.timeout(PATIENCE):
        while (found := await look()) is None:  # noqa: ASYNC110 - what is waited for tells nobody
            await asyncio.sleep(0.02)
        return found


async def when(happened: Callable[[], bool]) -> None:
    """As soon as it has happened."""

    async def look() -> bool | None:
        return happened() or None

    await eventually(look)


APP = """
import http.server, json, os, signal, sys, time, urllib.parse

VERSION = "VERSION"

class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        if url.path == "/env":
            self.answer(json.dumps(dict(os.environ)))
        elif url.path == "/headers":
            self.answer(json.dumps([self.command, self.path, self.headers.items()]))
        elif url.path == "/slow":
            time.sleep(float(query["seconds"]))
            self.answer(VERSION)
        elif url.path == "/held":
            # Until the file is there.
            with open(os.environ["HOME"] + "/arrived", "a") as arrived:
                arrived.write(".")
            while not os.path.exists(os.environ["HOME"] + "/go"):
                time.sleep(0.01)
            self.answer(VERSION)
        elif url.path == "/cookie":
            self.answer(VERSION, **{"Set-Cookie": "a=b", **({"Cache-Control": query["cache"]} if query else {})})
        elif url.path == "/exit":
            os._exit(3)
        elif url.path == "/cut":
            self.wfile.write(b"HTTP/1.1 200 OK\\r\\nContent-Length: 100\\r\\n\\r\\nhalf")
            self.close_connection = True
        elif url.path == "/trickle":
            self.wfile.write(b"HTTP/1.1 200 OK\\r\\nContent-Length: 1000\\r\\n\\r\\n")
            for _ in range(1000):
                self.wfile.write(b".")
                time.sleep(0.1)
        elif url.path == "/redirect":
            self.answer("", 302, Location="/elsewhere")
        elif url.path == "/no-length":
            self.wfile.write(b"HTTP/1.1 200 OK\\r\\nConnection: close\\r\\n\\r\\nto the end")
            self.close_connection = True
        elif url.path == "/gzip":
            self.answer("not really gzip", **{"Content-Encoding": "gzip"})
        elif url.path == "/unhealthy":
            global healthy
            healthy = False
            self.answer(str(os.getpid()))
        elif url.path == "/health":
            self.answer("", 200 if healthy else 500)
        elif url.path == "/pid":
            self.answer(str(os.getpid()))
        else:
            self.answer(VERSION)

    do_HEAD = do_GET

    def do_POST(self):
        length = self.headers.get("Content-Length")
        body = self.rfile.read(int(length)) if length else self.chunked()
        self.answer(json.dumps([len(body), self.headers.get("Transfer-Encoding"), self.headers.get("Expect")]))

    def chunked(self):
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def answer(self, text, status=200, **headers):
        body = text.encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

healthy = True
print("listening, version", VERSION, flush=True)
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
server = http.server.ThreadingHTTPServer(("", int(os.environ["PORT"])), Handler)
server.daemon_threads = True
server.serve_forever()
"""

DOCKERFILE = """
FROM python:3.13-slim
WORKDIR /app
ENV MODE=image
COPY main.py .
CMD ["python", "main.py"]
"""


def app(version: str = "one", dockerfile: str = DOCKERFILE) -> dict[str, str]:
    """A service that answers its version to everything, and a few special paths."""
    return {"Dockerfile": dockerfile, "main.py": APP.replace('"VERSION"', repr(version))}
