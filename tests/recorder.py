"""The whole program, run without engine, CLI or cloud: what it declares, recorded as the engine would receive it.

Pulumi's own mocks drop what they are not told, without a word: an output that the mock doesn't return vanishes from
everything that reads it. So this recorder refuses to guess. Inputs are checked against the table of facts, outputs
come from `COMPUTED` and must be in that table, and unknown types, doubled names and components that never finished
are errors. What it can't see: whether Google would accept a value.
"""

import asyncio
import contextvars
import hashlib
import json
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from google.protobuf.empty_pb2 import Empty
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime import configure, rpc, set_all_config
from pulumi.runtime.mocks import MockCallArgs, MockEngine, MockMonitor, MockResourceArgs, Mocks, MockSettings
from pulumi.runtime.proto import resource_pb2
from pulumi.runtime.stack import run_in_stack

from catalog import types
from catalog.apis import APIS, LOCAL_PROJECT_PREFIX
from infra.program import ROOT, build

Values = Mapping[str, Any]

DIGEST = "sha256:" + "d" * 64
PROJECT_NUMBER = "123456789012"

# The inputs that each type of the provider `hearth` takes, and of those the ones it can't do without.
HEARTH = {
    "hearth:build:Image": (
        {"project", "region", "repository", "name", "bucket", "serviceAccount"},
        {"buildRegion", "context", "dockerfile", "timeoutSeconds"},
    ),
    "hearth:project:Settled": ({"project", "region", "apis", "grants", "settleSeconds"}, set()),
    "hearth:secret:RandomKey": ({"bytes", "rotation"}, set()),
    "hearth:hosting:SiteRelease": (
        {"project", "site", "channel", "public", "files", "config"},
        {"service", "message"},
    ),
}


def _service_name(of: Values) -> str:
    return f"projects/{of['project']}/locations/{of['location']}/services/{of['name']}"


def _account(of: Values) -> Values:
    email = f"{of['accountId']}@{of['project']}.iam.gserviceaccount.com"
    return {
        "email": email,
        "member": f"serviceAccount:{email}",
        "name": f"projects/{of['project']}/serviceAccounts/{email}",
    }


# By type: the resource's id, and the outputs that Google computes and this program reads.
COMPUTED: dict[str, tuple[Callable[[Values], str], Callable[[Values], Values]]] = {
    "gcp:artifactregistry/repository:Repository": (
        lambda of: f"projects/{of['project']}/locations/{of['location']}/repositories/{of['repositoryId']}",
        lambda of: {"registryUri": f"{of['location']}-docker.pkg.dev/{of['project']}/{of['repositoryId']}"},
    ),
    "gcp:artifactregistry/repositoryIamMember:RepositoryIamMember": (
        lambda of: f"{of['repository']}/{of['role']}/{of['member']}",
        lambda _: {},
    ),
    "gcp:cloudrunv2/service:Service": (
        _service_name,
        lambda of: {"uri": f"https://{of['name']}-{PROJECT_NUMBER}.{of['location']}.run.app"},
    ),
    "gcp:cloudrunv2/serviceIamMember:ServiceIamMember": (
        lambda of: f"{_service_name(of)}/{of['role']}/{of['member']}",
        lambda _: {},
    ),
    "gcp:firebase/hostingCustomDomain:HostingCustomDomain": (
        lambda of: f"projects/{of['project']}/sites/{of['siteId']}/customDomains/{of['customDomain']}",
        lambda of: {"requiredDnsUpdates": [{"desireds": [{"domainName": of["customDomain"]}]}]},
    ),
    "gcp:firebase/hostingSite:HostingSite": (
        lambda of: f"projects/{of['project']}/sites/{of['siteId']}",
        lambda of: {"defaultUrl": f"https://{of['siteId']}.web.app"},
    ),
    "gcp:firebase/project:Project": (lambda of: f"projects/{of['project']}", lambda _: {}),
    "gcp:projects/iAMMember:IAMMember": (lambda of: f"{of['project']}/{of['role']}/{of['member']}", lambda _: {}),
    "gcp:projects/service:Service": (lambda of: f"{of['project']}/{of['service']}", lambda _: {}),
    "gcp:projects/serviceIdentity:ServiceIdentity": (
        lambda of: f"projects/{of['project']}/services/{of['service']}",
        lambda _: {},
    ),
    "gcp:secretmanager/secret:Secret": (
        lambda of: f"projects/{of['project']}/secrets/{of['secretId']}",
        lambda _: {},
    ),
    "gcp:secretmanager/secretIamMember:SecretIamMember": (
        lambda of: f"projects/{of['project']}/secrets/{of['secretId']}/{of['role']}/{of['member']}",
        lambda _: {},
    ),
    "gcp:secretmanager/secretVersion:SecretVersion": (
        lambda of: f"{of['secret']}/versions/1",
        lambda _: {"version": "1"},
    ),
    "gcp:serviceaccount/account:Account": (lambda of: _account(of)["name"], _account),
    "gcp:storage/bucket:Bucket": (lambda of: of["name"], lambda _: {}),
    "gcp:storage/bucketIAMMember:BucketIAMMember": (
        lambda of: f"b/{of['bucket']}/{of['role']}/{of['member']}",
        lambda _: {},
    ),
    "hearth:build:Image": (
        lambda of: f"projects/{of['project']}/locations/{of['region']}/repositories/{of['repository']}/packages/web",
        lambda of: {
            "ref": f"{of['region']}-docker.pkg.dev/{of['project']}/{of['repository']}/{of['name']}@{DIGEST}",
            "digest": DIGEST,
        },
    ),
    "hearth:project:Settled": (lambda of: f"{of['project']}/settled", lambda _: {}),
    "hearth:secret:RandomKey": (
        lambda _: "key",
        lambda of: {"value": hashlib.sha256(of["rotation"].encode()).hexdigest()},
    ),
    "hearth:hosting:SiteRelease": (
        lambda of: f"projects/{of['project']}/sites/{of['site']}/channels/{of['channel']}",
        lambda of: {
            "version": f"projects/{of['project']}/sites/{of['site']}/versions/1",
            "release": f"projects/{of['project']}/sites/{of['site']}/channels/{of['channel']}/releases/1",
            "url": f"https://{of['site']}.web.app",
        },
    ),
}


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
    protect: bool
    retain: bool
    parent: str
    """Logical name of the component it belongs to; empty for the stack itself."""
    depends_on: frozenset[str]
    """`short` of everything it waits for, whether by option or by reading an output."""
    outputs: Values = field(default_factory=dict)
    finished: bool = False
    """For a component: whether it said that it is complete."""

    @property
    def short(self) -> str:
        """`Service web` for `gcp:cloudrunv2/service:Service` named `web`."""
        return f"{self.type.rpartition(':')[2]} {self.name}"


@dataclass(kw_only=True)
class Stack:
    """A recorded run."""

    resources: list[Resource]
    outputs: Values
    warnings: list[str]

    def of(self, type: str) -> list[Resource]:
        """Every resource of a type."""
        return [each for each in self.resources if each.type == type]

    def one(self, type: str, name: str | None = None) -> Resource:
        """The resource of a type, and of a name where there are several."""
        found = [each for each in self.of(type) if name in (None, each.name)]
        if len(found) != 1:
            declared = ", ".join(sorted(each.short for each in self.resources))
            raise LookupError(f"{len(found)} of {type} {name or ''}, not one. Declared: {declared}")
        return found[0]

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many of each type; components too."""
        return dict(sorted(Counter(each.type for each in self.resources).items()))


class _Refused(Mocks):
    """Never asked: the monitor below answers itself."""

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        raise NotImplementedError

    def call(self, args: MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        raise LookupError(f"the program called {args.token}: it must not look anything up while it declares")


class _Monitor(MockMonitor):
    """The engine's side of the protocol, as far as a program speaks it."""

    def __init__(self) -> None:
        super().__init__(_Refused())
        self.recorded: dict[str, Resource] = {}
        self.stack_outputs: Values = {}

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - the protocol's name
        if request.type == "pulumi:pulumi:Stack":
            return resource_pb2.RegisterResourceResponse(urn=self.make_urn("", request.type, request.name))
        urn = self.make_urn(request.parent, request.type, request.name)
        if urn in self.recorded:
            raise LookupError(f"{request.type} {request.name!r} is declared twice; the engine would refuse")
        raw = rpc.deserialize_properties(request.object)
        inputs = _whole(_bare(raw))
        if request.custom:
            _check_inputs(request.type, request.name, inputs)
        identity, outputs = _answer(request.type, inputs) if request.custom else ("", {})
        parent = self.recorded.get(request.parent)
        self.recorded[urn] = Resource(
            type=request.type,
            name=request.name,
            urn=urn,
            custom=request.custom,
            inputs=inputs,
            secret_inputs=frozenset(key for key, value in raw.items() if rpc.is_rpc_secret(value)),
            protect=request.protect,
            retain=request.retainOnDelete,
            parent=parent.name if parent else "",
            depends_on=frozenset(self.recorded[each].short for each in request.dependencies),
            outputs=outputs,
        )
        answer = Struct()
        answer.update(
            {key: _secret(value) if key in request.additionalSecretOutputs else value for key, value in outputs.items()}
        )
        return resource_pb2.RegisterResourceResponse(urn=urn, id=identity, object=answer)

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


def _check_inputs(type: str, name: str, inputs: Values) -> None:
    if type in HEARTH:
        required, optional = HEARTH[type]
        faults = [f"{key}: required, and missing" for key in sorted(required - set(inputs))]
        faults += [f"{key}: no such property" for key in sorted(set(inputs) - required - optional)]
    elif type in types.table():
        faults = types.table()[type].faults(inputs)
    else:
        raise LookupError(f"no facts about {type}: add it to catalog/gcp_types.json, or to HEARTH in this file")
    if faults:
        raise LookupError(f"{type} {name!r} declares what the provider would refuse:\n  " + "\n  ".join(faults))


def _answer(type: str, inputs: Values) -> tuple[str, Values]:
    if type not in COMPUTED:
        raise LookupError(f"no outputs for {type}: add them to COMPUTED, or what reads them is dropped unseen")
    identity, computed = COMPUTED[type]
    added = computed(inputs)
    if type in types.table():
        row = types.table()[type]
        invented = sorted(set(added) - row.computed - row.outputs_only)
        if invented:
            raise LookupError(f"COMPUTED invents {invented} for {type}: the provider has no such outputs")
    return identity(inputs), {**inputs, **added}


class _Warnings(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(record.getMessage())


def shipped(stack: str) -> dict[str, str]:
    """The configuration in the repository's `Pulumi.STACK.yaml`, as the engine hands it to the program."""
    document = yaml.safe_load((ROOT / f"Pulumi.{stack}.yaml").read_text(encoding="utf-8"))
    return {key: value if isinstance(value, str) else json.dumps(value) for key, value in document["config"].items()}


def endpoints(project: str) -> dict[str, str]:
    """The environment in which `project` can be deployed to."""
    if not project.startswith(LOCAL_PROJECT_PREFIX):
        return {}
    return {api.variable: api.local("http://127.0.0.1:4000") for api in APIS}


def run_stack(
    name: str, overrides: Mapping[str, str] | None = None, *, program: Callable[..., None] = build, root: Path = ROOT
) -> Stack:
    """Run the program with a shipped stack's configuration, in which `overrides` replace values by full key.

    The shipped projects of dev and prod are placeholders, which the program refuses; they become `example-NAME`.
    """
    config = {
        key: value.replace("replace-me", "example") if key.startswith("gcp:") else value
        for key, value in shipped(name).items()
    } | dict(overrides or {})
    return record(lambda: program(environ=endpoints(config["gcp:project"]), root=root), stack=name, config=config)


def record(program: Callable[[], None], *, stack: str = "test", config: Mapping[str, str] | None = None) -> Stack:
    """Run any program and return what it declared. Raises what it raises, and what this recorder refuses."""
    monitor, warnings = _Monitor(), _Warnings()
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
        asyncio.run(run_in_stack(program))

    # Pulumi keeps its state in context variables: a context of its own is as good as a process of its own.
    contextvars.copy_context().run(run)
    _check_finished(monitor.recorded.values())
    return Stack(
        resources=sorted(monitor.recorded.values(), key=lambda each: each.urn),
        outputs=_whole(_bare(monitor.stack_outputs)),
        warnings=warnings.texts,
    )


def _check_finished(resources: Iterable[Resource]) -> None:
    open_ended = sorted(each.short for each in resources if not each.custom and not each.finished)
    if open_ended:
        raise LookupError(f"never called register_outputs, so the engine shows them as unfinished: {open_ended}")
