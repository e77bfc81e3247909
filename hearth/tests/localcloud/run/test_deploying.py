"""From a change of a service to what it serves."""

import asyncio
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import aiohttp
import psutil
import pytest

from hearth.localcloud.run.listener import Listener
from hearth.tests.localcloud.build.playground import (
    IMAGE,
    PROJECT,
    SERVICES,
    WEB,
    Playground,
    app,
    eventually,
    play,
    public,
    when,
)

BROKEN = {"Dockerfile": 'FROM python\nCMD ["python", "-c", "print(\'no SECRET_KEY\'); exit(4)"]'}
DEAF = {"Dockerfile": 'FROM python\nCMD ["python", "-c", "import time; print(1, flush=True); time.sleep(600)"]'}
NOT_LISTENING = (
    "The user-provided container failed to start and listen on the port defined provided by the PORT=8080 environment "
    "variable within the allocated timeout."
)
SHORT_PROBE = {"startupProbe": {"tcpSocket": {}, "periodSeconds": 1, "failureThreshold": 1}}


async def body(uri: str, path: str = "/") -> str:
    async with aiohttp.ClientSession() as client, client.get(uri + path) as answer:
        assert answer.status == 200, await answer.text()
        return await answer.text()


def revisions(playground: Playground) -> list[str]:
    return [name.rpartition("/")[2] for name, _ in playground.cloud.store.children(f"run/{WEB}/revisions")]


def test_a_changed_template_makes_a_revision_and_nothing_else_does(tmp_path: Path) -> None:
    async def scenario(playground: Playground) -> None:
        service = public(await playground.image(app()))
        await playground.deploy(service)
        first = await playground.call("GET", f"{SERVICES}/web")
        changes = {"labels": {"team": "a"}, "scaling": {"maxInstanceCount": 3}, "description": "text"}
        same = (await playground.deploy(first | changes))["response"]
        other = (await playground.deploy(public(service["template"]["containers"][0]["image"], timeout="9s")))[
            "response"
        ]
        numbers = [name.rpartition("-")[0] for name in revisions(playground)]

        assert same["latestReadyRevision"] == first["latestReadyRevision"]
        assert (same["generation"], same["observedGeneration"], same["labels"]) == ("2", "2", {"team": "a"})
        assert other["latestReadyRevision"] != first["latestReadyRevision"]
        assert other["uid"] == first["uid"]
        assert "labels" not in other
        assert "reconciling" not in other
        assert numbers == ["web-00001", "web-00002"]

    play(tmp_path, scenario)


def test_not_one_request_fails_while_a_new_revision_takes_over(tmp_path: Path) -> None:
    """Requests under way on the old instance are answered by it; it ends only then."""

    async def scenario(playground: Playground) -> None:
        uri = await playground.serve(app("one"))
        image = await playground.image(app("two"))
        answers: list[str] = []
        old = int(await body(uri, "/pid"))
        stop, arrived = asyncio.Event(), playground.home / "arrived"

        async def load() -> None:
            async with aiohttp.ClientSession() as client:
                while not stop.is_set():
                    async with client.get(f"{uri}/slow?seconds=0.01") as answer:
                        answers.append(f"{answer.status} {await answer.text()}")

        loads = [asyncio.create_task(load()) for _ in range(8)]
        held = asyncio.create_task(body(uri, "/held"))
        await when(lambda: len(answers) > 20 and arrived.exists())
        ended = await playground.deploy(public(image))
        assert psutil.pid_exists(old), "the old instance went with a request under way"
        at = len(answers)
        await when(lambda: len(answers) > at + 50)
        (playground.home / "go").touch()
        stop.set()
        await asyncio.gather(*loads)

        assert ended["response"]["terminalCondition"]["state"] == "CONDITION_SUCCEEDED"
        assert set(answers) == {"200 one", "200 two"}
        # Each of the eight may have had one request under way at the switch.
        assert answers[at:].count("200 one") <= 8
        assert await held == "one"
        await when(lambda: not psutil.pid_exists(old))

    play(tmp_path, scenario)


@pytest.mark.parametrize(
    ("files", "container", "text"),
    [
        (BROKEN, {}, NOT_LISTENING),
        (BROKEN, SHORT_PROBE, "The user-provided container failed the configured startup probe checks."),
        (DEAF, SHORT_PROBE, "The user-provided container failed the configured startup probe checks."),
    ],
)
def test_a_revision_that_does_not_start_leaves_the_old_one_serving(
    tmp_path: Path, files: dict[str, str], container: dict[str, Any], text: str
) -> None:
    async def scenario(playground: Playground) -> None:
        uri = await playground.serve(app())
        ready = playground.cloud.store.get(f"run/{WEB}") or {}
        error = (await playground.deploy(public(await playground.image(files), container)))["error"]
        service = await playground.call("GET", f"{SERVICES}/web")
        failed = await playground.call("GET", f"/run/v2/{service['latestCreatedRevision']}")

        assert error["code"] == 9
        assert error["message"] == service["terminalCondition"]["message"]
        assert error["message"].startswith("Revision 'web-00002-")
        assert f"' is not ready and cannot serve traffic. {text}" in error["message"]
        assert service["terminalCondition"]["state"] == "CONDITION_FAILED"
        assert service["latestReadyRevision"] == ready["latestReadyRevision"]
        assert service["latestCreatedRevision"] != ready["latestReadyRevision"]
        assert "reconciling" not in service
        assert failed["conditions"][0]["revisionReason"] == "HEALTH_CHECK_CONTAINER_ERROR"
        assert await body(uri) == "one"

    play(tmp_path, scenario)


def test_a_failed_start_shows_the_last_lines_that_the_service_wrote(tmp_path: Path) -> None:
    async def scenario(playground: Playground) -> None:
        error = (await playground.deploy(public(await playground.image(BROKEN))))["error"]
        log = (playground.cloud.logs / "services" / "web.log").read_text()

        assert "exited with code 4" in error["message"]
        assert error["message"].endswith("\nno SECRET_KEY")
        assert log.endswith(" | no SECRET_KEY\n")
        assert log.startswith("web-00001-")

    play(tmp_path, scenario)


def test_a_service_without_any_ready_revision_answers_503(tmp_path: Path) -> None:
    async def scenario(playground: Playground) -> None:
        await playground.deploy(public(await playground.image(BROKEN)))
        uri = f"http://localhost:{playground.cloud.ports.service}/"
        async with aiohttp.ClientSession() as client, client.get(uri) as answer:
            assert answer.status == 503

    play(tmp_path, scenario)


def test_the_same_change_after_a_failure_is_tried_again_and_not_called_a_success(tmp_path: Path) -> None:
    async def scenario(playground: Playground) -> None:
        playground.secret("key", "s3cret")
        account = playground.account("web-run")
        env = [{"name": "KEY", "valueSource": {"secretKeyRef": {"secret": "key", "version": "latest"}}}]
        service = public(await playground.image(app()), {"env": env}, serviceAccount=account)
        first, second = await playground.deploy(service), await playground.deploy(service)
        playground.let(
            "secretmanager/projects/demo-hearth/secrets/key",
            "roles/secretmanager.secretAccessor",
            f"serviceAccount:{account}",
        )
        third = await playground.deploy(service)

        assert "Permission denied on secret" in first["error"]["message"]
        assert first["error"] == second["error"]
        assert third["response"]["terminalCondition"]["state"] == "CONDITION_SUCCEEDED"
        assert len(revisions(playground)) == 1
        assert '"KEY": "s3cret"' in await body(third["response"]["uri"], "/env")

    play(tmp_path, scenario)


def test_an_image_that_is_not_in_the_registry_is_said_to_be_missing(tmp_path: Path) -> None:
    async def scenario(playground: Playground) -> None:
        error = (await playground.deploy(public(f"{IMAGE}:nope")))["error"]

        assert f"Image '{IMAGE}:nope' not found." in error["message"]

    play(tmp_path, scenario)


def test_a_tag_that_moves_does_not_change_what_a_revision_runs(tmp_path: Path) -> None:
    async def scenario(playground: Playground) -> None:
        await playground.build(app("one"), tag="live")
        ended = await playground.deploy(public(f"{IMAGE}:live"))
        await playground.build(app("two"), tag="live")
        uri = ended["response"]["uri"]
        pid = int(await body(uri, "/pid"))
        os.kill(pid, 9)

        assert await eventually(lambda: _changed(uri, str(pid))) == "one"

    async def _changed(uri: str, pid: str) -> str | None:
        with suppress(AssertionError):
            return await body(uri) if await body(uri, "/pid") != pid else None
        return None

    play(tmp_path, scenario)


def test_a_newer_change_replaces_a_deploy_that_hangs(tmp_path: Path) -> None:
    """The default probe would wait four minutes."""

    async def scenario(playground: Playground) -> None:
        deaf, good = await playground.image(DEAF), await playground.image(app())
        hanging = await playground.call("POST", f"{SERVICES}?serviceId=web", public(deaf))
        await when((playground.cloud.logs / "services/web.log").exists)
        ended = await playground.deploy(public(good))
        given_up = await playground.done("run", hanging)

        assert given_up["error"]["code"] == 10
        assert await body(ended["response"]["uri"]) == "one"

    play(tmp_path, scenario)


def test_an_instance_has_only_the_environment_it_was_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "of the developer")

    async def scenario(playground: Playground) -> None:
        container = {"env": [{"name": "MODE", "value": "service"}, {"name": "EMPTY"}]}
        ended = await playground.deploy(public(await playground.image(app()), container))
        text = await body(ended["response"]["uri"], "/env")
        env = __import__("json").loads(text)
        data = str(playground.cloud.data / PROJECT)

        # PWD and the rest are the shell's own, which is what starts the process.
        assert {name: value for name, value in env.items() if name not in {"PWD", "SHLVL", "_", "PATH", "PORT"}} == {
            "HOME": data,
            "HEARTH_DATA_DIR": data,
            "HEARTH_IDENTITY_ORIGIN": playground.cloud.origin,
            "LANG": "C.UTF-8",
            "MODE": "service",
            "EMPTY": "",
            "K_SERVICE": "web",
            "K_CONFIGURATION": "web",
            "K_REVISION": ended["response"]["latestReadyRevision"].rpartition("/")[2],
        }
        assert env["PATH"].startswith(f"{playground.cloud.environments}/")

    play(tmp_path, scenario)


def test_a_deleted_service_leaves_no_process_no_port_and_no_policy(tmp_path: Path) -> None:
    async def scenario(playground: Playground) -> None:
        uri = await playground.serve(app())
        pid = int(await body(uri, "/pid"))
        playground.let(f"run/{WEB}", "roles/run.invoker", "allUsers")
        operation = await playground.call("DELETE", f"{SERVICES}/web")

        assert operation["done"]
        assert not psutil.pid_exists(pid)
        assert playground.cloud.store.below(f"run/{WEB}") == []
        assert playground.cloud.store.get(f"policy/run/{WEB}") is None
        assert playground.cloud.store.below("processes") == []
        await playground.call("GET", f"{SERVICES}/web", status=404)
        with pytest.raises(aiohttp.ClientConnectorError):
            await body(uri)

    play(tmp_path, scenario)


def test_a_service_deleted_while_its_deploy_ends_leaves_nothing_running_and_its_operation_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = "until [ -e $HOME/go ]; do sleep 0.01; done; exec python main.py"
    waiting = app() | {"Dockerfile": f"FROM python\nCOPY main.py .\nCMD {script}"}

    async def scenario(playground: Playground) -> None:
        image = await playground.image(waiting)
        begun = await playground.call("POST", f"{SERVICES}?serviceId=web", public(image))
        await when((playground.cloud.logs / "services/web.log").exists)
        (deploy,) = (task for task in asyncio.all_tasks() if task.get_name() == "deploy")
        close = Listener.close

        async def closes_as_the_deploy_ends(listener: Listener) -> None:
            (playground.cloud.data / PROJECT / "go").touch()
            await asyncio.wait({deploy})
            await close(listener)

        monkeypatch.setattr(Listener, "close", closes_as_the_deploy_ends)
        await playground.call("DELETE", f"{SERVICES}/web")
        ended = playground.cloud.store.get(f"operations/run/{begun['name']}") or {}

        assert ended["error"]["code"] == 10
        assert playground.cloud.store.below("processes") == []
        assert playground.cloud.store.below(f"run/{WEB}") == []

    play(tmp_path, scenario)


def test_the_second_service_gets_the_next_port(tmp_path: Path) -> None:
    async def scenario(playground: Playground) -> None:
        image = await playground.image(app())
        uris = [(await playground.deploy(public(image), name))["response"]["uri"] for name in ("web", "api")]
        ports = [int(uri.rpartition(":")[2]) for uri in uris]

        assert ports[0] == playground.cloud.ports.service
        assert ports[1] > ports[0]
        assert [await body(uri) for uri in uris] == ["one", "one"]

    play(tmp_path, scenario)
