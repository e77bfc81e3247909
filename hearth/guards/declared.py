"""A declared resource as rules see it, what a stack is meant to be, and what a rule says.

Property names are the provider's, in camelCase, as the engine receives them and as the tests' recorder records them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

Path = tuple[str | int, ...]


class _Unknown:
    def __repr__(self) -> str:
        return "(not known yet)"


UNKNOWN: Final = _Unknown()
"""In a preview, a value that only the deployment will tell. No rule blames it: the deployment checks it again."""


@dataclass(frozen=True, kw_only=True)
class Declared:
    """A resource about to be created or updated."""

    type: str
    name: str
    """Its logical name, the last part of its URN."""
    inputs: Mapping[str, Any]
    protect: bool = False
    secrets: frozenset[Path] = frozenset()
    """Where `inputs` are secret; what lies below such a path is secret as well."""

    @property
    def short(self) -> str:
        """`Service web` for `gcp:cloudrunv2/service:Service` named `web`."""
        return f"{self.type.rpartition(':')[2]} {self.name}"

    def is_secret(self, path: Path) -> bool:
        """Whether the value at `path` is encrypted in the state."""
        return any(path[: len(secret)] == secret for secret in self.secrets)

    def at(self, *path: str) -> Any:
        """The value at a path of property names; None where there is none, UNKNOWN below what is unknown."""
        here: Any = self.inputs
        for step in path:
            if here is UNKNOWN:
                return UNKNOWN
            here = here.get(step) if isinstance(here, Mapping) else None
        return here

    def walk(self) -> Iterator[tuple[Path, Any]]:
        """Every value at every depth, with its path."""
        yield from _walk((), self.inputs)

    def containers(self) -> Iterator[tuple[Path, Mapping[str, Any]]]:
        """The containers of a Cloud Run service, job or worker pool."""
        for path, value in self.walk():
            if path[-2:-1] == ("containers",) and isinstance(value, Mapping) and self.type.startswith("gcp:cloudrun"):
                yield path, value


@dataclass(frozen=True, kw_only=True)
class Intent:
    """What the stack's configuration says about it, as far as rules ask."""

    production: bool
    public_access: str
    auth: str
    """Whose credentials the service checks; `none` for nobody's."""
    service: str
    """The Cloud Run service that `public_access` is about."""


@dataclass(frozen=True, kw_only=True)
class Violation:
    """What breaks a rule in one place."""

    what: str
    """Where, and the value; never a secret one."""
    why: str
    fix: str


def dotted(path: Path) -> str:
    """`template.containers[0].image`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")


def _walk(path: Path, value: Any) -> Iterator[tuple[Path, Any]]:
    yield path, value
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _walk((*path, key), item)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _walk((*path, index), item)
