"""Which ports a local cloud gets, and what its user hears about it."""

import socket
from pathlib import Path

import pytest

from hearth.localcloud.cloud import Ports
from hearth.localcloud.commands import ports
from hearth.localcloud.commands.errors import CommandError


def choose(
    taken: set[int], environ: dict[str, str] | None = None, remembered: Ports | None = None
) -> tuple[Ports, list[str]]:
    said: list[str] = []
    return ports.choose(environ or {}, remembered, said.append, lambda port: port not in taken), said


def test_the_usual_ports_are_taken_where_they_are_free() -> None:
    assert choose(set()) == (Ports(edge=5000, apis=4000, service=8080), [])


def test_a_taken_port_moves_to_the_next_free_one_and_is_said() -> None:
    chosen, said = choose({5000, 5001, 8080})

    assert chosen == Ports(edge=5002, apis=4000, service=8081)
    assert [line.split(";")[1].strip() for line in said] == [
        "using 5002 for the Hosting edge.",
        "using 8081 for the first Cloud Run service, or the next one that is free when it is deployed.",
    ]


def test_the_ports_of_the_last_time_are_kept() -> None:
    """URLs that a browser or a shell remembers still work after `make down` and `make up`."""
    last = Ports(edge=5002, apis=4003, service=8090)

    assert choose(set(), remembered=last) == (last, [])


def test_ports_set_by_hand_come_first() -> None:
    by_hand = {"HEARTH_EDGE_PORT": "5500", "HEARTH_API_PORT": "4400", "HEARTH_SERVICE_PORT": "8800"}

    assert choose(set(), by_hand, Ports(edge=1, apis=2, service=3)) == (Ports(edge=5500, apis=4400, service=8800), [])


def test_no_port_is_given_twice() -> None:
    chosen, _ = choose(set(), {"HEARTH_API_PORT": "5000"})

    assert chosen == Ports(edge=5001, apis=5000, service=8080)


def test_a_taken_port_set_by_hand_is_an_error_that_names_its_variable() -> None:
    with pytest.raises(CommandError, match=r"HEARTH_EDGE_PORT=5500, but port 5500 is taken.*unset HEARTH_EDGE_PORT"):
        choose({5500}, {"HEARTH_EDGE_PORT": "5500"})


@pytest.mark.parametrize("text", ["0", "65536", "-1", "http", "5000.0", "\u0665\u0660\u0660\u0660", " 5000"])
def test_what_is_no_port_is_refused_with_the_value(text: str) -> None:
    with pytest.raises(CommandError, match="is not a port") as raised:
        choose(set(), {"HEARTH_API_PORT": text})

    assert f"HEARTH_API_PORT={text}" in str(raised.value)


def test_one_port_for_two_is_refused() -> None:
    with pytest.raises(CommandError, match="each needs its own"):
        choose(set(), {"HEARTH_API_PORT": "5000", "HEARTH_EDGE_PORT": "5000"})


def has_ipv6() -> bool:
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


@pytest.mark.parametrize(
    ("family", "address"),
    [
        (socket.AF_INET, "127.0.0.1"),
        (socket.AF_INET, "0.0.0.0"),
        pytest.param(
            socket.AF_INET6, "::1", marks=pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")
        ),
    ],
)
def test_a_port_that_somebody_listens_to_is_not_free(family: socket.AddressFamily, address: str) -> None:
    """Browsers try ::1 first for `localhost`."""
    with socket.create_server((address, 0), family=family) as server:
        port = server.getsockname()[1]

        assert not ports.has_no_listener(port)
    assert ports.has_no_listener(port)


def test_whoever_has_the_port_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        said: list[str] = []

        ports.choose({}, Ports(edge=port, apis=4000, service=8080), said.append, lambda at: at != port)

    assert f"Port {port} is taken by " in said[0]


def test_ports_are_remembered(tmp_path: Path) -> None:
    path = tmp_path / "new" / "ports.json"
    chosen = Ports(edge=1, apis=2, service=3)

    ports.remember(path, chosen)

    assert ports.remembered(path) == chosen


@pytest.mark.parametrize(
    "content", [None, "", "{}", '{"edge": 1, "apis": 2}', '{"edge": "x", "apis": 2, "service": 3}', "[]"]
)
def test_ports_that_can_not_be_read_are_chosen_anew(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "ports.json"
    if content is not None:
        path.write_text(content, encoding="utf-8")

    assert ports.remembered(path) is None
