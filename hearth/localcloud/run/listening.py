"""On which ports a process and its children listen, for the message about one that did not become ready.

Cloud Run sends requests to the port that PORT says, from outside of the container: who listens on another port, or on
the loopback address alone, is never reached (container runtime contract, "Listening for requests").
Left out: who may not be asked, which a machine says of other users' processes; the message then says less.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import psutil

_LOOPBACK: Final = ("127.", "::1")
_FIX: Final = "bind 0.0.0.0 and the port in PORT, as in `gunicorn --bind 0.0.0.0:$PORT`"
_SECONDS: Final = "app:startupProbeSeconds"
_PATH: Final = f"The stack sets which path the probe requests and for how long: app:startupProbePath and {_SECONDS}."

Address = tuple[str, int]
"""IP address and port."""


def addresses(pid: int) -> list[Address] | None:
    """Where the process and those that it has started listen; None where that can't be known."""
    try:
        leader = psutil.Process(pid)
        found = {
            (each.laddr.ip, each.laddr.port)
            for process in (leader, *leader.children(recursive=True))
            for each in process.net_connections("tcp")
            if each.status == psutil.CONN_LISTEN
        }
    except (psutil.Error, OSError):
        return None
    return sorted(found)


def failure_message(met: str, probe: Mapping[str, Any], port: int, found: Sequence[Address] | None) -> str:
    """Why a startup probe gave up whose last try met this."""
    tries, period = probe["failureThreshold"], probe["periodSeconds"]
    said = f"The startup probe gave up after {tries * period} s ({tries} times {period} s): {met}."
    if found is None:
        return said
    if any(each == port for _, each in found):
        return f"{said} {_PATH}"
    if found:
        return f"{said} The process listens on {_written(found)} instead: {_FIX}."
    return f"{said} The process runs but listens on no port: {_FIX}, or give it more time ({_SECONDS})."


def unreachable(port: int, found: Sequence[Address] | None) -> str:
    """Why nobody outside of a container would reach what answers on this port; empty where they would."""
    own = [each for each in found or () if each[1] == port]
    if not own or not all(ip.startswith(_LOOPBACK) for ip, _ in own):
        return ""
    return (
        f"The process listens on {_written(own)}, which can't be reached from outside the container, as Cloud Run has "
        f"to: {_FIX}."
    )


def _written(found: Sequence[Address]) -> str:
    return ", ".join(f"[{ip}]:{port}" if ":" in ip else f"{ip}:{port}" for ip, port in found)
