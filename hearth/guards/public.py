"""Nothing is open to everybody but the web service, and that only in the way that `app:publicAccess` says.

The component PublicAccess follows that setting; this holds for everything else, such as a bucket or a topic. Left out:
what an organization's policy allows, and Hosting, which is public by its nature.
"""

from collections.abc import Iterator

from hearth.guards.declared import UNKNOWN, Declared, Intent, Violation, dotted

EVERYBODY = ("allUsers", "allAuthenticatedUsers")
_WHY = "it would be open to everybody, and app:publicAccess does not say so"


def violations(declared: Declared, intent: Intent) -> Iterator[Violation]:
    """Look at members anywhere, into whole policies, at ready-made bucket ACLs, and at the invoker check."""
    if declared.type.partition(":")[0] != "gcp":
        return
    for path, value in declared.walk():
        if not isinstance(value, str) or not path:
            continue
        policy = path[-1] == "policyData"
        named = [who for who in EVERYBODY if value == who or (policy and f'"{who}"' in value)]
        if named and not is_the_grant(declared, intent):
            yield Violation(
                what=f"{dotted(path)} names {' and '.join(named)}",
                why=_WHY,
                fix="name the accounts or the group that need it; the web service is opened by app:publicAccess alone",
            )
        if path[-1] in ("predefinedAcl", "defaultAcl") and value.startswith(("public", "authenticated")):
            yield Violation(
                what=f"{dotted(path)} = {value!r}",
                why=_WHY,
                fix="drop it; files for everybody belong into static/, which Hosting serves",
            )
    if declared.at("invokerIamDisabled") is True and not (
        intent.public_access == "invoker-check-off" and declared.at("name") in (intent.service, UNKNOWN)
    ):
        yield Violation(
            what="invokerIamDisabled = True",
            why=_WHY,
            fix="drop it; for the web service: pulumi config set app:publicAccess invoker-check-off",
        )


def is_the_grant(declared: Declared, intent: Intent) -> bool:
    """Whether it is the one grant by which `iam` opens the web service."""
    return (
        intent.public_access == "iam"
        and declared.type == "gcp:cloudrunv2/serviceIamMember:ServiceIamMember"
        and declared.at("role") in ("roles/run.invoker", UNKNOWN)
        and declared.at("member") == "allUsers"
        and declared.at("name") in (intent.service, UNKNOWN)
    )
