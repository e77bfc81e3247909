"""A declared resource as rules see it, what a stack is meant to be, and what a rule says.

Property names are the provider's, in camelCase, as the engine receives them and as the tests' recorder records them.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from hearth.catalog import types

Path = tuple[str | int, ...]


class _Unknown:
    def __repr__(self) -> str:
        return "(not known yet)"


UNKNOWN: Final = _Unknown()
"""In a preview, a value that only the deployment will tell. A rule neither blames it nor passes it: it is `Unclear`."""


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

    @property
    def shape(self) -> Mapping[str, Any]:
        """What the type takes, as the catalog writes it; of a type that the catalog does not have, what is declared."""
        known = types.get(self.type)
        return known.inputs if known else self.inputs

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

    def found(self, is_meant: Callable[[Path], bool]) -> Iterator[tuple[Path, Any]]:
        """Every value at such a path; UNKNOWN also for what by the type's shape may hold such a path."""
        for path, value in self.walk():
            if is_meant(path) or (value is UNKNOWN and any(is_meant(path + below) for below in self._below(path))):
                yield path, value

    def _below(self, path: Path) -> Iterator[Path]:
        shape: Any = self.shape
        for step in path:
            if isinstance(shape, list):
                shape = shape[0]
            elif isinstance(shape, Mapping):
                shape = shape.get(step, shape.get(f"{step}!", shape.get("*")))
        for below, _ in _walk((), shape):
            yield tuple(step.removesuffix("!") if isinstance(step, str) else step for step in below)


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


@dataclass(frozen=True)
class Unclear:
    """A place that a rule looks at, and that only the deployment will tell."""

    path: Path


def format_path(path: Path) -> str:
    """`template.containers[0].image`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")


def property_name(path: Path) -> str:
    """The name of the property at a path, or of the list that it is an item of; empty for the resource itself."""
    return next((step for step in reversed(path) if isinstance(step, str)), "")


def _walk(path: Path, value: Any) -> Iterator[tuple[Path, Any]]:
    yield path, value
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _walk((*path, key), item)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _walk((*path, index), item)
