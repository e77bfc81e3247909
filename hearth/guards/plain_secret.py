"""No secret stands in a container's environment as it is.

Everybody who may look at a Cloud Run service can read its plain variables, and each revision keeps them for good.
What is secret is told by the value (marked secret in the program, or an address with a password) or by the name.
Left out: secrets under harmless names in plain configuration; nothing here could tell them from other texts.
"""

import re
from collections.abc import Iterator

from hearth.guards.declared import Declared, Intent, Path, Violation, dotted

_NAME = re.compile(
    r"(.*_)?(SECRETS?|PASSWORD|PASSWD|PASSPHRASE|TOKEN|CREDENTIALS?"
    r"|(SECRET|PRIVATE|API|ACCESS|AUTH|SIGNING|ENCRYPTION|SESSION)_?KEY)",
    re.IGNORECASE,
)
_ADDRESS_WITH_PASSWORD = re.compile(r"\w+://[^/\s:@]*:[^/\s@]+@.*", re.DOTALL)


def violations(declared: Declared, _: Intent) -> Iterator[Violation]:
    """Look at each container's `envs` that have a `value` rather than a `valueSource`."""
    for path, container in declared.containers():
        envs = container.get("envs")
        for index, env in enumerate(envs if isinstance(envs, list) else ()):
            if not isinstance(env, dict) or env.get("value") in (None, ""):
                continue
            if reason := _reason(declared, (*path, "envs", index, "value"), env):
                yield Violation(
                    what=f"{dotted((*path, 'envs', index))}, the variable {env.get('name')!r}, has its value in plain",
                    why=f"{reason}, and everybody who may look at the service could read it",
                    fix="put it into a secretmanager.Secret and refer to it by value_source, as AppSecrets does",
                )


def _reason(declared: Declared, path: Path, env: dict[str, object]) -> str:
    if declared.is_secret(path):
        return "the value is marked secret"
    if isinstance(env.get("name"), str) and _NAME.fullmatch(str(env["name"])):
        return "by its name it is a secret"
    if isinstance(env["value"], str) and _ADDRESS_WITH_PASSWORD.fullmatch(env["value"]):
        return "it is an address with a password in it"
    return ""
