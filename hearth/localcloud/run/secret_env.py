"""The variables of a container, with those that refer to secrets read from Secret Manager."""

from collections.abc import Iterable, Mapping
from typing import Any

from hearth.catalog.apis import SECRET_MANAGER
from hearth.localcloud import grants
from hearth.localcloud.errors import ApiError
from hearth.localcloud.records import secrets
from hearth.localcloud.store import Store

_WHERE = "spec.template.spec.containers[0].env[{at}].value_from.secret_key_ref.name"


class SecretsError(Exception):
    """Secrets that the revision may not read, or that are not there; the text is Cloud Run's, a line each."""


def resolve(store: Store, project: str, account: str, env: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Raises SecretsError, naming all faults."""
    variables: dict[str, str] = {}
    faults = []
    for at, entry in enumerate(env):
        if "valueSource" not in entry:
            variables[entry["name"]] = entry.get("value", "")
            continue
        try:
            variables[entry["name"]] = _read(store, project, account, entry["valueSource"]["secretKeyRef"])
        except SecretsError as fault:
            faults.append(f"{_WHERE.format(at=at)}: {fault}")
    if faults:
        raise SecretsError("\n".join(faults))
    return variables


def _read(store: Store, project: str, account: str, reference: Mapping[str, str]) -> str:
    secret = reference["secret"]
    secret = secret if "/" in secret else f"projects/{project}/secrets/{secret}"
    name = f"{secret}/versions/{reference.get('version', 'latest')}"
    home, member = secret.split("/")[1], grants.service_account(account)
    if not grants.is_granted(store, f"{SECRET_MANAGER.prefix}/{secret}", home, grants.READ_SECRET, member):
        raise SecretsError(
            f"Permission denied on secret: {name} for Revision service account {account}. The service account used "
            "must be granted the 'Secret Manager Secret Accessor' role (roles/secretmanager.secretAccessor) at the "
            "secret, project or higher level."
        )
    try:
        return secrets.access(store, name).decode()
    except ApiError as fault:
        raise SecretsError(f"Secret {name} was not found." if fault.code == 404 else fault.message) from fault
    except UnicodeDecodeError as fault:
        raise SecretsError(f"Secret {name} is not UTF-8, which an environment variable must be.") from fault
