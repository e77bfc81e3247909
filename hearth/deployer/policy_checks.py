"""Organization policies that forbid what the stack is about to do, each with what to set instead.

Left out: which regions a policy lists. That there is one is told, and the stack's regions are for a person to look up.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from hearth.deployer.finding import Finding, explain_no_answer, is_off, off
from hearth.deployer.google import Ask
from hearth.deployer.target import Target

_API = "orgpolicy.googleapis.com"


@dataclass(frozen=True)
class Policy:
    """A constraint, what it forbids, and the settings with which it matters."""

    name: str
    forbids: str
    instead: str
    only: Mapping[str, str]
    """Values of the stack's keys; with others the stack does nothing of the kind."""
    allowed: str = ""
    """A value with which, when the policy lists it as allowed, the stack is fine."""


# Organization Policy, "Constraints reference".
POLICIES = (
    *(
        Policy(
            name,
            "a public service with app:publicAccess=iam",
            "set app:publicAccess to invoker-check-off",
            {"app:publicAccess": "iam"},
        )
        for name in ("iam.allowedPolicyMemberDomains", "iam.managed.allowedPolicyMembers")
    ),
    Policy(
        "run.managed.requireInvokerIam",
        "a public service with app:publicAccess=invoker-check-off",
        "set app:publicAccess to iam",
        {"app:publicAccess": "invoker-check-off"},
    ),
    Policy(
        "run.allowedIngress",
        "a service that the internet reaches, from where Hosting comes",
        "have `all` allowed for this project",
        {},
        allowed="all",
    ),
    Policy(
        "gcp.resourceLocations",
        "secrets without a location, builds in `global`, and each region that it does not list",
        "set app:secretReplication to region, and gcp:region, app:buildRegion and app:firestoreLocation to its regions",
        {"app:secretReplication": "automatic"},
        allowed="global",
    ),
    Policy(
        "sql.restrictPublicIp",
        "a Postgres server with a public address, which Cloud Run's socket needs",
        "set app:database to firestore",
        {"app:database": "postgres"},
    ),
)
_GITHUB = "https://token.actions.githubusercontent.com"
FOR_CI = Policy(
    "iam.workloadIdentityPoolProviders",
    f"deployments from CI, whose identities are from {_GITHUB}",
    f"have {_GITHUB} allowed",
    {},
    allowed=_GITHUB,
)


def organization_policies(target: Target, ask: Ask) -> Iterator[Finding]:
    relevant = [
        policy for policy in POLICIES if all(target.choices[key] == value for key, value in policy.only.items())
    ]
    for policy in [*relevant, *([FOR_CI] if target.delivers else [])]:
        answer = ask("GET", f"https://{_API}/v2/projects/{target.project}/policies/{policy.name}:getEffectivePolicy")
        if is_off(answer):
            yield off("organization policies", _API, target)
            return
        if answer.status == 404:
            yield Finding("ok", f"no organization policy {policy.name}")
        elif answer.status != 200:
            yield Finding(
                "unknown",
                f"organization policy {policy.name}: {explain_no_answer(answer.status, answer.message)}",
                f"gcloud org-policies describe {policy.name} --project={target.project} --effective",
            )
        elif _restricts(answer.body.get("spec"), policy.allowed):
            yield Finding(
                "missing",
                f"the organization policy {policy.name} forbids {policy.forbids}",
                f"{policy.instead}, or ask the organization's administrator for an exception",
            )
        else:
            yield Finding("ok", f"organization policy {policy.name} restricts nothing here")


def _restricts(spec: object, allowed: str) -> bool:
    """Whether an effective policy narrows anything: a rule that enforces, or that lists values without `allowed`."""
    rules = spec.get("rules", ()) if isinstance(spec, dict) else ()
    return any(
        rule.get("enforce") or rule.get("denyAll") or rule.get("parameters") or _leaves_out(rule.get("values"), allowed)
        for rule in rules
    )


def _leaves_out(values: object, allowed: str) -> bool:
    """`is:` before a value says that it is none of a group ("Setting list constraints")."""
    if not allowed or not isinstance(values, dict):
        return bool(values)
    allows, denies = (
        {str(each).removeprefix("is:") for each in values.get(key, ())} for key in ("allowedValues", "deniedValues")
    )
    return allowed in denies or (bool(allows) and allowed not in allows)
