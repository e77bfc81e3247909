"""The user's project: where it lies, and what `[tool.hearth]` in its pyproject.toml says of it.

Found from the working directory, as Pulumi finds it, because an installed toolkit does not lie in the project.
Left out: whatever a declared resource tells, such as ports, probes, memory and environment.
"""

import importlib
import sys
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, Self

from hearth.errors import HearthError

NAMESPACE = "app"
"""Of a stack's own configuration keys: apart from the project's name, which users change, and from every provider's,
since a provider named like a namespace would receive all of its keys."""

PASSPHRASE = "local"  # noqa: S105 - as said below
"""Encrypts the secrets of a stack that lives on this machine only. Everybody knows it: no real secret belongs there."""

_PROJECT_FILE = "Pulumi.yaml"
_TOML = "pyproject.toml"


class ProjectError(HearthError):
    """There is no project here, or its table can't be used; the text says why and what to do."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """`[tool.hearth]`; every key has a default that fits the repository's own layout."""

    program: str = "infra.program:build"
    """Module and function that declare a stack; it takes `environ` and `root`."""
    service: str = "service"
    """The folder that Flask's command line runs in, relative to the project."""
    app: str = "app"
    """What Flask's command line calls the app there (`--app`)."""
    dockerfile: str = "service/Dockerfile"
    migrate: str = "flask db upgrade"
    """The command that migrates the database, for a stack that declares no job for it."""
    openapi: str = "service/openapi.json"
    """The committed document of the API."""
    inventories: str = "tests/stacks/inventory"
    """The folder of what each stack declares, a file a stack."""
    references: str = "tests/stacks/references.yaml"
    """The file of what other stacks tell this project's, by their full names, where its program reads any."""

    @classmethod
    def read(cls, root: Path) -> Self:
        """The table of the project at `root`. Raises ProjectError."""
        try:
            document = tomllib.loads((root / _TOML).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return cls()
        except ValueError as error:
            raise ProjectError(f"{_TOML} is not TOML: {error}. Correct it there.") from error
        table: dict[str, Any] = document.get("tool", {}).get("hearth", {})
        known = {field.name for field in fields(cls)}
        for key, value in table.items():
            if key not in known or not isinstance(value, str):
                raise ProjectError(
                    f"{_TOML}, [tool.hearth] {key} = {value!r}: the key is unknown, or its value is not a string. The "
                    f"keys are {', '.join(sorted(known))}."
                )
        return cls(**table)


def find(start: Path) -> Path | None:
    """The nearest folder from `start` upwards that holds a Pulumi.yaml."""
    return next((folder for folder in (start, *start.parents) if (folder / _PROJECT_FILE).is_file()), None)


@cache
def root() -> Path:
    """The project that the working directory is in. Raises ProjectError."""
    # Not resolved: who works in a linked folder is shown its name.
    here = Path.cwd()
    found = find(here)
    if found is None:
        raise ProjectError(f"There is no {_PROJECT_FILE} in {here} or above: go to the folder of your project first.")
    return found


def program(root: Path) -> Callable[..., None]:
    """The function that declares a stack of the project at `root`. Raises ProjectError."""
    name = Table.read(root).program
    module, _, function = name.partition(":")
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))
    try:
        found: Callable[..., None] = getattr(importlib.import_module(module), function)
    except (ModuleNotFoundError, AttributeError) as error:
        raise ProjectError(f"{_TOML}, [tool.hearth] program = {name!r} can't be imported: {error}.") from error
    return found
