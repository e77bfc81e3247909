"""Functions of Google's provider (`gcp.organizations.get_project()`), as far as they are answered without Google.

Three are worked out from their arguments and from where the provider stands. Of the others, those that read one
resource are answered from a resource that is there; all others are refused, since only Google could know.
Left out: functions that read a policy, a list, or what nobody declared.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from hearth.catalog import ids, types
from hearth.catalog.shapes import zero
from hearth.catalog.types import ResourceType

Values = Mapping[str, Any]

GET_PROJECT: Final = "gcp:organizations/getProject:getProject"
GET_CLIENT_CONFIG: Final = "gcp:organizations/getClientConfig:getClientConfig"
GET_IAM_POLICY: Final = "gcp:organizations/getIAMPolicy:getIAMPolicy"
EVALUATED: Final = (GET_PROJECT, GET_CLIENT_CONFIG, GET_IAM_POLICY)

_ACCOUNT: Final = "gcp:serviceaccount/account:Account"
_VERSION: Final = "gcp:secretmanager/secretVersion:SecretVersion"
_ANY_KEY = "*"

# What functions answer otherwise than the resource has it (the SDK's own classes): a number in place of its text, and a
# list in place of the one that it can have.
_NUMBERS: Mapping[str, frozenset[str]] = {"gcp:compute/network:Network": frozenset({"networkId"})}
_LISTS: Mapping[str, frozenset[str]] = {
    "gcp:accesscontextmanager/accessPolicy:AccessPolicy": frozenset({"scopes"}),
    "gcp:compute/backendService:BackendService": frozenset({"healthChecks"}),
    "gcp:compute/instance:Instance": frozenset({"resourcePolicies"}),
    "gcp:compute/instanceTemplate:InstanceTemplate": frozenset({"resourcePolicies"}),
    "gcp:compute/regionBackendService:RegionBackendService": frozenset({"healthChecks"}),
    "gcp:compute/regionInstanceTemplate:RegionInstanceTemplate": frozenset({"resourcePolicies"}),
}


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a provider stands."""

    project: str | None
    number: str
    """The project's."""
    region: str | None = None
    zone: str | None = None
    default_labels: Values = field(default_factory=dict)

    @property
    def where(self) -> dict[str, str]:
        """Properties by which a resource says where it stands, as far as the provider knows them."""
        where = {"project": self.project, "region": self.region, "location": self.region, "zone": self.zone}
        return {name: value for name, value in where.items() if value}


def evaluate(token: str, arguments: Values, place: Place) -> dict[str, Any] | None:
    """The answer of one of EVALUATED; None for any other function."""
    if token == GET_PROJECT:
        project = arguments.get("projectId") or place.project or ""
        return {
            "id": f"projects/{project}",
            "projectId": project,
            "name": project,
            "number": place.number,
            "autoCreateNetwork": False,
            "deletionPolicy": "PREVENT",
            **dict.fromkeys(("billingAccount", "folderId", "orgId"), ""),
            **{name: {} for name in ("labels", "effectiveLabels", "pulumiLabels", "tags")},
        }
    if token == GET_CLIENT_CONFIG:
        where = {"project": place.project or "", "region": place.region or "", "zone": place.zone or ""}
        whole = "/".join(f"{name}s/{value}" for name, value in where.items())
        return {**where, "id": whole, "accessToken": "local", "defaultLabels": dict(place.default_labels)}
    if token == GET_IAM_POLICY:
        return {**arguments, "id": "policy", "policyData": policy_data(arguments)}
    return None


def policy_data(arguments: Values) -> str:
    """A policy as the text in which resources take it: one binding a role and condition, members in order."""
    merged: dict[str, dict[str, Any]] = {}
    for binding in arguments.get("bindings") or []:
        condition = {name: value for name, value in sorted((binding.get("condition") or {}).items()) if value}
        key = json.dumps([binding["role"], condition])
        entry = merged.setdefault(key, ({"condition": condition} if condition else {}) | {"members": []})
        entry["members"] = sorted({*entry["members"], *binding["members"]})
        entry["role"] = binding["role"]
    audits = [
        {
            "auditLogConfigs": [
                {"exemptedMembers": sorted(each["exemptedMembers"])} | {"logType": each["logType"]}
                if each.get("exemptedMembers")
                else {"logType": each["logType"]}
                for each in audit["auditLogConfigs"]
            ],
            "service": audit["service"],
        }
        for audit in arguments.get("auditConfigs") or []
    ]
    bindings = [merged[key] for key in sorted(merged)]
    policy = ({"auditConfigs": audits} if audits else {}) | ({"bindings": bindings} if bindings else {})
    return json.dumps(policy, separators=(",", ":"))


def reads(token: str) -> ResourceType | None:
    """The type of the resource that a function reads: `compute.Network` for `getNetwork`."""
    package, module, name = [*token.split(":"), "", ""][:3]
    kind = name.removeprefix("get")
    if kind == name or not kind:
        return None
    found = types.get(f"{package}:{module.partition('/')[0]}/{kind[0].lower()}{kind[1:]}:{kind}")
    return None if found is None or ids.is_grant(found) else found


def id_of(type: ResourceType, arguments: Values, place: Place) -> str | None:
    """The id of the resource that the arguments name; None where they do not name one."""
    values = {name: value for name, value in {**place.where, **arguments}.items() if value is not None}
    if type.token == _VERSION:
        secret = str(values.get("secret", "")).rpartition("/")[2]
        return f"projects/{values.get('project')}/secrets/{secret}/versions/{values.get('version') or 'latest'}"
    if type.token == _ACCOUNT:
        name = str(values.get("accountId", "")).rpartition("/")[2]
        email = name if "@" in name else f"{name}@{values.get('project')}.iam.gserviceaccount.com"
        values |= {"email": email, "project": email.partition("@")[2].partition(".")[0]}
    names = ids.properties(type)
    return ids.fill(type, values, "") if names and values.keys() >= set(names) else None


def means(type: ResourceType, arguments: Values, outputs: Values) -> bool:
    """Whether the arguments describe a resource with these outputs; what the type does not have is passed over."""
    asked = {name: value for name, value in arguments.items() if name in type.inputs or name in type.outputs}
    return bool(asked) and all(_last(outputs.get(name)) == _last(value) for name, value in asked.items())


def result(type: ResourceType, id: str, outputs: Values) -> dict[str, Any]:
    """A resource as a function answers it: single objects as lists of one, and zero values for what is not there."""
    shown = _shown({**type.inputs, **type.outputs}, outputs)
    shown |= {name: int(shown[name] or 0) for name in _NUMBERS.get(type.token, ())}
    shown |= {name: [shown[name]] if shown[name] else [] for name in _LISTS.get(type.token, ())}
    return {**shown, "id": id}


def secrets(type: ResourceType) -> frozenset[str]:
    """The properties of an answer that are secret.

    One in it makes all of it secret for the program. So labels, which are secret in the state, are not in an answer.
    """
    return type.secret - {"effectiveLabels", "pulumiLabels"}


def unknown(token: str, value: Any) -> dict[str, Any]:
    """An answer that a preview does not know yet: `value` for each property."""
    if token in EVALUATED:
        return dict.fromkeys(evaluate(token, {}, Place(project="", number="")) or {}, value)
    read = reads(token)
    return dict.fromkeys(result(read, "", {}) if read else ("id",), value)


def refusal(token: str, *, by: str, those: str = "") -> str:
    """What to tell of a function that is not answered. `those` says of which resources others are."""
    answered = ", ".join(each.rpartition(":")[2] for each in EVALUATED)
    knows = "Google" if token.startswith("gcp:") else "its own provider"
    return (
        f"{by} does not answer the function {token}: only {knows} could. It answers {answered}, and the functions of "
        f"Google's provider that read one resource{those}. Take the value from the stack's settings instead, so that "
        "each stack has its own."
    )


def _shown(shapes: Mapping[str, Any], values: Values) -> dict[str, Any]:
    found = {}
    for marked, shape in shapes.items():
        name = marked.removesuffix("!")
        value = values.get(name)
        single = isinstance(shape, Mapping) and _ANY_KEY not in shape
        found[_plural(name) if single else name] = _zero(shape) if value is None else _converted(shape, value)
    return found


def _converted(shape: Any, value: Any) -> Any:
    if isinstance(shape, list) and isinstance(value, list) and isinstance(shape[0], Mapping):
        return [
            _shown(shape[0], item) if isinstance(item, Mapping) and _ANY_KEY not in shape[0] else item for item in value
        ]
    if isinstance(shape, Mapping) and _ANY_KEY not in shape and isinstance(value, Mapping):
        return [_shown(shape, value)]
    return value


def _zero(shape: Any) -> Any:
    return [] if isinstance(shape, Mapping) and _ANY_KEY not in shape else zero(shape)


def _plural(name: str) -> str:
    """As Pulumi calls a list of what a resource has one of."""
    if name.endswith("s") and not name.endswith("ss"):
        return name
    if name.endswith("y") and name[-2] not in "aeiou":
        return f"{name[:-1]}ies"
    return f"{name}es" if name.endswith(("ss", "x", "ch", "sh")) else f"{name}s"


def _last(value: Any) -> Any:
    """A name without where it stands, so that a link means what its last segment names."""
    return value.rpartition("/")[2] if isinstance(value, str) else value
