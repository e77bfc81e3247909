"""The engine's side of the protocol, as far as a program speaks it, with nothing behind it.

Resources are created as `hearth.testing.computed` has them, functions answered as `hearth.catalog.functions` has them.
Faults are collected: raised here, Pulumi would report each once for every output that waits.
"""

import json
import threading
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final, cast

from google.protobuf.empty_pb2 import Empty
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime import rpc
from pulumi.runtime.mocks import MockMonitor, Mocks
from pulumi.runtime.proto import resource_pb2

from hearth.catalog import functions
from hearth.catalog.functions import Place
from hearth.testing import computed, transforms
from hearth.testing.computed import PROJECT_NUMBER, Answer
from hearth.testing.recorded import Resource, Values
from hearth.testing.values import secret, to_plain, to_struct

_STACK: Final = "pulumi:pulumi:Stack"
_REFERENCE: Final = "pulumi:pulumi:StackReference"
_PROVIDER: Final = "pulumi:providers:gcp"
_GET_RESOURCE: Final = "pulumi:pulumi:getResource"
_DEFAULT: Final = ""
"""What the protocol calls a default provider."""


class Monitor(MockMonitor):
    """Of one run. `config` has the stack's by full key, `references` other stacks' outputs by full name."""

    def __init__(self, config: Mapping[str, str] | None = None, references: Mapping[str, Values] | None = None) -> None:
        # Whatever would ask mocks is answered below.
        super().__init__(cast("Mocks", None))
        self.faults: list[str] = []
        self.recorded: dict[str, Resource] = {}
        self.stack_outputs: Values = {}
        own = {key.removeprefix("gcp:"): value for key, value in (config or {}).items() if key.startswith("gcp:")}
        self._places = {_DEFAULT: _place(own)}
        self._references = references or {}
        self._known: dict[tuple[str, str], Answer] = {}
        self._transforms: dict[str, list[Any]] = {}
        self._stacks: list[Any] = []
        self._declared: Counter[str] = Counter()
        self._one_at_a_time = threading.Lock()

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - the protocol's name
        urn = self.make_urn(request.parent, request.type, request.name)
        if request.type == _STACK:
            return resource_pb2.RegisterResourceResponse(urn=urn)
        self._declare(urn, request)
        # A resource's own, then those of what it is a part of, then the stack's.
        self._transforms[urn] = [*request.transforms, *self._transforms.get(request.parent, ())]
        transforms.apply(request, [*self._transforms[urn], *self._stacks])
        raw = rpc.deserialize_properties(request.object)
        inputs = to_plain(raw)
        answer = self._created(request, urn, inputs) if request.custom else Answer("", {})
        self._record(
            request,
            urn,
            raw,
            answer,
            custom=request.custom,
            protect=request.protect,
            retain=request.retainOnDelete,
            ignore_changes=tuple(request.ignoreChanges),
            delete_before_replace=request.deleteBeforeReplace,
            # A component of another package is put together by its provider.
            finished=request.remote,
        )
        if request.type == _PROVIDER:
            self._places[f"{urn}::{answer.id}"] = _place(inputs)
        properties = to_struct(request.object, inputs, answer, request.additionalSecretOutputs)
        return resource_pb2.RegisterResourceResponse(urn=urn, id=answer.id, object=properties)

    def ReadResource(self, request: Any) -> Any:  # noqa: N802 - the protocol's name
        urn = self.make_urn(request.parent, request.type, request.name)
        self._declare(urn, request)
        raw = rpc.deserialize_properties(request.properties)
        given = to_plain(raw)
        answer = self._known.get((request.type, request.id)) or self._there(request, given)
        self._record(request, urn, raw, answer, custom=True, external=True)
        properties = to_struct(request.properties, given, answer, request.additionalSecretOutputs)
        # What is not there is unknown: were it nothing, the program would fail of that.
        return resource_pb2.ReadResourceResponse(
            urn=urn, id=answer.id, properties=properties, unknown=not answer.outputs
        )

    def Invoke(self, request: Any) -> Any:  # noqa: N802 - the protocol's name
        arguments = to_plain(rpc.deserialize_properties(request.args))
        found = Struct()
        if request.tok == _GET_RESOURCE:
            there = self.recorded[arguments["urn"]]
            found.update({"urn": there.urn, "id": "", "state": there.outputs})
        elif answer := self._invoked(request, arguments):
            found.update(
                {key: secret(value) if key in answer.secret else value for key, value in answer.outputs.items()}
            )
        return resource_pb2.ResourceInvokeResponse(**{"return": found})

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802 - the protocol's name
        outputs = rpc.deserialize_properties(request.outputs)
        if request.urn in self.recorded:
            self.recorded[request.urn].finished = True
        else:
            self.stack_outputs = outputs
        return Empty()

    def RegisterStackTransform(self, request: Any) -> Any:  # noqa: N802 - the protocol's name
        self._stacks.append(request)
        return Empty()

    def RegisterStackInvokeTransform(self, request: Any) -> Any:  # noqa: N802 - the protocol's name
        self.faults.append("the program transforms its functions' arguments, which the recorder can't run")
        return Empty()

    def _declare(self, urn: str, request: Any) -> None:
        # Resources that wait for nothing come at the same time, each in a thread of its own.
        with self._one_at_a_time:
            self._declared[urn] += 1
            doubled = self._declared[urn] > 1
        if doubled:
            self.faults.append(f"{request.type} {request.name!r} is declared twice; the engine would refuse")

    def _record(self, request: Any, urn: str, raw: Values, answer: Answer, **options: Any) -> None:
        parent = self.recorded.get(request.parent)
        self.recorded[urn] = Resource(
            type=request.type,
            name=request.name,
            urn=urn,
            inputs=to_plain(raw),
            secret_inputs=frozenset(key for key, value in raw.items() if rpc.is_rpc_secret(value)),
            secret_outputs=frozenset(request.additionalSecretOutputs),
            parent=parent.name if parent else "",
            depends_on=frozenset(self.recorded[each].short for each in request.dependencies),
            outputs=answer.outputs,
            **options,
        )
        self._known[request.type, answer.id] = answer

    def _created(self, request: Any, urn: str, inputs: Values) -> Answer:
        place = self._place(request)
        if found := computed.faults(request.type, request.name, inputs, place):
            self.faults += found
            return Answer("refused", inputs)
        return computed.created(request.type, urn, inputs, place)

    def _there(self, request: Any, given: Values) -> Answer:
        if request.type != _REFERENCE:
            try:
                return computed.existing(request.type, request.id, given, self._place(request))
            except LookupError as fault:
                self.faults.append(str(fault))
                return Answer(request.id, given)
        if request.id in self._references:
            outputs = {"name": request.id, "outputs": self._references[request.id], "secretOutputNames": []}
            return Answer(request.id, outputs)
        self.faults.append(
            f"the program reads the outputs of the stack {request.id!r}, which is not there in a test: write them down "
            "in tests/stacks/references.yaml, or where [tool.hearth] `references` says; of a program of your own, hand "
            f"them over as record(..., references={{{request.id!r}: {{...}}}})"
        )
        return Answer(request.id, {})

    def _invoked(self, request: Any, arguments: Values) -> Answer | None:
        place = self._place(request)
        if (found := functions.evaluate(request.tok, arguments, place)) is not None:
            return Answer("", found, frozenset({"accessToken"}))
        type_ = functions.reads(request.tok)
        if type_ is None:
            self.faults.append(functions.refusal(request.tok, by="The recorder"))
            return None
        id_ = functions.id_of(type_, arguments, place)
        alike = (
            each
            for (token, _), each in list(self._known.items())
            if token == type_.token and functions.means(type_, {"project": place.project, **arguments}, each.outputs)
        )
        read = self._known.get((type_.token, id_ or "")) or next(alike, None)
        read = read or computed.read(type_, id_, arguments, place)
        return Answer(read.id, functions.result(type_, read.id, read.outputs), functions.secrets(type_))

    def _place(self, request: Any) -> Place:
        return self._places.get(request.provider, self._places[_DEFAULT])


def _place(settings: Values) -> Place:
    """Where a provider with these settings stands. What is no text, it takes as JSON."""
    labels = settings.get("defaultLabels") or {}
    return Place(
        project=settings.get("project") or None,
        number=PROJECT_NUMBER,
        region=settings.get("region") or None,
        zone=settings.get("zone") or None,
        default_labels=json.loads(labels) if isinstance(labels, str) else labels,
    )
