"""Free TCP ports for programs that bind theirs by themselves, from a variable: instances, and containers of a trial."""

import random
import socket

# Below the ports that Linux (32768) and macOS (49152) give to outgoing connections, which would come in between.
_RANGE = range(20_000, 32_000)
_TRIES = 200


def free() -> int:
    """A port that nothing listens on, on any address, as containers listen on all of them. Raises OSError."""
    for port in random.sample(_RANGE, _TRIES):
        if is_free(port):
            return port
    raise OSError(f"No free port for an instance between {_RANGE.start} and {_RANGE.stop}.")


def is_free(port: int) -> bool:
    """Where a program has ended on its port and this is false, another one took the port before it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("", port))
        except OSError:
            return False
    return True
