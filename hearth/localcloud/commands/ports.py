"""Which ports a local cloud gets: the usual ones where they are free, the same ones again, or those set by hand.

A port is looked at before the local cloud starts, not held: between the two another program may take it, and then the
start is repeated with others.
"""

import json
import socket
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from pathlib import Path

import psutil

from hearth.localcloud.cloud import Ports
from hearth.localcloud.commands.errors import CommandError

USUAL = Ports(edge=5000, apis=4000, service=8080)
VARIABLES = {"edge": "HEARTH_EDGE_PORT", "apis": "HEARTH_API_PORT", "service": "HEARTH_SERVICE_PORT"}
_WHAT = {"edge": "Hosting edge", "apis": "local cloud's APIs", "service": "first Cloud Run service"}
_TRIES = 1000
_LOOPBACKS = ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"))


def choose(
    environ: Mapping[str, str],
    remembered: Ports | None,
    say: Callable[[str], None],
    is_free: Callable[[int], bool] | None = None,
) -> Ports:
    """Ports for a local cloud that is about to start. Raises CommandError for one set by hand that can't be used."""
    free = is_free or has_no_listener
    by_hand = set_by_hand(environ)
    for name, port in by_hand.items():
        if not free(port):
            raise CommandError(
                f"{VARIABLES[name]}={port}, but port {port} is taken{_taker(port)}. The {_WHAT[name]} needs it for "
                f"itself: stop the other program, set another port, or unset {VARIABLES[name]} to take the next free."
            )
    chosen = dict(by_hand)
    for name, usual in asdict(USUAL).items():
        if name in chosen:
            continue
        wanted = getattr(remembered, name) if remembered else usual
        candidates = (at for at in range(wanted, min(wanted + _TRIES, 65536)) if at not in chosen.values() and free(at))
        port = next(candidates, 0)
        if not port:
            raise CommandError(f"No free port from {wanted} on for the {_WHAT[name]}: set {VARIABLES[name]}.")
        if port != wanted:
            # The service takes its port when it is deployed, which may be minutes later.
            then = ", or the next one that is free when it is deployed" if name == "service" else ""
            say(f"Port {wanted} is taken{_taker(wanted)}; using {port} for the {_WHAT[name]}{then}.")
        chosen[name] = port
    return Ports(**chosen)


def set_by_hand(environ: Mapping[str, str]) -> dict[str, int]:
    """Ports that the environment asks for. Raises CommandError when they are no ports or not distinct."""
    ports: dict[str, int] = {}
    for name, variable in VARIABLES.items():
        text = environ.get(variable, "")
        if not text:
            continue
        if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
            raise CommandError(f"{variable}={text} is not a port: set a number from 1 to 65535, or unset it.")
        if int(text) in ports.values():
            raise CommandError(f"{variable}={text} is the same port as another one set by hand: each needs its own.")
        ports[name] = int(text)
    return ports


def remembered(path: Path) -> Ports | None:
    """The ports that `remember` wrote; None when there are none, or not such as can be read."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        return Ports(**{field.name: int(kept[field.name]) for field in fields(Ports)})
    except (OSError, ValueError, KeyError, TypeError):
        return None


def remember(path: Path, ports: Ports) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(asdict(ports)), encoding="utf-8")


def has_no_listener(port: int) -> bool:
    """Whether nobody on this machine answers on the port and it can be bound on loopback."""
    for family, address in _LOOPBACKS:
        with socket.socket(family) as probe:
            # macOS lets a port be bound on loopback that another program (AirPlay has 5000) listens to on all
            # addresses, and then neither gets what it expects.
            probe.settimeout(1)
            if _reaches(probe, address, port):
                return False
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _reaches(probe: socket.socket, address: str, port: int) -> bool:
    try:
        return probe.connect_ex((address, port)) == 0
    except OSError:
        return False


def _taker(port: int) -> str:
    """` by NAME (process N)` where the system tells it, which on macOS it does for root only."""
    try:
        pid = next(
            found.pid
            for found in psutil.net_connections("tcp")
            if found.status == psutil.CONN_LISTEN and found.laddr and found.laddr.port == port and found.pid
        )
        return f" by {psutil.Process(pid).name()} (process {pid})"
    except (StopIteration, psutil.Error, RuntimeError):
        return ""
