"""The checks, in the order in which a first deploy would trip over what they look for.

Each takes the target and a way to ask Google, and returns findings. A question that the person may not ask is
"unknown", never "ok": a check that guesses is worse than none.
"""

from collections.abc import Callable, Iterator

from hearth.catalog.roles import DEPLOYER
from hearth.deployer import backend_checks
from hearth.deployer.finding import Finding, explain_no_answer
from hearth.deployer.google import Ask
from hearth.deployer.target import Target

# Without these two nothing can be asked or enabled, so the program can't enable them itself.
_FIRST_APIS = ("serviceusage.googleapis.com", "cloudresourcemanager.googleapis.com")

# Organization policies under which a public service is refused, and what to do instead.
_POLICIES_AGAINST_ALL_USERS = ("iam.allowedPolicyMemberDomains", "iam.managed.allowedPolicyMembers")
_POLICY_AGAINST_NO_CHECK = "run.managed.requireInvokerIam"


def project(target: Target, ask: Ask) -> Iterator[Finding]:
    answer = ask("GET", f"https://cloudresourcemanager.googleapis.com/v1/projects/{target.project}")
    if answer.status == 200 and answer.body.get("lifecycleState") == "ACTIVE":
        yield Finding("ok", f"project {target.project} exists and is active")
    elif answer.status == 200:
        state = answer.body.get("lifecycleState", "unknown")
        yield Finding(
            "missing",
            f"project {target.project} is {state}, so nothing can be created in it",
            f"gcloud projects undelete {target.project}, or name another project in Pulumi.{target.stack}.yaml",
        )
    elif answer.status in (403, 404) and "SERVICE_DISABLED" not in str(answer.body):
        yield Finding(
            "missing",
            f"project {target.project} does not exist, or these credentials may not see it ({answer.message})",
            f"gcloud projects create {target.project}, or ask its owner for roles/browser",
        )
    else:
        yield Finding("unknown", f"project {target.project}: {explain_no_answer(answer.status, answer.message)}")


def billing(target: Target, ask: Ask) -> Iterator[Finding]:
    answer = ask("GET", f"https://cloudbilling.googleapis.com/v1/projects/{target.project}/billingInfo")
    if answer.status != 200:
        yield Finding(
            "unknown",
            f"billing: {explain_no_answer(answer.status, answer.message)}",
            f"see https://console.cloud.google.com/billing/linkedaccount?project={target.project}",
        )
    elif answer.body.get("billingEnabled"):
        yield Finding("ok", "billing is on")
    else:
        yield Finding(
            "missing",
            "billing is off: Cloud Run, Cloud Build and Artifact Registry refuse to work without it",
            f"gcloud billing projects link {target.project} --billing-account=ACCOUNT",
        )


def first_apis(target: Target, ask: Ask) -> Iterator[Finding]:
    for api in _FIRST_APIS:
        answer = ask("GET", f"https://serviceusage.googleapis.com/v1/projects/{target.project}/services/{api}")
        fix = f"gcloud services enable {api} --project={target.project}"
        if answer.status == 200 and answer.body.get("state") == "ENABLED":
            yield Finding("ok", f"{api} is on")
        elif answer.status == 200 or "SERVICE_DISABLED" in str(answer.body):
            yield Finding("missing", f"{api} is off: without it the program can't enable the others", fix)
        else:
            yield Finding("unknown", f"{api}: {explain_no_answer(answer.status, answer.message)}", fix)


def permissions(target: Target, ask: Ask) -> Iterator[Finding]:
    roles = [role for role in DEPLOYER if role.only is None or target.choices[role.only[0]] == role.only[1]]
    wanted = [permission for role in roles for permission in role.permissions]
    answer = ask(
        "POST",
        f"https://cloudresourcemanager.googleapis.com/v1/projects/{target.project}:testIamPermissions",
        {"permissions": wanted},
    )
    if answer.status != 200:
        yield Finding("unknown", f"roles of the deployer: {explain_no_answer(answer.status, answer.message)}")
        return
    held = set(answer.body.get("permissions", ()))
    for role in roles:
        lacking = [permission for permission in role.permissions if permission not in held]
        if lacking:
            yield Finding(
                "missing",
                f"{role.name} ({role.why}); not held: {', '.join(lacking)}",
                f"gcloud projects add-iam-policy-binding {target.project} --member=user:YOU --role={role.name}",
            )
        else:
            yield Finding("ok", f"{role.name}")


def firebase(target: Target, ask: Ask) -> Iterator[Finding]:
    answer = ask("GET", f"https://firebase.googleapis.com/v1beta1/projects/{target.project}")
    if answer.status == 200:
        yield Finding("ok", "Firebase is in the project")
    elif answer.status == 404 or "SERVICE_DISABLED" in str(answer.body):
        yield Finding(
            "ok",
            "Firebase is not in the project yet: the first `pulumi up` adds it. It is refused (403) to a person who "
            "never accepted Firebase's terms; accept them once at https://console.firebase.google.com",
        )
    else:
        yield Finding("unknown", f"Firebase: {explain_no_answer(answer.status, answer.message)}")


def organization_policies(target: Target, ask: Ask) -> Iterator[Finding]:
    relevant = {
        "iam": (_POLICIES_AGAINST_ALL_USERS, "set app:publicAccess to invoker-check-off"),
        "invoker-check-off": ((_POLICY_AGAINST_NO_CHECK,), "set app:publicAccess to iam"),
    }
    names, instead = relevant.get(target.public_access, ((), ""))
    for name in names:
        answer = ask(
            "GET", f"https://orgpolicy.googleapis.com/v2/projects/{target.project}/policies/{name}:getEffectivePolicy"
        )
        if answer.status == 404:
            yield Finding("ok", f"no organization policy {name}")
        elif answer.status != 200:
            yield Finding(
                "unknown",
                f"organization policy {name}: {explain_no_answer(answer.status, answer.message)}",
                f"gcloud org-policies describe {name} --project={target.project} --effective",
            )
        elif _restricts(answer.body.get("spec")):
            yield Finding(
                "missing",
                f"the organization policy {name} refuses a public service with app:publicAccess={target.public_access}",
                f"{instead}, or ask the organization's administrator for an exception",
            )
        else:
            yield Finding("ok", f"organization policy {name} restricts nothing here")


Check = Callable[[Target, Ask], Iterator[Finding]]

CHECKS: tuple[tuple[str, Check], ...] = (
    ("Project", project),
    ("Billing", billing),
    ("APIs that must be on before anything", first_apis),
    ("Your roles", permissions),
    ("Firebase", firebase),
    ("Organization policies", organization_policies),
    ("State", backend_checks.state_backend),
    ("Secrets", backend_checks.secrets_provider),
)


def _restricts(spec: object) -> bool:
    """Whether an effective policy narrows anything: a rule that enforces, or that lists allowed or denied values."""
    rules = spec.get("rules", ()) if isinstance(spec, dict) else ()
    return any(
        rule.get("enforce") or rule.get("denyAll") or rule.get("values") or rule.get("parameters") for rule in rules
    )
