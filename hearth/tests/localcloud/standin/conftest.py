"""Google's REST APIs, as far as the stand-in calls them, in this process.

It knows no resource type: whatever is created in a collection is kept and answered. What an API fills in, and what it
refuses, a test says. The stand-in against the real local cloud is tested with the engine.
"""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest

from hearth.catalog.apis import APIS, local_endpoints
from hearth.localcloud.standin.provider import StandIn
from hearth.plugin.kinds import Context, Values
from hearth.plugin.values import decode, encode

URN = "urn:pulumi:local::hearth-app::{}::{}"
_NEW_NAME = (
    "repository_id",
    "serviceId",
    "keyId",
    "secretId",
    "siteId",
    "customDomainId",
    "jobId",
    "databaseId",
    "workloadIdentityPoolProviderId",
    "workloadIdentityPoolId",
)


class Refusal(Exception):
    """What an API refuses with."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass
class FakeGoogle:
    """Documents by `PREFIX/NAME`, every request, and what a test wants otherwise."""

    documents: dict[str, dict[str, Any]] = field(default_factory=dict)
    requests: list[tuple[str, str, dict[str, str], Any]] = field(default_factory=list)
    filled_in: dict[str, Any] = field(default_factory=dict)
    """Added to every answer that is a resource and lacks it."""
    refusals: dict[tuple[str, str], list[Refusal]] = field(default_factory=dict)
    """By method and the end of a path; each is used once."""
    failing_operations: list[dict[str, Any]] = field(default_factory=list)
    """Errors of the operations to come, in their order."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def sent(self, method: str) -> list[tuple[str, Any]]:
        """Paths and bodies of the requests of one method."""
        return [(path, body) for each, path, _, body in self.requests if each == method]

    def answer(self, method: str, path: str, query: dict[str, str], body: Any) -> dict[str, Any]:
        with self.lock:
            self.requests.append((method, path, query, body))
            for (each, ending), refusals in self.refusals.items():
                if each == method and path.endswith(ending) and refusals:
                    raise refusals.pop(0)
            head, colon, verb = path.rpartition(":")
            if colon:
                return self._verb(head, verb, body)
            if path.endswith("/iam"):
                return self._policy(path.removesuffix("/iam"), body if method == "PUT" else None)
            return getattr(self, f"_{method.lower()}")(path, query, body)  # type: ignore[no-any-return]

    def _post(self, path: str, query: dict[str, str], body: Any) -> dict[str, Any]:
        given = next((query[name] for name in _NEW_NAME if name in query), None)
        if path.endswith("serviceAccounts"):
            project = path.split("/")[2]
            given = f"{body['accountId']}@{project}.iam.gserviceaccount.com"
            body = {**body["serviceAccount"], "email": given, "uniqueId": "1"}
        if path == "storage/b":
            body = {**body, "location": body["location"].upper()}
        name = f"{path}/{given or body['name']}"
        if name in self.documents:
            raise Refusal(409, f"Resource '{name.partition('/')[2]}' already exists")
        self.documents[name] = {**body, "name": body.get("name") or name.partition("/")[2]}
        if path.startswith(("run", "artifactregistry", "firestore")):
            return self._operation(path)
        return self._shown(name)

    def _get(self, path: str, query: dict[str, str], body: Any) -> dict[str, Any]:
        if path.endswith("/o"):
            return {"items": [{"name": n.rpartition("/")[2]} for n in self.documents if n.startswith(f"{path}/")]}
        if path.endswith("/keyString"):
            return {"keyString": f"AIza-{self._stored(path.removesuffix('/keyString'))['displayName']}"}
        return self._shown(path)

    def _patch(self, path: str, query: dict[str, str], body: Any) -> dict[str, Any]:
        document = self._stored(path)
        changed = body.get("serviceAccount", body)
        mask = query.get("updateMask") or body.get("updateMask")
        for key in mask.split(",") if mask else list(changed):
            if changed.get(key) is None:
                document.pop(key, None)
            elif key == "labels" and path.startswith("storage"):
                labels = {**document.get("labels", {}), **changed["labels"]}
                document["labels"] = {name: value for name, value in labels.items() if value is not None}
            else:
                document[key] = changed[key]
        return self._operation(path) if path.startswith(("run", "firestore")) else self._shown(path)

    def _put(self, path: str, query: dict[str, str], body: Any) -> dict[str, Any]:
        """A user of Cloud SQL, which the query names."""
        self._stored(f"{path}/{query['name']}").update(body)
        return {"name": "0", "status": "DONE"}

    def _delete(self, path: str, query: dict[str, str], body: Any) -> dict[str, Any]:
        if "name" in query:
            path = f"{path}/{query['name']}"
        self._stored(path)
        del self.documents[path]
        return {}

    def _verb(self, path: str, verb: str, body: Any) -> dict[str, Any]:
        if verb in {"getIamPolicy", "setIamPolicy"}:
            return self._policy(path, (body or {}).get("policy") if verb == "setIamPolicy" else None)
        if verb == "generateServiceIdentity":
            return {"name": "operations/x", "done": True, "response": {"email": "agent@g.example"}}
        if verb == "access":
            return {"payload": self._stored(path)["_payload"]}
        if verb == "addVersion":
            number = sum(name.startswith(f"{path}/versions/") for name in self.documents) + 1
            path = f"{path}/versions/{number}"
            self.documents[path] = {"name": path.partition("/")[2], "state": "ENABLED", "_payload": body["payload"]}
        elif verb == "initializeAuth":
            path = f"{path.rpartition('/')[0]}/config"
            self.documents[path] = {"name": "projects/7/config"}
        elif verb == "addFirebase":
            self.documents[path] = {"projectId": path.rpartition("/")[2], "projectNumber": "7"}
        else:
            state = {"enable": "ENABLED", "disable": "DISABLED", "destroy": "DESTROYED"}[verb]
            self.documents.setdefault(path, {"name": path.partition("/")[2]})["state"] = state
        return self._operation(path) if path.startswith(("serviceusage", "firebase/")) else self._shown(path)

    def _policy(self, path: str, new: dict[str, Any] | None) -> dict[str, Any]:
        policy = self.documents.setdefault(f"policy/{path}", {"etag": "0"})
        if new is not None:
            if new.get("etag") != policy["etag"]:
                raise Refusal(409, "There were concurrent policy changes.")
            policy = {**new, "etag": str(int(policy["etag"]) + 1)}
            self.documents[f"policy/{path}"] = policy
        return dict(policy)

    def _operation(self, path: str) -> dict[str, Any]:
        name = f"projects/x/operations/{len(self.requests)}"
        outcome = {"error": self.failing_operations.pop(0)} if self.failing_operations else {"response": {}}
        self.documents[f"{path.partition('/')[0]}/{name}"] = {"name": name, "done": True, **outcome}
        return {"name": name, "done": False}

    def _stored(self, path: str) -> dict[str, Any]:
        if path not in self.documents:
            raise Refusal(404, f"Resource '{path.partition('/')[2]}' was not found")
        return self.documents[path]

    def _shown(self, path: str) -> dict[str, Any]:
        shown = {key: value for key, value in self._stored(path).items() if not key.startswith("_")}
        return shown if "operations" in path else _over(self.filled_in, shown)


def _over(defaults: Any, value: Any) -> Any:
    if isinstance(defaults, dict) and isinstance(value, dict):
        return {**defaults, **{key: _over(defaults.get(key), inner) for key, inner in value.items()}}
    if isinstance(defaults, list) and isinstance(value, list):
        return [_over(defaults[0], item) for item in value]
    return value


@pytest.fixture
def google() -> FakeGoogle:
    return FakeGoogle()


@pytest.fixture
def origin(google: FakeGoogle) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Head and body in one segment: apart, the second waits for the acknowledgement of the first.
        wbufsize = -1

        def handle_any(self) -> None:
            parts = urlsplit(self.path)
            # /PREFIX/VERSION/NAME, where Storage's version has two segments.
            prefix, rest = unquote(parts.path).lstrip("/").split("/", 1)
            version = next(f"{api.version}/" for api in APIS if api.prefix == prefix)
            query = {key: value for key, value in parse_qsl(parts.query) if key != "alt"}
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            code = 200
            try:
                name = f"{prefix}/{rest.removeprefix(version)}"
                body = google.answer(self.command, name, query, json.loads(content) if content else None)
            except Refusal as refusal:
                code, body = refusal.code, {"error": {"code": refusal.code, "message": refusal.message}}
            # A map's order means nothing in an answer.
            answer = json.dumps(body, sort_keys=True).encode()
            self.send_response(code)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = handle_any  # noqa: N815 - http.server's names

        def log_message(self, format: str, *args: Any) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@dataclass
class Told:
    """A context that keeps what it was told."""

    said: list[str] = field(default_factory=list)

    def context(self, type: str, name: str = "it") -> Context:
        return Context(urn=URN.format(type, name), say=self.said.append)


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def environ(origin: str) -> dict[str, str]:
    return local_endpoints(origin)


@pytest.fixture
def provider(environ: dict[str, str]) -> StandIn:
    provider = StandIn(environ)
    provider.configure({"project": "demo-x", "region": "us-central1"})
    return provider


@dataclass
class Stack:
    """One resource as the engine takes it through its life; the state is kept in between."""

    provider: StandIn
    told: Told
    type: str
    id: str = ""
    inputs: Values = field(default_factory=dict)
    outputs: Values = field(default_factory=dict)

    @property
    def kind(self) -> Any:
        return self.provider.kind(self.type)

    @property
    def context(self) -> Context:
        return self.told.context(self.type)

    def check(self, news: Values) -> Values:
        checked = self.kind.check(self.context, self.inputs or None, news)
        assert checked.failures == []
        return _plain(checked.inputs)

    def up(self, news: Values) -> set[str]:
        """Create or update; the paths that changed."""
        inputs = self.check(news)
        if not self.id:
            created = self.kind.create(self.context, inputs, preview=False)
            self.id, self.inputs, self.outputs = created.id, inputs, _plain(created.outputs)
            return set()
        diff = self.diff(inputs)
        assert not diff.replace
        if diff.changed:
            updated = self.kind.update(self.context, self.id, self.inputs, self.outputs, inputs, preview=False)
            self.inputs, self.outputs = inputs, _plain(updated)
        return set(diff.changed)

    def diff(self, news: Values) -> Any:
        return self.kind.diff(self.context, self.id, self.inputs, self.outputs, news)

    def refresh(self) -> bool:
        """Whether it is still there."""
        found = self.kind.read(self.context, self.id, self.inputs, self.outputs)
        if found is not None:
            self.inputs, self.outputs = _plain(found.inputs), _plain(found.outputs)
        return found is not None

    def delete(self) -> None:
        self.kind.delete(self.context, self.id, self.inputs, self.outputs)


def _plain(values: Values) -> dict[str, Any]:
    """Inputs and outputs as the engine sends them back: over the wire, where a secret loses its mark."""
    return decode(encode(values))


@pytest.fixture
def stack(provider: StandIn, told: Told) -> Any:
    return lambda type_: Stack(provider, told, type_)
