"""Google's client, except that it comes back soon after Firestore was away.

gRPC waits ever longer between attempts to connect, up to two minutes, and fails every call meanwhile without trying:
tried, after 45 seconds of absence it took half a minute more. The library has no setting for it, only these seams.
Should it lose them, its own channel is used, and the test of the absence says so.
"""

from typing import Any

import grpc
from google.cloud.firestore import Client
from google.cloud.firestore_v1.services.firestore import client as gapic
from google.cloud.firestore_v1.services.firestore.transports.grpc import FirestoreGrpcTransport

RECONNECT_MILLISECONDS = 1000
"""The longest pause between two attempts: a service's handful of instances are no crowd that Google must fend off."""

_OPTIONS = [
    ("grpc.initial_reconnect_backoff_ms", 200),
    # In spite of its name, what one attempt may take.
    ("grpc.min_reconnect_backoff_ms", 5000),
    ("grpc.max_reconnect_backoff_ms", RECONNECT_MILLISECONDS),
]


class ReconnectingTransport(FirestoreGrpcTransport):
    @classmethod
    def create_channel(cls, *arguments: Any, options: Any = (), **more: Any) -> grpc.Channel:
        return super().create_channel(*arguments, options=[*options, *_OPTIONS], **more)


class ReconnectingClient(Client):
    @property
    def _firestore_api(self) -> Any:
        return self._firestore_api_helper(ReconnectingTransport, gapic.FirestoreClient, gapic)

    def _emulator_channel(self, transport: Any) -> grpc.Channel:
        return grpc.insecure_channel(self._emulator_host, options=_OPTIONS)
