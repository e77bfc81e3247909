"""The life of an instance after it was ready: crashes, hangs, and the end of the cloud it belongs to."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import aiohttp
import psutil
import pytest

from flask_hearth.testing.processes import PATIENCE
from hearth.localcloud.run import ports, processes, spec
from hearth.localcloud.run.instance import Instance
from hearth.localcloud.run.launch import Launch
from hearth.localcloud.run.revision_runner import RevisionRunner
from hearth.localcloud.store import Store
from hearth.tests.localcloud.build.playground import (
    PROJECT,
    WEB,
    Playground,
    app,
    eventually,
    play,
    playing,
    public,
    when,
)
from hearth.tests.localcloud.running import processes_below

HTTP = {"httpGet": {"path": "/"}}
LIVENESS = {"livenessProbe": {"httpGet": {"path": "/health"}, "periodSeconds": 1, "failureThreshold": 1}}


async def ask(uri: str, path: str = "/") -> str | None:
    """The body of an answer with status 200."""
    try:
        async with aiohttp.ClientSession() as client, client.get(uri + path) as answer:
            return await answer.text() if answer.status == 200 else None
    except aiohttp.ClientError:
        return None


def sessions_of(root: Path) -> set[int]:
    """Processes that run in this folder."""
    return {process.pid for process in processes_below(root, "HEARTH_DATA_DIR")}


def test_a_crashed_instance_is_started_again(tmp_path: Path) -> None:
    async def scenario(playground: Playground) -> None:
        uri = await playground.serve(app())
        before = await ask(uri, "/pid")
        assert await ask(uri, "/exit") is None
        # Requests wait for the new instance meanwhile.
        after = await eventually(lambda: ask(uri, "/pid"))

        assert after != before
        assert await ask(uri) == "one"

    play(tmp_path, scenario)


def test_an_instance_that_fails_its_liveness_probe_is_replaced(tmp_path: Path) -> None:
    async def scenario(playground: Playground) -> None:
        ended = await playground.deploy(public(await playground.image(app()), LIVENESS))
        uri = ended["response"]["uri"]
        # A probe may have failed before, as on a machine that is too busy to answer it.
        before = await eventually(lambda: ask(uri, "/unhealthy"))

        async def replaced() -> str | None:
            found = await ask(uri, "/pid")
            return found if found != before else None

        assert await eventually(replaced)
        assert not psutil.pid_exists(int(before))

    play(tmp_path, scenario)


def test_an_answer_under_way_ends_when_its_instance_is_killed(tmp_path: Path) -> None:
    """And does not hang until the request timeout."""

    async def scenario(playground: Playground) -> None:
        uri = await playground.serve(app())
        pid = int(await ask(uri, "/pid") or 0)
        async with aiohttp.ClientSession() as client, client.get(f"{uri}/trickle") as answer:
            await answer.content.readany()
            os.kill(pid, signal.SIGKILL)

            with pytest.raises(aiohttp.ClientError):
                await asyncio.wait_for(answer.read(), PATIENCE)

    play(tmp_path, scenario)


def test_stopping_the_cloud_ends_every_process(tmp_path: Path) -> None:
    async def scenario(playground: Playground) -> None:
        await playground.serve(app())
        assert sessions_of(tmp_path)

    play(tmp_path, scenario)
    assert sessions_of(tmp_path) == set()


@pytest.mark.parametrize(
    ("handler", "grace", "code"),
    [("lambda *_: os._exit(5)", 10 * PATIENCE, 5), ("signal.SIG_IGN", 0.3, -signal.SIGKILL)],
    ids=["ends by it", "ignores it"],
)
def test_a_process_has_the_grace_to_end_by_sigterm_and_is_killed_after_it_with_all_its_children(
    tmp_path: Path, handler: str, grace: float, code: int
) -> None:
    program = f"import os, signal; signal.signal(15, {handler}); os.fork(); print(1, flush=True); signal.pause()"

    async def scenario() -> None:
        store = Store(tmp_path / "state.db")
        env = {"HEARTH_DATA_DIR": str(tmp_path)}
        started = await processes.start(store, [sys.executable, "-c", program], cwd=tmp_path, env=env, mark=env)
        assert started.process.stdout is not None
        for _ in range(2):
            await started.process.stdout.readline()
        await asyncio.wait_for(started.end(grace), PATIENCE)

        assert started.process.returncode == code
        assert store.below("processes") == []
        # The leader has been waited for; its child is the system's to end.
        await when(lambda: sessions_of(tmp_path) == set())
        store.close()

    asyncio.run(scenario())


def test_a_stop_that_was_cancelled_is_finished_by_the_next(tmp_path: Path) -> None:
    """As when the cloud stops while an old revision is being ended."""
    code = (
        "import os, signal, socket, time; signal.signal(15, signal.SIG_IGN); "
        "s = socket.create_server(('', int(os.environ['PORT']))); time.sleep(600)"
    )

    async def scenario() -> None:
        store = Store(tmp_path / "state.db")
        env = {"HEARTH_DATA_DIR": str(tmp_path), "K_REVISION": "web-00001-abc"}

        async def prepare() -> Launch:
            return Launch([sys.executable, "-c", code], tmp_path, env)

        template = spec.complete({"template": {"containers": [{"image": "i"}]}}, PROJECT)["template"]
        runner = RevisionRunner(store, "web-00001-abc", template, prepare, log_file=tmp_path / "log", grace=0.5)
        await runner.start()
        retiring = asyncio.create_task(runner.drain())
        await when(lambda: runner.instance is None)
        retiring.cancel()
        await asyncio.gather(retiring, return_exceptions=True)
        assert sessions_of(tmp_path)
        await runner.stop()

        assert sessions_of(tmp_path) == set()
        store.close()

    asyncio.run(scenario())


def test_a_restarted_cloud_serves_what_it_served(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with playing(tmp_path) as playground:
            uri = await playground.serve(app())
            port = playground.cloud.ports.service
        # Another default port: the service keeps the one it has.
        async with playing(tmp_path):
            assert await eventually(lambda: ask(uri)) == "one"
            assert uri.endswith(f":{port}")

    asyncio.run(scenario())


def test_a_service_whose_port_was_taken_meanwhile_moves_to_another(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with playing(tmp_path) as playground:
            uri = await playground.serve(app())
            port = playground.cloud.ports.service
        taker = await asyncio.start_server(lambda *_: None, "127.0.0.1", port)
        async with taker, playing(tmp_path) as playground:
            service = playground.cloud.store.get(f"run/{WEB}") or {}

            assert service["uri"] != uri
            assert service["urls"] == [service["uri"]]
            assert await eventually(lambda: ask(service["uri"])) == "one"

    asyncio.run(scenario())


def test_a_deploy_that_the_cloud_did_not_live_to_finish_goes_on_at_its_next_start(tmp_path: Path) -> None:
    script = "until [ -e $HOME/go ]; do sleep 0.05; done; exec python main.py"
    waiting = {"Dockerfile": f"FROM python\nCOPY main.py .\nCMD {script}"}

    async def scenario() -> None:
        async with playing(tmp_path) as playground:
            image = await playground.image(app() | waiting)
            await playground.call("POST", "/run/v2/" + WEB.replace("/web", "?serviceId=web"), public(image))
        async with playing(tmp_path) as playground:
            assert (playground.cloud.store.get(f"run/{WEB}") or {})["reconciling"]
            (playground.cloud.data / PROJECT / "go").touch()
            uri = f"http://localhost:{(playground.cloud.store.get(f'run/{WEB}') or {})['_port']}"

            assert await eventually(lambda: ask(uri)) == "one"

    asyncio.run(scenario())


def test_kill_9_of_the_cloud_leaves_orphans_that_its_next_start_ends(tmp_path: Path) -> None:
    """And then it serves again, from instances of its own."""
    code = """
import asyncio, pathlib, sys
from hearth.tests.localcloud.build.playground import app, playing

async def main():
    async with playing(pathlib.Path(sys.argv[1])) as playground:
        print(await playground.serve(app()), flush=True)
        await asyncio.sleep(600)

asyncio.run(main())
"""
    root = tmp_path / "cloud"
    root.mkdir()
    cloud = subprocess.Popen(
        [sys.executable, "-c", code, str(root)], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        assert cloud.stdout is not None
        uri = cloud.stdout.readline().strip()
        assert uri.startswith("http://localhost:")
        cloud.kill()
        cloud.wait(PATIENCE)
        orphans = sessions_of(root)
        assert orphans, "the instance did not outlive its cloud, so this test tests nothing"

        async def scenario() -> None:
            async with playing(root):
                assert not orphans & sessions_of(root)
                assert await eventually(lambda: ask(uri)) == "one"
                assert sessions_of(root)

        asyncio.run(scenario())
        assert sessions_of(root) == set()
    finally:
        for pid in sessions_of(root):
            os.kill(pid, signal.SIGKILL)
        if cloud.poll() is None:
            os.killpg(cloud.pid, signal.SIGKILL)
        cloud.communicate()


def test_a_process_that_only_has_a_recorded_id_is_left_alone(tmp_path: Path) -> None:
    """Ids are used again; a record names a process by its start time too."""
    store = Store(tmp_path / "state.db")
    with subprocess.Popen(["sleep", "600"], start_new_session=True) as bystander:
        record = {"pid": bystander.pid, "started": time.time() - 3600, "mark": {}}
        store.put(f"processes/run/{bystander.pid}", record)

        assert asyncio.run(processes.end_orphans(store)) == []
        assert bystander.poll() is None
        assert store.below("processes") == []
        bystander.kill()
    store.close()


def test_what_was_told_another_value_is_asked_to_end_and_nothing_else(tmp_path: Path) -> None:
    store = Store(tmp_path / "state.db")
    told = {"old": {"HOST": "a:1"}, "new": {"HOST": "a:2"}, "nothing": {}, "another's": {"HOST": "a:1"}}
    running = {name: subprocess.Popen(["sleep", "600"], env={"PATH": os.defpath, **env}) for name, env in told.items()}
    try:
        for name, each in running.items():
            begun = 0.0 if name == "another's" else psutil.Process(each.pid).create_time()
            store.put(f"processes/run/{each.pid}", {"pid": each.pid, "started": begun, "mark": {}})
        processes.ask_to_end(store, "HOST", other_than="a:2")

        assert running["old"].wait(PATIENCE) == -signal.SIGTERM
        assert [name for name, each in running.items() if each.poll() is not None] == ["old"]
    finally:
        for each in running.values():
            each.kill()
            each.wait()
        store.close()


def test_a_member_of_a_session_without_its_leader_is_ended_only_if_it_bears_the_mark(tmp_path: Path) -> None:
    store = Store(tmp_path / "state.db")
    # The leader ends at once; its child stays behind in the session.
    code = "import os, time; os.fork() and os._exit(0); time.sleep(600)"
    pids = []
    for mark in ("ours", "theirs"):
        leader = subprocess.Popen([sys.executable, "-c", code], env={"MARK": mark}, start_new_session=True)
        leader.wait(PATIENCE)
        pids.append(leader.pid)
        store.put(f"processes/run/{leader.pid}", {"pid": leader.pid, "started": time.time(), "mark": {"MARK": "ours"}})
    children = {pid: next(p for p in psutil.process_iter() if _session(p.pid) == pid) for pid in pids}
    try:
        assert asyncio.run(processes.end_orphans(store)) == [pids[0]]
        assert [children[pid].is_running() for pid in pids] == [False, True]
    finally:
        for child in children.values():
            if child.is_running():
                child.kill()
        store.close()


def _session(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except OSError:
        return None


def test_a_process_whose_cloud_died_before_recording_it_never_runs(tmp_path: Path) -> None:
    """The gate opens by a line from the cloud; here it ends before it sends one."""
    witness = tmp_path / "ran"
    gate = subprocess.Popen(
        ["/bin/sh", "-c", processes._GATE, "sh", "touch", str(witness)], stdin=subprocess.PIPE, text=True
    )
    gate.communicate("", timeout=PATIENCE)

    assert gate.returncode == 1
    assert not witness.exists()


def test_variables_of_the_service_survive_json(tmp_path: Path) -> None:
    async def scenario(playground: Playground) -> None:
        value = 'quotes " and \n lines and $HOME'
        container = {"env": [{"name": "TEXT", "value": value}]}
        ended = await playground.deploy(public(await playground.image(app()), container))

        assert json.loads(await ask(ended["response"]["uri"], "/env") or "{}")["TEXT"] == value

    play(tmp_path, scenario)


def test_an_instance_whose_port_was_taken_before_it_came_to_it_is_started_on_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = "import os, sys; os.execv(sys.executable, [sys.executable, '-m', 'http.server', os.environ['PORT']])"
    env = {"HEARTH_DATA_DIR": str(tmp_path), "K_REVISION": "web-00001-abc"}
    # Over HTTP: what took the port takes connections as well, and answers none.
    probe = {"initialDelaySeconds": 0, "timeoutSeconds": 1, "periodSeconds": 240, "failureThreshold": 1, **HTTP}

    async def scenario() -> None:
        store = Store(tmp_path / "state.db")
        launch = Launch([sys.executable, "-c", code], tmp_path, env)
        with socket.create_server(("", 0)) as taker:
            drawn = [taker.getsockname()[1], free := ports.free()]
            monkeypatch.setattr(ports, "free", lambda: drawn.pop(0))
            instance = await Instance.start(store, launch, probe, log=tmp_path / "log", prefix="web")

        assert instance.port == free
        assert len(sessions_of(tmp_path)) == 1
        await instance.kill()
        store.close()

    asyncio.run(scenario())
