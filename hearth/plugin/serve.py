"""Run a provider as a plugin process of the Pulumi engine."""

import os
import signal
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from types import FrameType

import grpc
from pulumi.runtime._grpc_settings import _GRPC_CHANNEL_OPTIONS
from pulumi.runtime.proto import provider_pb2_grpc

from hearth.plugin.engine import Engine
from hearth.plugin.kinds import Provider
from hearth.plugin.servicer import Servicer

# The engine runs as many operations at once as `--parallel` says, by default four per core; each holds a thread
# while it waits for an API, and Cancel must still find one free.
_THREADS = 128
# Time for a running operation to notice that it is cancelled.
_GRACE = 5.0
_PARENT_POLL = 1.0


def serve(provider: Provider, argv: Sequence[str] | None = None) -> None:
    """Serve until SIGINT, SIGTERM or the end of the process that started this one; does not return.

    The engine's address is the first argument that is no flag; the engine may also send it later. The port is the
    only line on standard output, because the engine reads the first line as such; prints go to standard error.
    """
    port_line, sys.stdout = sys.stdout, sys.stderr
    servicer = Servicer(provider, Engine(_engine_address(sys.argv[1:] if argv is None else argv)))
    server = grpc.server(ThreadPoolExecutor(_THREADS), options=_GRPC_CHANNEL_OPTIONS)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    ended = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        ended.set()

    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)
    parent = os.getppid()
    server.start()
    port_line.write(f"{port}\n")
    port_line.flush()

    # A killed engine sends no signal. Its plugin, left alone, would go on changing things that nobody records.
    while not ended.wait(_PARENT_POLL) and os.getppid() == parent:
        pass
    servicer.cancelled.set()
    server.stop(_GRACE).wait()
    sys.stderr.flush()
    # Not sys.exit: it would wait for operations that did not notice.
    os._exit(0)


def _engine_address(argv: Sequence[str]) -> str | None:
    return next((argument for argument in argv if not argument.startswith("-")), None)
