"""Where a deployment listens, and that nothing of it is left after `make down`."""

import dataclasses
import os
import re
import shutil
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from hearth.first_collection import first
from hearth.localcloud.cloud import Ports
from hearth.localcloud.commands.ports import has_no_listener, remembered
from hearth.tests.engine.deployment import CHECKOUT, SECONDS, Deployment, copied, eventually
from hearth.tests.installed import share_packages
from hearth.tests.ports import held_ports

KEPT = first(CHECKOUT)
"""What the tests make objects of, whatever the service keeps."""


def nothing_is_left(deployment: Deployment) -> bool:
    ports = deployment.ports
    return not deployment.processes() and all(map(has_no_listener, (ports.apis, ports.edge, ports.service)))


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """For all tests here that need one which is up: what a test throws away, the next one deploys again."""
    with copied(tmp_path_factory.mktemp("one") / "checkout") as deployment:
        yield deployment


@pytest.fixture
def up(one: Deployment) -> Deployment:
    if one.cloud() is None:
        one.up()
    return one


def test_down_leaves_no_process_no_open_port_and_no_data(up: Deployment) -> None:
    requests.post(up.site + KEPT.path, json=KEPT.body, timeout=SECONDS).raise_for_status()

    done = up.make("down", "--yes")

    assert done.returncode == 0, done.stdout
    assert eventually(lambda: nothing_is_left(up))
    assert up.make("down", "--yes").returncode == 0
    up.up()
    assert up.get(KEPT.path).json()[KEPT.name] == []


def test_down_without_a_terminal_refuses_to_delete_data_and_says_what_does(up: Deployment) -> None:
    done = up.make("down")

    assert done.returncode != 0
    assert "`make down YES=1` deletes without asking" in done.stdout
    assert up.get().status_code == 200


def test_stop_leaves_no_process_and_the_next_up_goes_on_with_the_data(up: Deployment) -> None:
    requests.post(up.site + KEPT.path, json=KEPT.body, timeout=SECONDS).raise_for_status()
    before = up.get(KEPT.path).json()[KEPT.name]

    done = up.make("stop")

    assert done.returncode == 0, done.stdout
    assert eventually(lambda: nothing_is_left(up))
    up.up()
    assert up.get(KEPT.path).json()[KEPT.name] == before


def test_destroy_by_plain_pulumi_leaves_no_resource(up: Deployment) -> None:
    done = up.pulumi("destroy", "--yes", "--stack", "local")

    assert done.returncode == 0, done.stdout
    assert not up.state().get("resources")
    assert up.get().status_code == 404
    up.up()
    assert up.get().status_code == 200


def test_down_gets_rid_of_what_is_protected_from_deletion(up: Deployment) -> None:
    with (
        up.for_now("Pulumi.local.yaml", 'app:deletionProtection: "false"', 'app:deletionProtection: "true"'),
        up.for_now("Pulumi.local.yaml", 'app:protect: "false"', 'app:protect: "true"'),
    ):
        up.up()

        done = up.make("down", "--yes")

    assert done.returncode == 0, done.stdout
    assert eventually(lambda: nothing_is_left(up))
    up.up()


def test_down_after_a_killed_cloud_ends_what_it_left_running(up: Deployment) -> None:
    pid = up.cloud()
    assert pid
    os.kill(pid, signal.SIGKILL)

    done = up.make("down", "--yes")

    assert done.returncode == 0, done.stdout
    assert eventually(lambda: nothing_is_left(up))


def test_down_of_a_state_that_can_not_be_read_throws_it_away(up: Deployment) -> None:
    (saved,) = (up.checkout.state / ".pulumi" / "stacks").glob("*/local.json")
    saved.write_text("{", encoding="utf-8")

    done = up.make("down", "--yes")

    assert done.returncode == 0, done.stdout
    assert eventually(lambda: nothing_is_left(up))
    up.up()


def test_a_deleted_folder_of_the_cloud_is_deployed_anew(up: Deployment) -> None:
    """The state says that everything is there; the cloud knows of nothing."""
    stopped(up)
    shutil.rmtree(up.checkout.cloud)
    share_packages(up.checkout.cloud)

    up.up()

    assert up.get().status_code == 200
    assert up.pulumi("preview", "--expect-no-changes", "--stack", "local").returncode == 0


def test_a_cloud_that_comes_back_on_other_ports_is_found_by_its_addresses(up: Deployment) -> None:
    """After a restart of the machine, another program may have had the ports first."""
    stopped(up)
    with held_ports() as others:
        moved = dataclasses.replace(up, ports=others)

        output = moved.up()

        told = dict(re.findall(r"^  (site|service) +(http://\S+)$", output, re.MULTILINE))
        assert told["site"] == f"http://localhost:{moved.ports.edge}"
        assert moved.get("/", told["site"]).status_code == 200
        assert moved.get("/health", told["service"]).status_code == 200
        stopped(moved)


def stopped(deployment: Deployment) -> None:
    """End the cloud, as a machine does that is switched off."""
    pid = deployment.cloud()
    assert pid
    os.kill(pid, signal.SIGTERM)
    eventually(lambda: deployment.cloud() is None)


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
