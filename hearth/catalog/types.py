"""Every resource type of Google's Pulumi provider: what it takes, what it answers, and what a change of it does.

The unit tests' recorder, the guards, the previews and the local cloud's stand-in provider all read this table, so that
what passes the tests is what the stand-in accepts. `python -m hearth catalog` renews it; what its sources have wrong is
set right in `hearth.catalog.corrections`. Left out: which values are valid, but for those that are one of a few texts:
ranges, forms and what excludes what stand in Google's provider alone.

A path is dotted and has no list places: `template.containers.image`.
"""

import gzip
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Self

from hearth.catalog import choices, limits, shapes
from hearth.catalog.corrections import Autoname, corrected
from hearth.catalog.shapes import Shape

TABLE = Path(__file__).with_name("gcp_types.gz")
PACKAGE = "pulumi-gcp"

_PLACE = re.compile(r'\[(\d+|"(?:\\"|[^"])*")\]')


@dataclass(frozen=True, kw_only=True)
class ResourceType:
    """One row of the table; property names are the provider's, in camelCase."""

    token: str
    shape: Mapping[str, Shape]
    """Of the inputs, with the marks of what is required (`hearth.catalog.shapes`)."""
    outputs: Mapping[str, Shape] = field(default_factory=dict)
    """Shapes of what the provider alone sets."""
    computed: frozenset[str] = frozenset()
    """What the provider always answers, declared or not; outputs and inputs."""
    secret: frozenset[str] = frozenset()
    """Paths of what the provider marks as secret."""
    replace: frozenset[str] = frozenset()
    """Paths at which a change replaces the resource."""
    unknown: frozenset[str] = frozenset()
    """Paths newer than what is known of replacement; "" where nothing is known of the whole type."""
    kept: frozenset[str] = frozenset()
    """Paths that keep their value when a program leaves them out."""
    sets: frozenset[str] = frozenset()
    """Paths of lists whose order means nothing."""
    defaults: Mapping[str, Any] = field(default_factory=dict)
    """By path, the value that becomes an input where a program leaves it out and its parent is there."""
    values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """By path, what an input may hold, as texts, where it is known; an empty one may always stand."""
    implied: Mapping[str, Any] = field(default_factory=dict)
    """By property, what leaving it out means, although it becomes no input."""
    autonames: Mapping[str, Autoname] = field(default_factory=dict)
    """Properties that the provider makes up where a program leaves them out."""
    delete_first: bool = False
    """Whether a replacement always deletes the old one first."""
    id_format: str | None = None
    """The id in the state, made of properties: `projects/{project}/topics/{name}`."""

    @classmethod
    def of(cls, token: str, row: Mapping[str, Any]) -> Self:
        """A type from its row in the table, set right."""
        known = corrected(token, row)
        made = known["autonames"].keys() | known["implied"].keys()
        own = set(shapes.fields(known["inputs"])) & set(known.get("computed", ())) - made
        sets = ("computed", "secret", "replace", "unknown", "sets")
        return cls(
            token=token,
            shape=known["inputs"],
            outputs=known.get("outputs", {}),
            kept=frozenset(known.get("kept", ())) | own,
            defaults=known.get("defaults", {}),
            values=known.get("values", {}),
            implied=known["implied"],
            autonames=known["autonames"],
            delete_first=known["delete_first"],
            id_format=known.get("id"),
            **{key: frozenset(known.get(key, ())) for key in sets},
        )

    @property
    def inputs(self) -> Mapping[str, Shape]:
        """Shapes of the inputs by name."""
        return shapes.fields(self.shape)

    @property
    def required(self) -> frozenset[str]:
        """Inputs without which there is no resource."""
        return frozenset(name[:-1] for name in self.shape if name.endswith("!"))

    @property
    def outputs_only(self) -> frozenset[str]:
        """Names of what the provider alone sets."""
        return frozenset(self.outputs)

    def replaces(self, path: str) -> bool:
        """Whether a change there replaces the resource; also where nobody knows.

        `path` may have list places and keys, as the engine prints them.
        """
        return self.replacement_unknown(path) or self.known_to_replace(path)

    def known_to_replace(self, path: str) -> bool:
        """Whether Google's provider is known to replace the resource for a change there."""
        return any(each in self.replace for each in _upwards(path))

    def replacement_unknown(self, path: str) -> bool:
        """Whether it is not known what a change there does."""
        return any(each in self.unknown for each in ("", *_upwards(path)))

    def faults(self, inputs: Mapping[str, Any]) -> list[str]:
        """What is missing, unknown, misshapen or too much in `inputs`, as paths with what is wrong."""
        found = [
            *shapes.faults(self.shape, inputs, self.values),
            *choices.faults(self.token, inputs, self.defaults),
            *limits.faults(self.token, inputs),
        ]
        unknown = next((at for at, fault in enumerate(found) if ": no such property" in fault), None)
        if unknown is not None and (stale := outdated()):
            found[unknown] += f" ({stale})"
        return found


@cache
def get(token: str) -> ResourceType | None:
    """The type with this token (`gcp:cloudrunv2/service:Service`); None where the provider has none."""
    row = _table()[1].get(token)
    return None if row is None else ResourceType.of(token, json.loads(row))


def tokens() -> tuple[str, ...]:
    """Every type of the table, in order."""
    return tuple(_table()[1])


def nearest(token: str) -> str | None:
    """The token that is spelt most like this one, of the same module if there is one; None where none is near."""
    module, _, name = token.rpartition(":")
    beside = {each.rpartition(":")[2]: each for each in tokens() if each.startswith(module.partition("/")[0] + "/")}
    near = shapes.nearest(name, beside)
    return beside[near] if near else shapes.nearest(token, tokens())


def no_such_type(token: str) -> str:
    """What to tell of a type that the table does not have."""
    near, stale = nearest(token), outdated()
    meant = f" Did you mean {near}?" if near else ""
    return f"{PACKAGE} {table_version()} has no type {token}.{meant}" + (f" {stale}" if stale else "")


def unplaced(key: str) -> str:
    """What to say of a property that neither the program nor the provider's own setting `key` says."""
    return f"required: set it here, or gcp:{key} in the stack's configuration"


def table_version() -> str:
    """The version of pulumi-gcp that the table was made of."""
    return str(_table()[0]["version"])


def outdated() -> str | None:
    """What to tell where another pulumi-gcp is installed than the table was made of; None where it is the same."""
    try:
        installed = version(PACKAGE)
    except PackageNotFoundError:
        return None
    if installed == table_version():
        return None
    return (
        f"The catalog of Google's types was made of {PACKAGE} {table_version()}, and {installed} is installed: what is "
        "new in one of them is unknown to the other. `python -m hearth catalog` renews it."
    )


def load(path: Path) -> tuple[dict[str, Any], dict[str, str]]:
    """A table's head, and its rows by token, each still as the text that it is stored in."""
    head, *lines = gzip.decompress(path.read_bytes()).decode().splitlines()
    return json.loads(head), {token: row for token, _, row in (line.partition(" ") for line in lines)}


@cache
def _table() -> tuple[dict[str, Any], dict[str, str]]:
    return load(TABLE)


def _upwards(path: str) -> Iterator[str]:
    """A path and all above it: `a.b.c`, `a.b`, `a`."""
    here = _PLACE.sub("", path)
    while here:
        yield here
        here = here.rpartition(".")[0]
