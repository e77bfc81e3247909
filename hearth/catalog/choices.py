"""Properties that exclude each other or need each other, as Google's Terraform provider checks it.

There, a property says so beside its type (`ExactlyOneOf`, `AtLeastOneOf`, `ConflictsWith`, `RequiredWith`), and no
schema tells it. Left out: all types but those that the local cloud plays.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, kw_only=True)
class Choice:
    """How many of some properties may be there, wherever there is an object at `within`."""

    within: str = ""
    """A path without list places; "" for the resource itself."""
    names: Sequence[str] = ()
    """None for whatever may stand there."""
    least: int = 0
    most: int | None = None
    together: bool = False
    """All of them, or none."""

    def fault(self, inputs: Mapping[str, Any]) -> tuple[str, str] | None:
        """The property that is missing or too much in an object, with what is wrong; None where nothing is."""
        names = self.names or sorted(inputs)
        there = [name for name in names if inputs.get(name) is not None]
        if len(there) < self.least:
            among = f"one of {', '.join(self.names)} is required" if self.names else "it must not be empty"
            return "", among
        if self.most is not None and len(there) > self.most:
            return there[-1], f"it excludes {there[0]}, which is there, too"
        missing = [name for name in names if name not in there]
        if self.together and there and missing:
            return missing[0], f"required where {there[0]} is there"
        return None


_SQL_BLOCKS = ("backupConfiguration", "insightsConfig", "ipConfiguration", "locationPreference", "maintenanceWindow")
_AUTHORIZATION = Choice(within="binaryAuthorization", names=("policy", "useDefault"), most=1)
_CHOICES: Final[Mapping[str, Sequence[Choice]]] = {
    "gcp:cloudrunv2/job:Job": (Choice(names=("runExecutionToken", "startExecutionToken"), most=1), _AUTHORIZATION),
    "gcp:cloudrunv2/service:Service": (_AUTHORIZATION,),
    "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider": (
        Choice(names=("aws", "oidc", "saml", "x509"), least=1, most=1),
    ),
    "gcp:secretmanager/secret:Secret": (Choice(within="replication", names=("auto", "userManaged"), least=1, most=1),),
    "gcp:secretmanager/secretVersion:SecretVersion": (Choice(names=("secretData", "secretDataWo"), least=1, most=1),),
    "gcp:sql/databaseInstance:DatabaseInstance": (
        Choice(names=("clone", "pointInTimeRestoreContext", "settings"), least=1),
        Choice(names=("rootPasswordWo", "rootPasswordWoVersion"), together=True),
        *(Choice(within=f"settings.{each}", least=1) for each in _SQL_BLOCKS),
        Choice(within="replicaConfiguration", least=1),
    ),
    "gcp:sql/user:User": (
        Choice(names=("password", "passwordWo"), most=1),
        Choice(names=("passwordWo", "passwordWoVersion"), together=True),
    ),
}


def alternatives(type: str) -> Sequence[str]:
    """Inputs of which one at least has to be there; none where each is known by itself."""
    return next((each.names for each in _CHOICES.get(type, ()) if each.least and not each.within), ())


def faults(type: str, inputs: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong, as paths with the reason."""
    for choice in _CHOICES.get(type, ()):
        for path, values in _objects(inputs, choice.within.split(".") if choice.within else [], ""):
            if found := choice.fault(values):
                yield f"{'.'.join(filter(None, [path, found[0]])) or choice.names[0]}: {found[1]}"


def _objects(value: Any, steps: Sequence[str], path: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if isinstance(value, list):
        for at, item in enumerate(value):
            yield from _objects(item, steps, f"{path}[{at}]")
    elif isinstance(value, Mapping):
        if not steps:
            yield path, value
        else:
            yield from _objects(value.get(steps[0]), steps[1:], f"{path}.{steps[0]}".lstrip("."))
