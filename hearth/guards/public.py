"""Nothing is granted to everybody but the web service, and that only in the way that `app:publicAccess` says.

The component PublicAccess follows that setting; this holds for everything else, such as a bucket or a topic. Left out:
networks (firewalls, the addresses that a database admits), what an organization's policy allows, and Hosting, which is
public by its nature.
"""

import re
from collections.abc import Iterator

from hearth.guards.declared import UNKNOWN, Declared, Intent, Path, Unclear, Violation, format_path, property_name

EVERYBODY = ("allUsers", "allAuthenticatedUsers")
# As a value of its own, or after a role or a kind (`READER:allUsers`).
_EVERYBODY = re.compile(rf"(?:\w+:)?({'|'.join(EVERYBODY)})")
_ACLS = ("predefinedAcl", "defaultAcl")
# The annotation is how Cloud Run's older API takes it.
_SWITCHES = (("invokerIamDisabled",), ("metadata", "annotations", "run.googleapis.com/invoker-iam-disabled"))
# Where a preview looks for what is not known yet; what is known is looked at wherever it stands.
_MAY_OPEN = re.compile(
    r"members?|entity|roleEntities|specialGroup|iamMember|grantees|policyData|invokerIamDisabled|.*invoker-iam-disabled"
)
_PUBLIC_GRANT = "hearth:run:PublicGrant"
_WHY = "it would be open to everybody, which app:publicAccess does not allow"


def violations(declared: Declared, intent: Intent) -> Iterator[Violation | Unclear]:
    """Look at members anywhere, into whole policies, at ready-made ACLs, and at the invoker check."""
    if declared.type == _PUBLIC_GRANT:
        yield from _granting(declared, intent)
    if declared.type.partition(":")[0] != "gcp":
        return
    granted = is_public_grant(declared, intent)
    for path, value in declared.walk():
        who = _named(path, value)
        if who and not granted:
            yield Violation(
                what=f"{format_path(path)} has {' and '.join(who)}",
                why=_WHY,
                fix="name the accounts or the group that need access; only app:publicAccess opens the web service",
            )
        if property_name(path) in _ACLS and isinstance(value, str) and value.startswith(("public", "authenticated")):
            yield Violation(
                what=f"{format_path(path)} = {value!r}",
                why=_WHY,
                fix="remove it; public files belong in static/, which Hosting serves",
            )
    for path in unchecked(declared):
        if intent.public_access != "invoker-check-off" or declared.at("name") not in (intent.service, UNKNOWN):
            yield Violation(
                what=f"{format_path(path)} = {declared.at(*path)!r}",
                why=_WHY,
                fix="remove it; for the web service: pulumi config set app:publicAccess invoker-check-off",
            )
    for path, value in declared.found(lambda path: _may_open(path) or (granted and path in (("role",), ("name",)))):
        if value is UNKNOWN:
            yield Unclear(path)


def _granting(declared: Declared, intent: Intent) -> Iterator[Violation | Unclear]:
    """It grants to everybody without naming anybody."""
    service = declared.at("service")
    if intent.public_access != "iam" or service not in (intent.service, UNKNOWN):
        yield Violation(
            what=f"service = {service!r}",
            why=_WHY,
            fix="remove it; for the web service: pulumi config set app:publicAccess iam",
        )
    elif service is UNKNOWN:
        yield Unclear(("service",))


def is_public_grant(declared: Declared, intent: Intent) -> bool:
    """Whether it is the one grant by which `iam` opens the web service."""
    return (
        intent.public_access == "iam"
        and declared.type == "gcp:cloudrunv2/serviceIamMember:ServiceIamMember"
        and declared.at("role") in ("roles/run.invoker", UNKNOWN)
        and declared.at("member") == "allUsers"
        and declared.at("name") in (intent.service, UNKNOWN)
    )


def unchecked(declared: Declared) -> list[tuple[str, ...]]:
    """Where it says that a service asks nobody for a grant."""
    return [path for path in _SWITCHES if declared.at(*path) in (True, "true", "True")]


def _named(path: Path, value: object) -> list[str]:
    if not isinstance(value, str):
        return []
    if property_name(path) == "policyData":
        return [who for who in EVERYBODY if f'"{who}"' in value]
    return _EVERYBODY.findall(value) if _EVERYBODY.fullmatch(value) else []


def _may_open(path: Path) -> bool:
    return _MAY_OPEN.fullmatch(property_name(path)) is not None
