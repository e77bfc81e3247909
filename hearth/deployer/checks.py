"""The checks, in the order in which a first deploy would trip over what they look for.

Each takes the target and a way to ask Google, and returns findings. A question that the person may not ask is
"unknown", never "ok": a check that guesses is worse than none.
"""

from collections.abc import Callable, Iterator

from hearth.catalog.roles import DEPLOYER
from hearth.deployer import backend_checks, policy_checks
from hearth.deployer.finding import Finding, explain_no_answer, is_off, off
from hearth.deployer.google import Ask
from hearth.deployer.target import Target

# Without these two nothing can be asked or enabled, so the program can't enable them itself.
_FIRST_APIS = ("serviceusage.googleapis.com", "cloudresourcemanager.googleapis.com")


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
    elif is_off(answer):
        yield Finding(
            "missing", f"project {target.project}: seen once the two APIs below are on", "run this again then"
        )
    elif answer.status in (403, 404):
        yield Finding(
            "missing",
            f"project {target.project} does not exist, or these credentials may not see it ({answer.message})",
            f"gcloud projects create {target.project}, or ask its owner for roles/browser",
        )
    else:
        yield Finding("unknown", f"project {target.project}: {explain_no_answer(answer.status, answer.message)}")


def billing(target: Target, ask: Ask) -> Iterator[Finding]:
    answer = ask("GET", f"https://cloudbilling.googleapis.com/v1/projects/{target.project}/billingInfo")
    if is_off(answer):
        yield off("billing", "cloudbilling.googleapis.com", target)
    elif answer.status != 200:
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
        elif answer.status == 200 or is_off(answer):
            yield Finding("missing", f"{api} is off: without it the program can't enable the others", fix)
        else:
            yield Finding("unknown", f"{api}: {explain_no_answer(answer.status, answer.message)}", fix)


def permissions(target: Target, ask: Ask) -> Iterator[Finding]:
    roles = [role for role in DEPLOYER if role.is_needed(target.choices)]
    wanted = [permission for role in roles for permission in role.permissions]
    answer = ask(
        "POST",
        f"https://cloudresourcemanager.googleapis.com/v1/projects/{target.project}:testIamPermissions",
        {"permissions": wanted},
    )
    if is_off(answer):
        yield Finding("missing", "roles of the deployer: seen once the two APIs above are on", "run this again then")
        return
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
    elif answer.status == 404 or is_off(answer):
        yield Finding(
            "ok",
            "Firebase is not in the project yet: the first `pulumi up` adds it. It is refused (403) to a person who "
            "never accepted Firebase's terms; accept them once at https://console.firebase.google.com",
        )
    else:
        yield Finding("unknown", f"Firebase: {explain_no_answer(answer.status, answer.message)}")


def database(target: Target, ask: Ask) -> Iterator[Finding]:
    """A Firestore database of the stack's name that is there already. Whose it is, can't be asked."""
    name = target.choices["app:firestoreDatabase"]
    if target.choices["app:database"] != "firestore":
        yield Finding("ok", "the stack makes no Firestore database")
        return
    answer = ask("GET", f"https://firestore.googleapis.com/v1/projects/{target.project}/databases/{name}")
    another = f"pulumi config set app:firestoreDatabase web-data -s {target.stack}"
    if answer.status == 404 or is_off(answer):
        yield Finding("ok", f"the Firestore database {name} is not there yet: the first `pulumi up` makes it")
    elif answer.status != 200:
        yield Finding("unknown", f"the Firestore database {name}: {explain_no_answer(answer.status, answer.message)}")
    elif answer.body.get("type") == "DATASTORE_MODE":
        what = f"the database {name} is there, in Datastore mode, which the service can't use"
        yield Finding("missing", what, f"{another}, for a database of its own beside it")
    else:
        yield Finding(
            "ok",
            f"the Firestore database {name} is there. If this stack did not make it, `pulumi up` stops with a 409: "
            f"import it (docs/deploying.md, 8), or {another}",
        )


Check = Callable[[Target, Ask], Iterator[Finding]]

CHECKS: tuple[tuple[str, Check], ...] = (
    ("Project", project),
    ("Billing", billing),
    ("APIs that must be on before anything", first_apis),
    ("Your roles", permissions),
    ("Firebase", firebase),
    ("Database", database),
    ("Organization policies", policy_checks.organization_policies),
    ("State", backend_checks.state_backend),
    ("Secrets", backend_checks.secrets_provider),
)
