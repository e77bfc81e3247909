"""No secret stands in an environment as it is.

Everybody who may look at a Cloud Run service can read its plain variables, and each revision keeps them for good; it
is much the same with functions, builds and jobs. What is secret is told by the mark that the program gave it, by its
name, or by what it is (`secret_texts`). Left out: arguments, substitutions of builds, metadata of machines, files.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from hearth.guards.declared import UNKNOWN, Declared, Intent, Path, Unclear, Violation, format_path, property_name
from hearth.guards.secret_texts import why_secret

# `envs`, `env`, `envVariables`, `buildEnvironmentVariables`; what is named after secrets refers to them.
_ENVIRONMENT = re.compile(r"(?!secret)(\w*E|e)nv(s|Vars?|Variables|ironmentVariables)?")


def violations(declared: Declared, _: Intent) -> Iterator[Violation | Unclear]:
    """Look at each variable of each environment that has a value rather than a reference."""
    for path, environment in declared.found(_is_environment):
        for at, name, value in _variables(path, environment):
            secret = "the value is marked secret" if declared.is_secret(at) else why_secret(name, str(value))
            if value is UNKNOWN and not secret:
                yield Unclear(at)
            elif secret and value not in (None, ""):
                where = at[:-1] if at[-1] == "value" else at
                yield Violation(
                    what=f"{format_path(where)}: the variable {name!r} has a plaintext value",
                    why=f"{secret}, and everybody who may view the resource could read it",
                    fix=(
                        "put it into a secretmanager.Secret and refer to it with value_source, as AppSecrets does; if "
                        "it is in app:env, move it to app:secrets (docs/variables.md)"
                    ),
                )


def _is_environment(path: Path) -> bool:
    # Not the list's items: they come with the list.
    return _ENVIRONMENT.fullmatch(property_name(path)) is not None and path[-1] == property_name(path)


def _variables(path: Path, environment: Any) -> Iterator[tuple[Path, str, Any]]:
    """Name and value of each variable: of a mapping, of objects with both, or of texts `NAME=value`."""
    if environment is UNKNOWN:
        yield path, "", UNKNOWN
    elif isinstance(environment, Mapping):
        for name, value in environment.items():
            yield (*path, name), name, value
    elif isinstance(environment, list):
        for index, item in enumerate(environment):
            if isinstance(item, Mapping):
                if "value" in item:
                    yield (*path, index, "value"), str(item.get("name")), item["value"]
            elif item is UNKNOWN:
                yield (*path, index), "", UNKNOWN
            else:
                name, _, value = str(item).partition("=")
                yield (*path, index), name, value
