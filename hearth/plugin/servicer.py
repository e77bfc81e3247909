"""Pulumi's provider protocol, spoken for a set of kinds.

Secrets: the provider tells the engine that it does not take them, so inputs come plain, and the engine marks in the
answers what was secret in the inputs. A kind adds marks of its own by `Secret`.
Expected errors are one message. Anything else is a bug, shown with its traceback, and leaves the engine not knowing
whether the resource was made, which is the truth.
Left out, and refused by name: remote components, parameters, listing.
"""

# ruff: noqa: N802 - the methods have the protocol's names

import json
import threading
from typing import Any

import grpc
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from hearth.plugin.diff import changed_paths
from hearth.plugin.engine import Engine
from hearth.plugin.errors import answers
from hearth.plugin.kinds import CheckResult, Context, DiffResult, Kind, Provider, ProviderError, Values
from hearth.plugin.property_diff import diff_response
from hearth.plugin.values import assets, decode, encode


class Servicer(provider_pb2_grpc.ResourceProviderServicer):
    """Safe to use from many threads at once if the provider's kinds are."""

    def __init__(self, provider: Provider, engine: Engine) -> None:
        self._provider = provider
        self._engine = engine
        self.cancelled = threading.Event()

    # The plugin

    @answers
    def Handshake(self, request: Any, context: grpc.ServicerContext) -> provider_pb2.ProviderHandshakeResponse:
        self._engine.attach(request.engine_address)
        # Nothing is accepted: every value comes in its plain form.
        return provider_pb2.ProviderHandshakeResponse()

    @answers
    def Attach(self, request: Any, context: grpc.ServicerContext) -> empty_pb2.Empty:
        self._engine.attach(request.address)
        return empty_pb2.Empty()

    @answers
    def GetPluginInfo(self, request: Any, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo(version=self._provider.version)

    @answers
    def GetSchema(self, request: Any, context: grpc.ServicerContext) -> provider_pb2.GetSchemaResponse:
        schema = {"name": self._provider.name, "version": self._provider.version, **self._provider.schema()}
        return provider_pb2.GetSchemaResponse(schema=json.dumps(schema))

    @answers
    def Cancel(self, request: Any, context: grpc.ServicerContext) -> empty_pb2.Empty:
        self.cancelled.set()
        # The engine asks at every end, orderly or not, and listens until it is answered.
        for words in self._provider.final_warnings():
            self._engine.warn("", words)
        return empty_pb2.Empty()

    # Its configuration

    @answers
    def CheckConfig(self, request: Any, context: grpc.ServicerContext) -> provider_pb2.CheckResponse:
        return _check_response(self._provider.check_config(_config(request.news)))

    @answers
    def DiffConfig(self, request: Any, context: grpc.ServicerContext) -> provider_pb2.DiffResponse:
        old, new = _config(request.old_inputs), _config(request.news)
        # Never a replacement: it would replace every resource of the provider.
        return diff_response(DiffResult(changed=changed_paths(old, new)), old, new)

    @answers
    def Configure(self, request: Any, context: grpc.ServicerContext) -> provider_pb2.ConfigureResponse:
        self._provider.configure(_config(request.args))
        return provider_pb2.ConfigureResponse(supportsPreview=True)

    # Its resources

    @answers
    def Check(self, request: Any, context: grpc.ServicerContext) -> provider_pb2.CheckResponse:
        kind, scope, news = self._kind(request), self._context(request), decode(request.news)
        if not self._provider.takes_assets and (found := list(assets(news))):
            raise ProviderError(
                f"{', '.join(found)}: assets and archives are not taken here. Pass a plain value: a path or a text."
            )
        return _check_response(kind.check(scope, decode(request.olds) or None, news))

    @answers
    def Diff(self, request: Any, context: grpc.ServicerContext) -> provider_pb2.DiffResponse:
        old, new = decode(request.old_inputs), decode(request.news)
        diff = self._kind(request).diff(self._context(request), request.id, old, decode(request.olds), new)
        return diff_response(diff, old, new)

    @answers
    def Create(self, request: Any, context: grpc.ServicerContext) -> provider_pb2.CreateResponse:
        inputs = decode(request.properties)
        made = self._kind(request).create(self._context(request), inputs, preview=request.preview)
        return provider_pb2.CreateResponse(id=made.id, properties=encode(made.outputs))

    @answers
    def Read(self, request: Any, context: grpc.ServicerContext) -> provider_pb2.ReadResponse:
        found = self._kind(request).read(
            self._context(request), request.id, _if_sent(request, "inputs"), _if_sent(request, "properties")
        )
        if found is None:
            return provider_pb2.ReadResponse()
        return provider_pb2.ReadResponse(id=found.id, inputs=encode(found.inputs), properties=encode(found.outputs))

    @answers
    def Update(self, request: Any, context: grpc.ServicerContext) -> provider_pb2.UpdateResponse:
        outputs = self._kind(request).update(
            self._context(request),
            request.id,
            decode(request.old_inputs),
            decode(request.olds),
            decode(request.news),
            preview=request.preview,
        )
        return provider_pb2.UpdateResponse(properties=encode(outputs))

    @answers
    def Delete(self, request: Any, context: grpc.ServicerContext) -> empty_pb2.Empty:
        self._kind(request).delete(
            self._context(request), request.id, decode(request.old_inputs), decode(request.properties)
        )
        return empty_pb2.Empty()

    # Its functions

    @answers
    def Invoke(self, request: Any, context: grpc.ServicerContext) -> provider_pb2.InvokeResponse:
        answer = self._provider.invoke(request.tok, decode(request.args))
        # `return` is the field's name, and no name in Python.
        return provider_pb2.InvokeResponse(**{"return": encode(answer)})

    # What it does not offer

    @answers
    def Call(self, request: Any, context: grpc.ServicerContext) -> provider_pb2.CallResponse:
        raise self._refusal(f"the method {request.tok}")

    @answers
    def Construct(self, request: Any, context: grpc.ServicerContext) -> provider_pb2.ConstructResponse:
        raise self._refusal(f"the component {request.type}")

    @answers
    def Parameterize(self, request: Any, context: grpc.ServicerContext) -> provider_pb2.ParameterizeResponse:
        raise self._refusal("parameters")

    @answers
    def List(self, request: Any, context: grpc.ServicerContext) -> Any:
        raise self._refusal("listing")

    @answers
    def GetMapping(self, request: Any, context: grpc.ServicerContext) -> provider_pb2.GetMappingResponse:
        return provider_pb2.GetMappingResponse()

    @answers
    def GetMappings(self, request: Any, context: grpc.ServicerContext) -> provider_pb2.GetMappingsResponse:
        return provider_pb2.GetMappingsResponse()

    def _refusal(self, what: str) -> NotImplementedError:
        return NotImplementedError(f"the provider {self._provider.name} {self._provider.version} does not have {what}")

    def _kind(self, request: Any) -> Kind:
        return self._provider.kind(request.type or _type_of(request.urn))

    def _context(self, request: Any) -> Context:
        urn: str = request.urn
        return Context(
            urn=urn,
            say=lambda message: self._engine.say(urn, message),
            warn=lambda message: self._engine.warn(urn, message),
            cancelled=self.cancelled,
            # Check and Diff have no timeout field.
            timeout=getattr(request, "timeout", 0.0) or None,
        )


def _type_of(urn: str) -> str:
    """The resource's own type: the last of the qualified type, the third part of a URN."""
    parts = urn.split("::")
    # urn:pulumi:STACK::PROJECT::TYPE::NAME
    if len(parts) < 4:
        raise ProviderError(f"{urn!r} is no URN")
    return parts[2].rpartition("$")[2]


def _config(struct: struct_pb2.Struct) -> Values:
    """The provider's own settings: the engine keeps the plugin's version among them, and restores it if it is gone."""
    return {key: value for key, value in decode(struct).items() if key != "version"}


def _if_sent(request: Any, field: str) -> Values | None:
    # An import sends neither; for an empty object nothing more is known than for none.
    return decode(getattr(request, field)) or None if request.HasField(field) else None


def _check_response(checked: CheckResult) -> provider_pb2.CheckResponse:
    inputs: struct_pb2.Struct = encode(checked.inputs)
    # The engine knows a failure's property by its first name only and prints `value {<nil>}` for a path; so the path
    # goes into the reason.
    failures = [provider_pb2.CheckFailure(reason=f"{each.property}: {each.reason}") for each in checked.failures]
    return provider_pb2.CheckResponse(inputs=inputs, failures=failures)
