"""What providers answer when a resource is created, worked out without them.

Of Google's types all outputs are there: what follows from the inputs as Google's provider has it, the rest made up in
its form (`hearth.catalog.placeholders`). Left out: whether a value of another package's resource is right, since only
its own provider knows; its outputs are made up by their types in the package's SDK.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from hearth.catalog import ids, placeholders, types
from hearth.catalog.forms import Source
from hearth.catalog.functions import Place
from hearth.catalog.types import ResourceType
from hearth.facts.names import agent
from hearth.provider.schema import RESOURCES as HEARTH
from hearth.testing import sdk_classes

Values = Mapping[str, Any]

DIGEST = "sha256:" + "d" * 64
PROJECT_NUMBER = "123456789012"

_GOOGLE: Final = "gcp:"
_HEARTH: Final = "hearth:"
_VERSION: Final = "gcp:secretmanager/secretVersion:SecretVersion"
_POOL: Final = "projects/{number}/locations/global/workloadIdentityPools/{workloadIdentityPoolId}"

OWN: Final[Mapping[str, Values]] = {
    "gcp:cloudrunv2/service:Service": {"uri": "https://{name}-{number}.{location}.run.app"},
    "gcp:firebase/hostingCustomDomain:HostingCustomDomain": {
        "requiredDnsUpdates": [{"desireds": [{"domainName": "{customDomain}"}]}]
    },
    "gcp:firebase/hostingSite:HostingSite": {"defaultUrl": "https://{siteId}.web.app"},
    "gcp:firestore/field:Field": {
        "name": "projects/{project}/databases/{database}/collectionGroups/{collection}/fields/{field}"
    },
    "gcp:iam/workloadIdentityPool:WorkloadIdentityPool": {"name": _POOL},
    "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider": {
        "name": f"{_POOL}/providers/{{workloadIdentityPoolProviderId}}",
    },
    "gcp:projects/apiKey:ApiKey": {"keyString": "AIzaSyD-made-up-for-tests-0123456789abc"},
    "gcp:projects/serviceIdentity:ServiceIdentity": {"email": "{agent}", "member": "serviceAccount:{agent}"},
    _VERSION: {"name": "{secret}/versions/1", "version": "1"},
    "gcp:serviceaccount/account:Account": {
        "email": "{accountId}@{project}.iam.gserviceaccount.com",
        "member": "serviceAccount:{accountId}@{project}.iam.gserviceaccount.com",
    },
    "gcp:sql/databaseInstance:DatabaseInstance": {"id": "{name}", "connectionName": "{project}:{region}:{name}"},
    "gcp:sql/user:User": {"id": "{name}//{instance}"},
    "gcp:storage/bucket:Bucket": {"url": "gs://{name}"},
    "hearth:build:Image": {
        "id": "projects/{project}/locations/{region}/repositories/{repository}/packages/{name}",
        "ref": "{region}-docker.pkg.dev/{project}/{repository}/{name}@{digest}",
        "digest": "{digest}",
    },
    "hearth:hosting:SiteRelease": {
        "id": "projects/{project}/sites/{site}/channels/{channel}",
        "version": "projects/{project}/sites/{site}/versions/1",
        "release": "projects/{project}/sites/{site}/channels/{channel}/releases/1",
        "url": "https://{site}.web.app",
    },
    "hearth:project:Settled": {"id": "{project}/settled", "attempt": 1},
    "hearth:run:PublicGrant": {"id": "projects/{project}/locations/{region}/services/{service}/public"},
    "hearth:run:JobExecution": {
        "id": "projects/{project}/locations/{region}/jobs/{job}",
        "execution": "{job}-1",
        "completed": "2026-01-01T00:00:00Z",
    },
    "hearth:secret:AlternatingValue": {"first": "{value}", "second": "{value}", "current": "first"},
    "hearth:secret:KeyVersion": {"id": "projects/{project}/secrets/{secret}/versions/1", "version": "1"},
    "hearth:secret:RandomKey": {"value": "{drawn}", "previous": "{another}"},
}
"""By type, outputs that follow from its properties by a rule of its own, and the id where no format has it.

`{number}` is the project's, `{agent}` the address of its service's agent; `{drawn}` and `{another}` are 64 hexadecimal
digits, which follow from name and inputs; `{digest}` is an image's.
"""


@dataclass(frozen=True)
class Answer:
    """A resource as its provider has it."""

    id: str
    outputs: Values
    secret: frozenset[str] = frozenset()
    """Outputs that the provider itself marks so."""


def faults(type: str, name: str, inputs: Values, place: Place) -> list[str]:
    """What the provider would refuse in a resource by name: missing, unknown or misshapen inputs."""
    if type.startswith(_GOOGLE):
        known = types.get(type)
        if known is None:
            return [types.no_such_type(type)]
        found = [*known.faults(inputs), *_misnamed(known, name, inputs), *_unplaced(known, inputs, place)]
    elif type in HEARTH:
        declared = HEARTH[type]
        found = [f"{key}: required, and missing" for key in sorted(set(declared["requiredInputs"]) - set(inputs))]
        found += [f"{key}: no such property" for key in sorted(set(inputs) - set(declared["inputProperties"]))]
    else:
        return [f"the provider hearth has no type {type}"] if type.startswith(_HEARTH) else []
    return [f"{type} {name!r} declares what the provider would refuse:\n  " + "\n  ".join(found)] if found else []


def created(type: str, urn: str, inputs: Values, place: Place) -> Answer:
    """A resource that has no `faults`."""
    name = urn.rpartition("::")[2]
    if (known := _google(type)) is not None:
        end = hashlib.sha256(urn.encode()).hexdigest()
        names = {each: rule.made(name, end) for each, rule in known.autonames.items()}
        return _made(known, {**names, **inputs}, place, seed=urn)
    digest = hashlib.sha512(f"{urn} {sorted(inputs.items(), key=str)}".encode()).digest()
    source = Source(digest, place.project or "project")
    image = inputs.get("copyOf", DIGEST).rpartition("@")[2]
    made_up = {"drawn": digest[:32].hex(), "another": digest[32:].hex(), "digest": image}
    own = _filled(OWN.get(type, {}), {**made_up, **inputs})
    outputs = {**dict(sdk_classes.outputs(type, source)), **own, **inputs}
    return Answer(str(outputs.pop("id", name)), outputs)


def existing(type: str, id: str, given: Values, place: Place) -> Answer:
    """A resource that is only read. Raises LookupError for a type that does not exist."""
    if not type.startswith(_GOOGLE):
        return Answer(id, created(type, f"::{id}", given, place).outputs)
    known = _google(type)
    if known is None:
        raise LookupError(types.no_such_type(type))
    names = dict.fromkeys(known.autonames, id.rpartition("/")[2].partition("@")[0])
    found = _made(known, {**_secrets(known), **names, **(ids.locate(known, id) or {}), **given}, place, seed=id)
    return Answer(id, found.outputs, found.secret)


def read(type: ResourceType, id: str | None, arguments: Values, place: Place) -> Answer:
    """What a function reads that nobody declared."""
    known = {name: value for name, value in arguments.items() if name in type.inputs or name in type.outputs}
    return _made(type, {**_secrets(type), **known}, place, seed=id or str(sorted(known.items(), key=str)))


def _secrets(type: ResourceType) -> dict[str, str]:
    """What was declared of a resource elsewhere and is read for its own sake."""
    return {name: "made-up" for name in type.secret if type.inputs.get(name) == "string"}


def _google(type: str) -> ResourceType | None:
    return types.get(type) if type.startswith(_GOOGLE) else None


def _made(type: ResourceType, known: Values, place: Place, *, seed: str) -> Answer:
    where = place.where
    placed = {name: value for name, value in where.items() if name in _left_to_provider(type)}
    whole = {**type.implied, **placed, **known}
    if "effectiveLabels" in type.outputs_only:
        labels = {**place.default_labels, **(whole.get("labels") or {})}
        whole |= {"effectiveLabels": labels, "pulumiLabels": labels}
    of_place = {"number": place.number, "agent": agent(str(whole.get("service")), place.number)}
    own = _filled(OWN.get(type.token, {}), {**whole, **of_place})
    id_ = own.pop("id", None)
    made = placeholders.generate(type, {**own, **whole}, where, seed=seed, number=place.number)
    return Answer(id_ or made.id, made.outputs, type.secret)


def _left_to_provider(type: ResourceType) -> list[str]:
    """Where a resource stands, as far as it is taken from the provider if a program leaves it out."""
    return [name for name in ("project", "region", "location", "zone") if name in type.inputs and name in type.computed]


def _unplaced(type: ResourceType, inputs: Values, place: Place) -> Iterator[str]:
    where = {**place.where, **inputs}
    for name in _left_to_provider(type):
        # A version's secret says of which project it is.
        needed = type.token != _VERSION and name in ("project", "location")
        if name not in where and (needed or name in ids.properties(type)):
            yield f"{name}: {types.unplaced('region' if name == 'location' else name)}"


def _misnamed(type: ResourceType, name: str, inputs: Values) -> Iterator[str]:
    for each, rule in type.autonames.items():
        if each not in inputs and (fault := rule.fault(name)):
            yield f"{each}: {fault}"


def _filled(value: Any, known: Values) -> Any:
    """Texts with properties in place of their names; of an object, what they are all known of."""
    if isinstance(value, Mapping):
        return {
            key: _filled(each, known)
            for key, each in value.items()
            if not isinstance(each, str) or known.keys() >= set(re.findall(r"\{(\w+)\}", each))
        }
    if isinstance(value, list):
        return [_filled(each, known) for each in value]
    return value.format_map(known) if isinstance(value, str) else value
