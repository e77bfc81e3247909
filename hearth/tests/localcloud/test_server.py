"""The local cloud as a process: health, refusals in Google's shape, one per folder, an orderly stop."""

import asyncio
import json
import os
import signal
import socket
import stat
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pytest
from aiohttp import web

from flask_hearth.testing.processes import PATIENCE
from hearth.catalog.apis import (
    APIS,
    ARTIFACT_REGISTRY,
    FIREBASE,
    FIREBASE_HOSTING,
    IAM,
    RESOURCE_MANAGER,
    SECRET_MANAGER,
    SERVICE_USAGE,
    STORAGE,
    Api,
    upload_base,
)
from hearth.localcloud import code
from hearth.localcloud.cloud import Cloud, Part, Ports
from hearth.localcloud.errors import ApiError
from hearth.localcloud.locking import AlreadyRunningError
from hearth.localcloud.server import running
from hearth.tests.localcloud.running import PROJECT, LocalCloud, in_process, in_thread
from hearth.tests.ports import held_ports


class Scripted:
    """A part with one route, `/part`, and a record of what happened to it."""

    def __init__(self, handler: Callable[[web.Request], object] | None = None, *, starts: bool = True) -> None:
        self.log: list[str] = []
        self._handler = handler
        self._starts = starts

    def routes(self) -> Iterable[web.RouteDef]:
        return [web.post("/part", self._answer)]

    async def start(self) -> None:
        self.log.append("start")
        if not self._starts:
            raise OSError("no port is free")

    async def stop(self) -> None:
        self.log.append("stop")

    async def _answer(self, request: web.Request) -> web.Response:
        await request.read()
        return web.json_response(self._handler(request) if self._handler else {})


def parts(*given: Part) -> Callable[[Cloud], Sequence[Part]]:
    return lambda _cloud: given


def test_health_says_where_it_serves(local: LocalCloud) -> None:
    answer = local.session.get(f"{local.origin}/_local/health").json()

    assert answer == {
        "status": "ok",
        "pid": os.getpid(),
        "ports": {"apis": local.ports.apis, "edge": local.ports.edge, "service": local.ports.service},
        "root": str(local.root),
        "code": code.digest(),
    }


def test_other_files_of_the_console_are_other_code(tmp_path: Path) -> None:
    """Or an open page would go on with the old ones after an upgrade."""
    script = tmp_path / "localcloud" / "console" / "console.js"
    for path in (script, tmp_path / "localcloud" / "requirements.txt", tmp_path / "catalog" / "types"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    before = code.digest(tmp_path)

    script.write_text("other", encoding="utf-8")

    assert code.digest(tmp_path) != before


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/secretmanager/v1/projects/demo-test/topics"),
        ("GET", "/pubsub/v1/projects/demo-test/topics"),
        ("PUT", "/secretmanager/v1/projects/demo-test/secrets"),
    ],
)
def test_a_method_that_is_not_played_is_said_to_be_unknown(local: LocalCloud, method: str, path: str) -> None:
    """A made-up answer would hide that the real API was never tried."""
    answer = local.session.request(method, local.origin + path)

    assert answer.status_code == 404
    assert answer.json()["error"]["status"] == "NOT_FOUND"
    assert f"does not know the method {method} {path}" in answer.json()["error"]["message"]


def test_every_method_that_is_played_is_listed(local: LocalCloud) -> None:
    methods = local.session.get(f"{local.origin}/_local/methods").json()["methods"]

    assert "GET /secretmanager/v1/projects/{project}/secrets/{id}/versions/{version}:access" in methods
    assert {method.split("/")[1] for method in methods} >= {api.prefix for api in APIS}


def test_bad_json_is_a_bad_request(local: LocalCloud) -> None:
    answer = local.session.post(
        local.url(SECRET_MANAGER, "projects/demo-test/secrets?secretId=a"),
        data='{"replication": ',
        headers={"Content-Type": "application/json"},
    )

    assert answer.status_code == 400
    assert "Invalid JSON payload" in answer.json()["error"]["message"]


@pytest.mark.parametrize("body", ["[]", '"text"', "7"])
def test_json_that_is_no_object_is_a_bad_request(local: LocalCloud, body: str) -> None:
    answer = local.session.post(
        local.url(SECRET_MANAGER, "projects/demo-test/secrets?secretId=a"),
        data=body,
        headers={"Content-Type": "application/json"},
    )

    assert answer.status_code == 400
    assert "an object was expected" in answer.json()["error"]["message"]


def test_a_body_beyond_the_limit_is_refused(tmp_path: Path) -> None:
    with in_thread(tmp_path, compose=parts(Scripted())) as local:
        answer = local.session.post(f"{local.origin}/part", data=bytes(33 * 1024 * 1024))

    assert answer.status_code == 413
    assert "larger than the limit" in answer.json()["error"]["message"]


def test_a_bug_is_answered_without_its_traceback_which_the_log_has(tmp_path: Path) -> None:
    def broken(_request: web.Request) -> object:
        raise ZeroDivisionError("the payload was s3cret")

    with in_thread(tmp_path, compose=parts(Scripted(broken))) as local:
        answer = local.session.post(f"{local.origin}/part")

    assert answer.status_code == 500
    assert "s3cret" not in answer.text
    assert "ZeroDivisionError" in (tmp_path / "logs" / "cloud.log").read_text()


def test_a_refusal_keeps_its_status_and_details(tmp_path: Path) -> None:
    def refuse(_request: web.Request) -> object:
        raise ApiError(409, "changed meanwhile", "ABORTED", [{"reason": "ETAG"}])

    with in_thread(tmp_path, compose=parts(Scripted(refuse))) as local:
        answer = local.session.post(f"{local.origin}/part")

    error = {"code": 409, "message": "changed meanwhile", "status": "ABORTED", "details": [{"reason": "ETAG"}]}
    assert (answer.status_code, answer.json()) == (409, {"error": error})


def test_the_log_has_requests_without_their_queries(local: LocalCloud) -> None:
    """Some clients put credentials there."""
    local.session.get(f"{local.origin}/_local/health?access_token=s3cret")

    log = (local.root / "logs" / "cloud.log").read_text()
    assert "GET /_local/health 200" in log
    assert "s3cret" not in log


def test_the_folder_is_its_users_alone(local: LocalCloud) -> None:
    assert stat.S_IMODE(local.root.stat().st_mode) == 0o700


def test_two_local_clouds_never_share_a_folder(local: LocalCloud) -> None:
    async def second(ports: Ports) -> None:
        async with running(local.root, ports):
            pass

    with held_ports() as ports, pytest.raises(AlreadyRunningError, match=rf"process {os.getpid()}\) already works in"):
        asyncio.run(second(ports))


def test_a_taken_port_is_found_before_any_part_starts(tmp_path: Path) -> None:
    part = Scripted()
    with held_ports() as ports, socket.create_server(("127.0.0.1", ports.apis)):  # noqa: SIM117 - taken by then
        with pytest.raises(OSError, match="in use"), in_thread(tmp_path, ports, parts(part)):
            pass

    assert part.log == []


def test_a_part_that_fails_to_start_and_all_before_it_are_stopped(tmp_path: Path) -> None:
    first, second, third = Scripted(), Scripted(starts=False), Scripted()

    with pytest.raises(OSError, match="no port is free"), in_thread(tmp_path, compose=parts(first, second, third)):
        pass

    assert (first.log, second.log, third.log) == (["start", "stop"], ["start", "stop"], [])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_in_order(tmp_path: Path, number: signal.Signals) -> None:
    with in_process(tmp_path) as local:
        assert local.process is not None
        local.process.send_signal(number)

        assert local.process.wait(PATIENCE) == 0

    assert "stopping" in (tmp_path / "logs" / "cloud.log").read_text()
    with socket.socket() as caller:
        assert caller.connect_ex(("127.0.0.1", local.ports.apis)) != 0


def test_kill_9_and_restart_loses_nothing(tmp_path: Path) -> None:
    """Everything answered before the kill is there after it, on the same ports, with no lock left over."""
    with in_process(tmp_path) as before:
        before.enable(PROJECT)
        kept = make_one_of_each(before)
        before.kill()
        with in_process(tmp_path, before.ports) as after:
            assert read_each(after, kept) == kept


def make_one_of_each(local: LocalCloud) -> dict[tuple[Api, str], str]:
    """Create what the records keep; the text of what the API answers for each."""
    home = f"projects/{PROJECT}"
    place = f"{home}/locations/us-central1"
    secret = local.call("POST", SECRET_MANAGER, f"{home}/secrets?secretId=key", {"replication": {"automatic": {}}})[
        "name"
    ]
    local.call("POST", SECRET_MANAGER, f"{secret}:addVersion", {"payload": {"data": "czNjcmV0"}})
    account = local.call("POST", IAM, f"{home}/serviceAccounts", {"accountId": "runtime"})
    operation = local.call("POST", ARTIFACT_REGISTRY, f"{place}/repositories?repositoryId=app", {"format": "DOCKER"})
    bindings = [{"role": "roles/viewer", "members": [f"serviceAccount:{account['email']}"]}]
    local.call("POST", SECRET_MANAGER, f"{secret}:setIamPolicy", {"policy": {"bindings": bindings}})
    local.call("POST", STORAGE, f"b?project={PROJECT}", {"name": "demo-test-files"})
    upload = f"{upload_base(STORAGE.local(local.origin))}b/demo-test-files/o?uploadType=media&name=a/b"
    assert local.session.post(upload, data=b"content").ok
    local.call("POST", FIREBASE, f"{home}:addFirebase", {})
    names = [
        (SECRET_MANAGER, f"{secret}/versions/1:access"),
        (SECRET_MANAGER, f"{secret}:getIamPolicy"),
        (IAM, str(account["name"])),
        (ARTIFACT_REGISTRY, f"{place}/repositories/app"),
        (ARTIFACT_REGISTRY, str(operation["name"])),
        (STORAGE, "b/demo-test-files"),
        (STORAGE, "b/demo-test-files/o/a%2Fb"),
        (STORAGE, "b/demo-test-files/o/a%2Fb?alt=media"),
        (FIREBASE, home),
        (RESOURCE_MANAGER, home),
        (SERVICE_USAGE, f"{home}/services?filter=state:ENABLED"),
        (FIREBASE_HOSTING, f"{home}/sites/{PROJECT}"),
    ]
    return read_each(local, names)


def read_each(local: LocalCloud, names: Iterable[tuple[Api, str]]) -> dict[tuple[Api, str], str]:
    found = {}
    for api, path in names:
        answer = local.session.get(local.url(api, path))
        assert answer.ok, f"{path}: {answer.text}"
        found[api, path] = answer.text
    return found


def test_answers_are_json(local: LocalCloud) -> None:
    answer = local.session.get(f"{local.origin}/nowhere")

    assert answer.headers["Content-Type"].startswith("application/json")
    assert json.loads(answer.text)["error"]["code"] == 404
