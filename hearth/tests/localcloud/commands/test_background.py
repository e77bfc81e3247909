"""The local cloud as a background process: found by its lock, started until it answers, ended as a group."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from flask_hearth.testing.processes import PATIENCE
from flask_hearth.testing.raw_server import NO_HTTP, answering
from hearth.localcloud import locking
from hearth.localcloud.cloud import Ports
from hearth.localcloud.commands import background, ports
from hearth.localcloud.commands.checkout import Checkout
from hearth.localcloud.commands.errors import CommandError
from hearth.tests.localcloud.running import CHECKOUT
from hearth.tests.ports import held_ports


@pytest.fixture
def checkout(tmp_path: Path) -> Iterator[Checkout]:
    """A checkout with this one's code and a local cloud of its own."""
    for name in ("Pulumi.yaml", "hearth", ".venv"):
        (tmp_path / name).symlink_to(CHECKOUT / name)
    checkout = Checkout(tmp_path)
    with held_ports() as held:
        ports.remember(checkout.ports, held)
        yield checkout
        if pid := background.holder(checkout.cloud):
            os.killpg(pid, signal.SIGKILL)


def test_a_folder_without_a_local_cloud_has_no_holder(tmp_path: Path) -> None:
    assert background.holder(tmp_path) is None


def test_the_holder_of_a_folder_is_known_for_as_long_as_it_lives(tmp_path: Path) -> None:
    with locking.lock_folder(tmp_path):
        held = background.holder(tmp_path)

    assert held == os.getpid()
    assert background.holder(tmp_path) is None


def test_nothing_is_stopped_where_nothing_runs(tmp_path: Path) -> None:
    assert not background.stop(tmp_path)


def test_a_process_that_is_deaf_to_sigterm_is_killed(tmp_path: Path) -> None:
    script = (
        "import signal, sys, time\n"
        "from pathlib import Path\n"
        "from hearth.localcloud import locking\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "with locking.lock_folder(Path(sys.argv[1])):\n"
        "    print('held', flush=True)\n"
        "    time.sleep(600)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, tmp_path], cwd=CHECKOUT, stdout=subprocess.PIPE, start_new_session=True
    ) as process:
        assert process.stdout
        process.stdout.readline()

        assert background.stop(tmp_path, patience=0.3)
        assert process.wait(PATIENCE) == -signal.SIGKILL


@pytest.mark.parametrize("raw", NO_HTTP)
def test_what_is_no_http_on_its_port_is_no_local_cloud(raw: bytes) -> None:
    with answering(raw) as origin:
        apis = Ports(edge=1, apis=int(origin.rpartition(":")[2]), service=2)

        assert not background.healthy(apis)
        with pytest.raises(CommandError, match="does not report its status"):
            background.status(apis)


def test_a_local_cloud_whose_code_has_changed_is_started_anew_on_its_ports(checkout: Checkout) -> None:
    """After an upgrade, requests would else reach the old code for as long as the process lives."""
    (checkout.root / "hearth").unlink()
    shutil.copytree(CHECKOUT / "hearth", checkout.root / "hearth", ignore=shutil.ignore_patterns("tests"))
    said: list[str] = []
    chosen = background.ensure(checkout, said.append)
    before = background.holder(checkout.cloud)
    with (checkout.toolkit / "catalog" / "apis.py").open("a", encoding="utf-8") as apis:
        apis.write("\n# changed\n")

    again = background.ensure(checkout, said.append)

    assert again == chosen
    assert background.holder(checkout.cloud) not in (None, before)
    assert said == ["The local cloud's code has changed: restarting it. What is deployed stays."]


def test_a_local_cloud_starts_is_found_again_and_stops(checkout: Checkout) -> None:
    said: list[str] = []

    chosen = background.ensure(checkout, said.append)
    pid = background.holder(checkout.cloud)
    again = background.ensure(checkout, said.append)
    same = background.holder(checkout.cloud)

    assert chosen == again == ports.remembered(checkout.ports)
    assert pid == same
    assert pid is not None
    assert os.getpgid(pid) == pid
    assert said == []
    assert background.stop(checkout.cloud)
    assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    assert all(ports.has_no_listener(port) for port in (chosen.apis, chosen.edge, chosen.service))


def test_a_local_cloud_from_before_the_toolkit_had_a_folder_is_left_to_its_user_to_end(checkout: Checkout) -> None:
    checkout.cloud.mkdir(parents=True, exist_ok=True)
    (checkout.root / "localcloud").mkdir()
    (checkout.root / "localcloud" / "__main__.py").write_text(
        "import sys, time\n"
        "from pathlib import Path\n"
        "from hearth.localcloud import locking\n"
        "with locking.lock_folder(Path('.local', 'cloud')):\n"
        "    print('held', flush=True)\n"
        "    time.sleep(600)\n",
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "localcloud", "serve"]
    with subprocess.Popen(command, cwd=checkout.root, stdout=subprocess.PIPE, start_new_session=True) as process:
        assert process.stdout
        process.stdout.readline()

        with pytest.raises(CommandError, match=rf"`kill {process.pid}`, then run this again"):
            background.ensure(checkout, lambda _line: None)
        assert process.poll() is None
        process.kill()


def test_a_local_cloud_that_does_not_start_leaves_its_last_words(checkout: Checkout) -> None:
    checkout.cloud.parent.mkdir(exist_ok=True)
    (checkout.cloud / "logs").mkdir(parents=True)
    # Its database can't be made there.
    (checkout.cloud / "state.db").mkdir()

    with pytest.raises(
        CommandError, match=r"ended while it started. The end of its log:\n(.*\n)*.*unable to open database"
    ):
        background.ensure(checkout, lambda _line: None)


def test_a_port_that_was_taken_after_it_was_chosen_is_replaced_by_another(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[Ports] = []
    taken: list[socket.socket] = []

    def start(_checkout: Checkout, chosen: Ports) -> None:
        begun.append(chosen)
        if not taken:
            taken.append(socket.create_server(("127.0.0.1", chosen.edge)))
            raise CommandError("The local cloud ended while it started.")

    monkeypatch.setattr(background, "start", start)
    try:
        chosen = background.ensure(checkout, lambda _line: None)
    finally:
        taken[0].close()

    assert [begun[1]] == [chosen] == [ports.remembered(checkout.ports)]
    assert chosen == replace(begun[0], edge=chosen.edge)
    assert chosen.edge > begun[0].edge


def test_a_running_local_cloud_is_not_moved_by_a_variable(checkout: Checkout) -> None:
    background.ensure(checkout, lambda _line: None)

    with pytest.raises(CommandError, match=r"HEARTH_EDGE_PORT=5999, but the local cloud already runs on port \d+"):
        background.ensure(checkout, lambda _line: None, {"HEARTH_EDGE_PORT": "5999"})
