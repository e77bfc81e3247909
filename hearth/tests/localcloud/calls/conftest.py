"""A local cloud that makes calls, and somebody on this machine whom it calls."""

import threading
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from hearth.catalog.apis import CLOUD_TASKS, IAM
from hearth.localcloud.calls import Calls, declared
from hearth.localcloud.cloud import Cloud, Part
from hearth.localcloud.identity import Identity
from hearth.localcloud.kept import records
from hearth.localcloud.records import Records
from hearth.tests.localcloud.running import PROJECT, LocalCloud, in_thread

PLACE = f"projects/{PROJECT}/locations/us-central1"
QUEUE = f"{PLACE}/queues/web"
JOB = f"{PLACE}/jobs/web-nightly"
ACCOUNT = f"web-tasks@{PROJECT}.iam.gserviceaccount.com"
AUDIENCE = "the web service"


def parts(cloud: Cloud) -> Sequence[Part]:
    return [Records(cloud), Identity(cloud), Calls(cloud)]


class Called:
    """Answers with `statuses` in turn, then with 204, and notes each request."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.asked: list[tuple[str, dict[str, str], bytes]] = []
        self.held: threading.Event | None = None
        """Until when answers wait."""
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                owner.asked.append((self.path, dict(self.headers.items()), body))
                if owner.held is not None:
                    owner.held.wait(60)
                self.send_response(owner.statuses.pop(0) if owner.statuses else 204)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def declare(local: LocalCloud, type: str, id: str, inputs: dict[str, Any]) -> None:
    """A record as the stand-in keeps it."""
    record = {"type": type, "project": PROJECT, "id": id, "urn": f"urn::{id}", "mark": "x", "outputs": {}, "madeUp": {}}
    local.in_loop(lambda cloud: records.put(cloud.store, record | {"inputs": inputs}))


def queue_of(port: int, **more: Any) -> dict[str, Any]:
    """A queue whose pauses are too short to be waited for."""
    token = {"serviceAccountEmail": ACCOUNT, "audience": AUDIENCE}
    target = {"uriOverride": {"scheme": "HTTP", "host": "127.0.0.1", "port": str(port)}, "oidcToken": token}
    return {"httpTarget": target, "retryConfig": {"minBackoff": "0.01s", "maxBackoff": "0.02s"}} | more


def enqueue(local: LocalCloud, status: int = 200, **task: Any) -> dict[str, Any]:
    request = {"url": "https://replaced.invalid/_tasks/a?b=c", "body": "e30=", "headers": {"X-Own": "1"}}
    return local.call("POST", CLOUD_TASKS, f"{QUEUE}/tasks", {"task": {"httpRequest": request} | task}, status=status)


def waiting(local: LocalCloud) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = local.call("GET", CLOUD_TASKS, f"{QUEUE}/tasks")["tasks"]
    return found


@pytest.fixture
def called() -> Iterator[Called]:
    somebody = Called()
    yield somebody
    somebody.close()


@pytest.fixture
def local(tmp_path: Path, called: Called) -> Iterator[LocalCloud]:
    with in_thread(tmp_path / "cloud", compose=parts) as cloud:
        cloud.enable()
        cloud.call("POST", IAM, f"projects/{PROJECT}/serviceAccounts", {"accountId": "web-tasks"})
        declare(cloud, declared.QUEUE, QUEUE, queue_of(called.port))
        yield cloud
