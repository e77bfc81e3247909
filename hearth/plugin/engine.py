"""The provider's line to the engine: progress and warnings on a resource's row."""

import threading

import grpc
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

_TIMEOUT = 5.0


class Engine:
    """Log messages at the engine of `address`; without one, or when it is gone, they are dropped.

    Dropped, because a provider that fails to report its work must not therefore fail in it.
    """

    def __init__(self, address: str | None) -> None:
        self._lock = threading.Lock()
        self._channel: grpc.Channel | None = None
        self._address: str | None = None
        self.attach(address)

    def attach(self, address: str | None) -> None:
        """Report to this engine from now on."""
        with self._lock:
            if not address or address == self._address:
                return
            if self._channel is not None:
                self._channel.close()
            self._address, self._channel = address, grpc.insecure_channel(address)

    def say(self, urn: str, message: str) -> None:
        """Show progress on the resource's row, until the next message."""
        self._log(engine_pb2.LogRequest(severity=engine_pb2.INFO, urn=urn, message=message, ephemeral=True))

    def warn(self, urn: str, message: str) -> None:
        """Leave a warning in the output, below the resource's name; without one, below the stack's."""
        self._log(engine_pb2.LogRequest(severity=engine_pb2.WARNING, urn=urn, message=message))

    def _log(self, request: engine_pb2.LogRequest) -> None:
        with self._lock:
            channel = self._channel
        if channel is None:
            return
        try:
            engine_pb2_grpc.EngineStub(channel).Log(request, timeout=_TIMEOUT)
        except (grpc.RpcError, ValueError):
            # ValueError is what a closed channel raises.
            return
