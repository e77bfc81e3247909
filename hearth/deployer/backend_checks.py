"""Where the stack's state and the key of its secrets are kept, as far as that is Google Cloud."""

from collections.abc import Iterator

from hearth.deployer.finding import Finding, explain_no_answer, is_off, off
from hearth.deployer.google import Answer, Ask
from hearth.deployer.target import Target


def state_backend(target: Target, ask: Ask) -> Iterator[Finding]:
    if not target.backend.startswith("gs://"):
        yield Finding("ok", f"state: {target.backend or 'wherever `pulumi login` points to'} (no bucket to look at)")
        return
    bucket = target.backend.removeprefix("gs://").split("/")[0]
    versions = f"gcloud storage buckets update gs://{bucket} --versioning"
    make = f"gcloud storage buckets create gs://{bucket} --uniform-bucket-level-access --public-access-prevention"
    answer = ask("GET", f"https://storage.googleapis.com/storage/v1/b/{bucket}")
    yield _there(
        f"the state bucket gs://{bucket}",
        answer,
        make=f"{make} && {versions}",
        usable=bool(answer.body.get("versioning", {}).get("enabled")),
        unusable=("keeps no old versions: a damaged state could not be restored", versions),
    )


def secrets_provider(target: Target, ask: Ask) -> Iterator[Finding]:
    if not target.secrets_provider.startswith("gcpkms://"):
        yield Finding("ok", f"secrets provider: {target.secrets_provider or 'that of the backend, or a passphrase'}")
        return
    key = target.secrets_provider.removeprefix("gcpkms://").split("?")[0]
    answer = ask("GET", f"https://cloudkms.googleapis.com/v1/{key}")
    if is_off(answer):
        yield off(f"the key {key}", "cloudkms.googleapis.com", target)
        return
    yield _there(
        f"the key {key} of the secrets provider",
        answer,
        make="gcloud kms keyrings create … && gcloud kms keys create … --purpose=encryption",
        usable=answer.body.get("primary", {}).get("state") == "ENABLED",
        unusable=("has no enabled primary version", "gcloud kms keys versions enable …"),
    )


def _there(what: str, answer: Answer, *, make: str, usable: bool, unusable: tuple[str, str]) -> Finding:
    """A thing that has to exist and be of use; `unusable` is what is wrong with it otherwise, and how to mend it."""
    if answer.status == 404:
        return Finding("missing", f"{what} does not exist", make)
    if answer.status != 200:
        return Finding("unknown", f"{what}: {explain_no_answer(answer.status, answer.message)}")
    if not usable:
        why, fix = unusable
        return Finding("missing", f"{what} {why}", fix)
    return Finding("ok", f"{what} is there and can be used")
