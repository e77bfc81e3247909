"""The whole program, run without engine, CLI or cloud: what it declares, recorded as the engine would receive it.

Pulumi's own mocks drop what they are not told, without a word: an output that the mock doesn't return vanishes from
everything that reads it. So this recorder refuses to guess: inputs are checked against the table of facts, outputs
come from `hearth.testing.computed`, and unknown types, doubled names and components that never finished are errors.
What it can't see: whether Google would accept a value.
"""

import asyncio
import contextvars
import logging
import re
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pulumi
from google.protobuf.empty_pb2 import Empty
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime import configure, rpc, set_all_config
from pulumi.runtime.mocks import MockCallArgs, MockEngine, MockMonitor, MockResourceArgs, Mocks, MockSettings
from pulumi.runtime.proto import resource_pb2
from pulumi.runtime.settings import SETTINGS
from pulumi.runtime.stack import run_in_stack

from hearth.testing.computed import Values, answer, check_inputs

Kind = str | type[pulumi.Resource]


@dataclass(kw_only=True)
class Resource:
    """One declared resource, with the names that the engine's protocol uses (camelCase)."""

    type: str
    name: str
    urn: str
    custom: bool
    inputs: Values
    secret_inputs: frozenset[str]
    """Top-level inputs that are secret, and so encrypted in the state."""
    secret_outputs: frozenset[str]
    """Outputs that the program itself declares secret."""
    protect: bool
    retain: bool
    parent: str
    """Logical name of the component it belongs to; empty for the stack itself."""
    depends_on: frozenset[str]
    """`short` of everything it waits for, whether by option or by reading an output."""
    ignore_changes: tuple[str, ...] = ()
    delete_before_replace: bool = False
    outputs: Values = field(default_factory=dict)
    finished: bool = False
    """For a component: whether it said that it is complete."""

    @property
    def short(self) -> str:
        """`Service web` for `gcp:cloudrunv2/service:Service` named `web`."""
        return f"{self.type.rpartition(':')[2]} {self.name}"

    def at(self, path: str) -> Any:
        """The input at a path such as `template.containers[0].image`. LookupError names what there is instead."""
        here: Any = self.inputs
        gone: list[str] = []
        for step in re.findall(r"[^.\[\]]+", path):
            try:
                here = here[int(step)] if isinstance(here, list) else here[step]
            except (LookupError, TypeError, ValueError):
                there = sorted(here) if isinstance(here, Mapping) else repr(here)
                raise LookupError(
                    f"{self.short} declares no {path}: {'.'.join(gone) or 'it'} has no {step}, but {there}"
                ) from None
            gone.append(step)
        return here


@dataclass(kw_only=True)
class Stack:
    """A recorded run."""

    resources: list[Resource]
    outputs: Values
    warnings: list[str]

    def of(self, type: Kind) -> list[Resource]:
        """Every resource of a type: its token, or the class that declares it."""
        if isinstance(type, str) or not issubclass(type, pulumi.ComponentResource):
            return [each for each in self.resources if each.type == token(type)]
        # A component's token is known to its constructor alone; by convention it ends with the class's name.
        return [each for each in self.resources if not each.custom and each.short.split()[0] == type.__name__]

    def one(self, type: Kind, name: str | None = None) -> Resource:
        """The resource of a type, and of a logical name where there are several. LookupError names what there is."""
        found = [each for each in self.of(type) if name in (None, each.name)]
        if len(found) != 1:
            declared = ", ".join(sorted(each.short for each in self.resources))
            kind = type if isinstance(type, str) else getattr(type, "pulumi_type", type.__name__)
            raise LookupError(f"{len(found)} of {kind} {name or ''}, not one. Declared: {declared}")
        return found[0]

    def before(self, resource: Resource) -> set[str]:
        """`short` of everything that must be there before `resource`, over all steps in between."""
        by_name = {each.short: each for each in self.resources if each.custom}
        seen: set[str] = set()
        waiting = set(resource.depends_on)
        while waiting:
            each = waiting.pop()
            seen.add(each)
            waiting |= by_name[each].depends_on - seen
        return seen

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many of each type; components too."""
        return dict(sorted(Counter(each.type for each in self.resources).items()))


def token(type: Kind) -> str:
    """`gcp:storage/bucket:Bucket` for that token, and for the class `pulumi_gcp.storage.Bucket`."""
    if isinstance(type, str):
        return type
    found = getattr(type, "pulumi_type", None)  # as the SDK's generator writes it
    if not isinstance(found, str):
        raise TypeError(f"{type.__name__} does not know its token; ask for it by the token itself")
    return found


class _Refused(Mocks):
    """Never asked: the monitor below answers itself."""

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        raise NotImplementedError

    def call(self, args: MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        raise NotImplementedError


class Monitor(MockMonitor):
    """The engine's side of the protocol, as far as a program speaks it."""

    def __init__(self) -> None:
        super().__init__(_Refused())
        self.faults: list[str] = []
        self.recorded: dict[str, Resource] = {}
        self.stack_outputs: Values = {}
        self._declared: Counter[str] = Counter()
        self._one_at_a_time = threading.Lock()

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - the protocol's name
        if request.type == "pulumi:pulumi:Stack":
            return resource_pb2.RegisterResourceResponse(urn=self.make_urn("", request.type, request.name))
        urn = self.make_urn(request.parent, request.type, request.name)
        # Resources that wait for nothing come at the same time, each in a thread of its own.
        with self._one_at_a_time:
            self._declared[urn] += 1
            doubled = self._declared[urn] > 1
        if doubled:
            self.faults.append(f"{request.type} {request.name!r} is declared twice; the engine would refuse")
        raw = rpc.deserialize_properties(request.object)
        inputs = _whole(_bare(raw))
        identity, outputs = self._answered(request.type, request.name, inputs) if request.custom else ("", {})
        parent = self.recorded.get(request.parent)
        self.recorded[urn] = Resource(
            type=request.type,
            name=request.name,
            urn=urn,
            custom=request.custom,
            inputs=inputs,
            secret_inputs=frozenset(key for key, value in raw.items() if rpc.is_rpc_secret(value)),
            secret_outputs=frozenset(request.additionalSecretOutputs),
            protect=request.protect,
            retain=request.retainOnDelete,
            parent=parent.name if parent else "",
            depends_on=frozenset(self.recorded[each].short for each in request.dependencies),
            ignore_changes=tuple(request.ignoreChanges),
            delete_before_replace=request.deleteBeforeReplace,
            outputs=outputs,
        )
        properties = Struct()
        properties.update(
            {key: _secret(value) if key in request.additionalSecretOutputs else value for key, value in outputs.items()}
        )
        return resource_pb2.RegisterResourceResponse(urn=urn, id=identity, object=properties)

    def Invoke(self, request: Any) -> Any:  # noqa: N802 - the protocol's name
        self.faults.append(f"the program called {request.tok}: it must not look anything up while it declares")
        return resource_pb2.ResourceInvokeResponse()

    def _answered(self, type: str, name: str, inputs: Values) -> tuple[str, Values]:
        """Faults are collected: raised here, Pulumi would report each once for every output that waits."""
        try:
            check_inputs(type, name, inputs)
            return answer(type, inputs)
        except LookupError as fault:
            self.faults.append(str(fault))
            return "refused", inputs

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802 - the protocol's name
        outputs = rpc.deserialize_properties(request.outputs)
        if request.urn in self.recorded:
            self.recorded[request.urn].finished = True
        else:
            self.stack_outputs = outputs
        return Empty()


def _secret(value: Any) -> dict[str, Any]:
    """A value as the protocol marks it secret."""
    return {rpc._special_sig_key: rpc._special_secret_sig, "value": value}


def _bare(value: Any) -> Any:
    """A value without its secret wrappings."""
    if rpc.is_rpc_secret(value):
        return _bare(rpc.unwrap_rpc_secret(value))
    if isinstance(value, dict):
        return {key: _bare(item) for key, item in value.items()}
    return [_bare(item) for item in value] if isinstance(value, list) else value


def _whole(value: Any) -> Any:
    """A value with its numbers as they were written: the protocol has floats only."""
    if isinstance(value, dict):
        return {key: _whole(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_whole(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


class _Warnings(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(record.getMessage())


def record(
    program: Callable[[], Awaitable[None] | None],
    *,
    stack: str = "test",
    config: Mapping[str, str] | None = None,
    monitor: Monitor | None = None,
) -> Stack:
    """Run any program and return what it declared. Raises what it raises, and what this recorder refuses.

    A `monitor` handed in keeps what reached it, also of a program that fails.
    """
    monitor, warnings = monitor or Monitor(), _Warnings()
    logger = logging.Logger("program")  # noqa: LOG001 - one for each run, so that none hears another's warnings
    logger.addHandler(warnings)

    def run() -> None:
        set_all_config(dict(config or {}))
        # Not `set_mocks`: it makes a root of its own, outside the event loop that runs the program.
        configure(
            MockSettings(  # type: ignore[no-untyped-call]
                monitor=monitor,
                engine=MockEngine(logger),
                project="renamed-by-its-user",
                stack=stack,
                dry_run=False,
                organization="organization",
                callbacks=None,
            )
        )
        try:
            asyncio.run(run_in_stack(program))
        finally:
            # Of a run that failed, Pulumi keeps what nobody waited for in a list that all runs share.
            SETTINGS.outputs.clear()

    # Pulumi keeps its state in context variables: a context of its own is as good as a process of its own. In a thread,
    # since Pulumi writes down the whole stack for each resource: pytest alone has forty frames.
    try:
        with ThreadPoolExecutor(1) as thread:
            thread.submit(contextvars.copy_context().run, run).result()
    except Exception as error:
        if monitor.faults:  # what the program raises then is a consequence
            raise LookupError("\n".join(monitor.faults)) from error
        raise
    resources = sorted(monitor.recorded.values(), key=lambda each: each.urn)
    faults = monitor.faults + [
        f"{each.short} never called register_outputs, so it shows as unfinished"
        for each in resources
        if not each.custom and not each.finished
    ]
    if faults:
        raise LookupError("\n".join(faults))
    return Stack(resources=resources, outputs=_whole(_bare(monitor.stack_outputs)), warnings=warnings.texts)
