"""Where a deployment listens, and that nothing of it is left after `make down`."""

import dataclasses
import os
import re
import shutil
import signal
import socket
from pathlib import Path

import pytest

from hearth.localcloud.cloud import Ports
from hearth.localcloud.commands.ports import listening_nowhere, remembered
from hearth.tests.engine.deployment import Deployment, copied, eventually
from hearth.tests.ports import held_ports


def nothing_is_left(deployment: Deployment) -> bool:
    ports = deployment.ports
    return not deployment.processes() and all(map(listening_nowhere, (ports.apis, ports.edge, ports.service)))


def test_down_leaves_no_process_and_no_open_port(fresh: Deployment) -> None:
    fresh.up()

    done = fresh.make("down")

    assert done.returncode == 0, done.stdout
    assert eventually(lambda: nothing_is_left(fresh))
    assert fresh.make("down").returncode == 0


def test_destroy_by_plain_pulumi_leaves_no_resource(fresh: Deployment) -> None:
    fresh.up()

    done = fresh.pulumi("destroy", "--yes", "--stack", "local")

    assert done.returncode == 0, done.stdout
    assert not fresh.state().get("resources")
    assert fresh.get().status_code == 404
    fresh.up()
    assert fresh.get().status_code == 200


def test_down_gets_rid_of_what_is_protected_from_deletion(fresh: Deployment) -> None:
    fresh.edit("Pulumi.local.yaml", 'app:deletionProtection: "false"', 'app:deletionProtection: "true"')
    fresh.edit("Pulumi.local.yaml", 'app:protect: "false"', 'app:protect: "true"')
    fresh.up()

    done = fresh.make("down")

    assert done.returncode == 0, done.stdout
    assert eventually(lambda: nothing_is_left(fresh))
    fresh.up()


def test_down_after_a_killed_cloud_ends_what_it_left_running(fresh: Deployment) -> None:
    fresh.up()
    pid = fresh.cloud()
    assert pid
    os.kill(pid, signal.SIGKILL)

    done = fresh.make("down")

    assert done.returncode == 0, done.stdout
    assert eventually(lambda: nothing_is_left(fresh))


def test_down_of_a_state_that_can_not_be_read_throws_it_away(fresh: Deployment) -> None:
    fresh.up()
    (saved,) = (fresh.checkout.state / ".pulumi" / "stacks").glob("*/local.json")
    saved.write_text("{", encoding="utf-8")

    done = fresh.make("down")

    assert done.returncode == 0, done.stdout
    assert eventually(lambda: nothing_is_left(fresh))
    fresh.up()


def test_down_where_nothing_ever_ran_is_quiet(fresh: Deployment) -> None:
    done = fresh.make("down")

    assert (done.returncode, done.stdout) == (0, "Nothing runs.\n")


def test_two_checkouts_run_side_by_side_and_a_taken_port_is_said(tmp_path: Path) -> None:
    """Neither has its ports set by hand; the second one moves."""
    with (
        copied(tmp_path / "one") as one,
        copied(tmp_path / "two") as two,
        socket.create_server(("127.0.0.1", one.ports.edge)),
    ):
        remember = '{{"edge": {0.edge}, "apis": {0.apis}, "service": {0.service}}}'
        for each in (one, two):
            each.checkout.ports.write_text(remember.format(one.ports), encoding="utf-8")
        none = dict.fromkeys(("HEARTH_EDGE_PORT", "HEARTH_API_PORT", "HEARTH_SERVICE_PORT"), "")

        first = one.make("up", **none)
        second = two.make("up", **none)

        assert first.returncode == 0, first.stdout
        assert second.returncode == 0, second.stdout
        assert f"Port {one.ports.edge} is taken by" in first.stdout
        pages = [each.get(base=f"http://127.0.0.1:{ports_of(each).edge}") for each in (one, two)]
        assert [page.status_code for page in pages] == [200, 200]
        assert ports_of(one) != ports_of(two)


def test_a_cloud_that_comes_back_on_other_ports_is_found_by_its_addresses(fresh: Deployment) -> None:
    """After a restart of the machine, another program may have had the ports first."""
    fresh.up()
    pid = fresh.cloud()
    assert pid
    os.kill(pid, signal.SIGTERM)
    eventually(lambda: fresh.cloud() is None)
    with held_ports() as others:
        moved = dataclasses.replace(fresh, ports=others)

        output = moved.up()

        told = dict(re.findall(r"^  (site|service) +(http://\S+)$", output, re.MULTILINE))
        assert told["site"] == f"http://localhost:{moved.ports.edge}"
        assert moved.get("/", told["site"]).status_code == 200
        assert moved.get("/health", told["service"]).status_code == 200


def test_a_deleted_folder_of_the_cloud_is_deployed_anew(fresh: Deployment) -> None:
    """The state says that everything is there; the cloud knows of nothing."""
    fresh.up()
    pid = fresh.cloud()
    assert pid
    os.kill(pid, signal.SIGTERM)
    eventually(lambda: fresh.cloud() is None)
    shutil.rmtree(fresh.checkout.cloud)

    fresh.up()

    assert fresh.get().status_code == 200
    assert fresh.pulumi("preview", "--expect-no-changes", "--stack", "local").returncode == 0


def ports_of(deployment: Deployment) -> Ports:
    found = remembered(deployment.checkout.ports)
    assert found
    return found


@pytest.mark.parametrize("variable", ["HEARTH_EDGE_PORT", "HEARTH_API_PORT"])
def test_a_taken_port_set_by_hand_stops_up_before_anything_starts(fresh: Deployment, variable: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        done = fresh.make("up", **{variable: str(port)})

    assert done.returncode == 1
    assert f"{variable}={port}, but port {port} is taken" in done.stdout
    assert fresh.cloud() is None
