"""A provider that does as told, served on loopback, and a fake engine that listens."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2_grpc, provider_pb2_grpc

from hearth.plugin.engine import Engine
from hearth.plugin.kinds import (
    CheckResult,
    Context,
    CreateResult,
    DiffResult,
    Kind,
    Provider,
    ProviderError,
    ReadResult,
    Values,
)
from hearth.plugin.servicer import Servicer


@dataclass
class ToldKind(Kind):
    """Answers what `answer` holds for a method; raises it if it is an exception. Keeps what it was asked."""

    answer: dict[str, Any] = field(default_factory=dict)
    asked: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    contexts: list[Context] = field(default_factory=list)

    def _tell(self, method: str, context: Context, *asked: Any) -> Any:
        self.asked[method] = asked
        self.contexts.append(context)
        answer = self.answer.get(method)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def check(self, context: Context, olds: Values | None, news: Values) -> CheckResult:
        return self._tell("check", context, olds, news) or CheckResult(news)

    def diff(self, context: Context, id: str, old_inputs: Values, old: Values, news: Values) -> DiffResult:
        return self._tell("diff", context, id, old_inputs, old, news) or DiffResult()

    def create(self, context: Context, inputs: Values, *, preview: bool) -> CreateResult:
        return self._tell("create", context, inputs, preview) or CreateResult("id", inputs)

    def read(self, context: Context, id: str, inputs: Values | None, old: Values | None) -> ReadResult | None:
        found: ReadResult | None = self._tell("read", context, id, inputs, old)
        return found

    def update(
        self, context: Context, id: str, old_inputs: Values, old: Values, news: Values, *, preview: bool
    ) -> Values:
        outputs: Values = self._tell("update", context, id, old_inputs, old, news, preview) or news
        return outputs

    def delete(self, context: Context, id: str, inputs: Values, old: Values) -> None:
        self._tell("delete", context, id, inputs, old)


class ToldProvider(Provider):
    name = "told"
    version = "1.2.3"

    def __init__(self, kind: Kind) -> None:
        self._kind = kind
        self.config: Values | None = None
        self.words: list[str] = []
        self.answer: Values | None = None
        self.asked: tuple[str, Values] | None = None

    def kind(self, token: str) -> Kind:
        if token != "told:index:Thing":
            raise ProviderError(f"{token} is none of my kinds")
        return self._kind

    def configure(self, config: Values) -> None:
        self.config = config

    def invoke(self, token: str, arguments: Values) -> Values:
        self.asked = (token, arguments)
        return super().invoke(token, arguments) if self.answer is None else self.answer

    def final_warnings(self) -> list[str]:
        return self.words

    def schema(self) -> dict[str, Any]:
        return {"resources": {"told:index:Thing": {"inputProperties": {"a": {"type": "string"}}}}}


class ListeningEngine(engine_pb2_grpc.EngineServicer):
    def __init__(self) -> None:
        self.logged: list[tuple[int, str, str, bool]] = []

    def Log(self, request: Any, context: Any) -> empty_pb2.Empty:  # noqa: N802 - the protocol's name
        self.logged.append((request.severity, request.urn, request.message, request.ephemeral))
        return empty_pb2.Empty()


@pytest.fixture
def kind() -> ToldKind:
    return ToldKind()


@pytest.fixture
def provider(kind: ToldKind) -> ToldProvider:
    return ToldProvider(kind)


@pytest.fixture
def listening() -> ListeningEngine:
    return ListeningEngine()


@pytest.fixture
def engine_address(listening: ListeningEngine) -> Iterator[str]:
    server = grpc.server(ThreadPoolExecutor(4))
    engine_pb2_grpc.add_EngineServicer_to_server(listening, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield f"127.0.0.1:{port}"
    server.stop(None).wait()


@pytest.fixture
def servicer(provider: ToldProvider, engine_address: str) -> Servicer:
    return Servicer(provider, Engine(engine_address))


@pytest.fixture
def stub(servicer: Servicer) -> Iterator[provider_pb2_grpc.ResourceProviderStub]:
    server = grpc.server(ThreadPoolExecutor(4))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    # The engine's client takes 16 MB of trailers, Python's 8 KB unless told.
    with grpc.insecure_channel(f"127.0.0.1:{port}", options=[("grpc.max_metadata_size", 1 << 24)]) as channel:
        yield provider_pb2_grpc.ResourceProviderStub(channel)
    server.stop(None).wait()
