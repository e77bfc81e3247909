"""Every resource type of Google's Pulumi provider: what it takes, what it answers, and what a change of it does.

The unit tests' recorder, the guards, the previews and the local cloud's stand-in provider all read this table, so that
what passes the tests is what the stand-in accepts. `python -m hearth catalog` renews it; what its sources have wrong is
set right in `hearth.catalog.corrections`. Left out: which values are valid, of which the sources do not tell.

A path is dotted and has no list places: `template.containers.image`.
"""

import difflib
import gzip
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Self

from hearth.catalog.corrections import corrected

TABLE = Path(__file__).with_name("gcp_types.gz")
PACKAGE = "pulumi-gcp"

_STEP = re.compile(r'\[(\d+|"(?:\\"|[^"])*")\]')
_ANY_KEY = "*"
_SCALARS: Mapping[str, tuple[tuple[type, ...], str]] = {
    "string": ((str,), "a text"),
    "boolean": ((bool,), "true or false"),
    "integer": ((int,), "a whole number"),
    "number": ((int, float), "a number"),
}


@dataclass(frozen=True, kw_only=True)
class Autoname:
    """The property that Google's provider fills in where a program leaves it out, and what it may hold."""

    property: str
    most: int
    """Characters at most."""
    separator: str = "-"
    """What stands between the resource's own name and the random end."""


@dataclass(frozen=True, kw_only=True)
class ResourceType:
    """One row of the table; property names are the provider's, in camelCase.

    A shape is `string`, `boolean`, `integer`, `number`, `asset`, or None for anything; a list of one shape; an object
    of shapes by name, `name!` where it is required in it; or `{"*": shape}` for free keys.
    """

    token: str
    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]
    """What the provider alone sets."""
    required: frozenset[str] = frozenset()
    computed: frozenset[str] = frozenset()
    """What the provider always answers, declared or not; outputs and inputs."""
    secret: frozenset[str] = frozenset()
    replace: frozenset[str] = frozenset()
    """Paths at which a change replaces the resource."""
    unknown: frozenset[str] = frozenset()
    """Paths newer than what is known of replacement; "" where nothing is known of the whole type."""
    kept: frozenset[str] = frozenset()
    """Paths that keep their value when a program leaves them out."""
    sets: frozenset[str] = frozenset()
    """Paths of lists whose order means nothing."""
    defaults: Mapping[str, Any] = field(default_factory=dict)
    """What the provider takes, by path, where a program leaves it out and its parent is there."""
    autoname: Autoname | None = None
    delete_first: bool = False
    """Whether a replacement always deletes the old one first."""
    id_format: str | None = None
    """The id in the state, made of properties: `projects/{project}/topics/{name}`."""

    @classmethod
    def of(cls, token: str, row: Mapping[str, Any]) -> Self:
        """A type from its row in the table."""
        inputs = {name.removesuffix("!"): shape for name, shape in row["inputs"].items()}
        autoname = Autoname(**row["autoname"]) if "autoname" in row else None
        named = {autoname.property} if autoname else set()
        return cls(
            token=token,
            inputs=inputs,
            outputs=row.get("outputs", {}),
            required=frozenset(name[:-1] for name in row["inputs"] if name.endswith("!")),
            kept=frozenset(row.get("kept", ())) | (set(row.get("computed", ())) & set(inputs)) - named,
            defaults=row.get("defaults", {}),
            autoname=autoname,
            delete_first=row.get("delete_first", False),
            id_format=row.get("id"),
            **{key: frozenset(row.get(key, ())) for key in ("computed", "secret", "replace", "unknown", "sets")},
        )

    @cached_property
    def outputs_only(self) -> frozenset[str]:
        """Names of what the provider alone sets."""
        return frozenset(self.outputs)

    def replaces(self, path: str) -> bool:
        """Whether a change there replaces the resource; also where nobody knows.

        `path` may have list places and keys, as the engine prints them.
        """
        return self.replacement_unknown(path) or any(each in self.replace for each in _upwards(path))

    def replacement_unknown(self, path: str) -> bool:
        """Whether it is not known what a change there does."""
        return any(each in self.unknown for each in ("", *_upwards(path)))

    def faults(self, inputs: Mapping[str, Any]) -> list[str]:
        """What is missing, unknown or misshapen in `inputs`, as paths with what is wrong; empty when nothing is."""
        missing = [f"{name}: required, and missing" for name in sorted(self.required) if inputs.get(name) is None]
        return missing + list(_faults("", self.inputs, inputs))


@cache
def get(token: str) -> ResourceType | None:
    """The type with this token (`gcp:cloudrunv2/service:Service`); None where the provider has none."""
    row = _rows().get(token)
    return None if row is None else ResourceType.of(token, corrected(token, json.loads(row)))


def tokens() -> tuple[str, ...]:
    """Every type of the table, in order."""
    return tuple(_rows())


def nearest(token: str) -> str | None:
    """The token that is spelt most like this one, of the same module if there is one; None where none is near."""
    module, _, name = token.rpartition(":")
    beside = {each.rpartition(":")[2]: each for each in _rows() if each.startswith(module.partition("/")[0] + "/")}
    near = _near(name, beside)
    return beside[near] if near else _near(token, _rows())


def no_such_type(token: str) -> str:
    """What to tell of a type that the table does not have."""
    near = nearest(token)
    meant = f" Did you mean {near}?" if near else ""
    return f"{PACKAGE} {table_version()} has no type {token}.{meant}{_renewal()}"


def table_version() -> str:
    """The version of pulumi-gcp that the table was made of."""
    return str(_head()["version"])


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


def _head() -> dict[str, Any]:
    return _table()[0]


def _rows() -> dict[str, str]:
    return _table()[1]


def _renewal() -> str:
    told = outdated()
    return f" {told}" if told else ""


def _upwards(path: str) -> Iterator[str]:
    """A path and all above it: `a.b.c`, `a.b`, `a`."""
    here = _STEP.sub("", path)
    while here:
        yield here
        here = here.rpartition(".")[0]


def _faults(path: str, shape: Any, value: Any) -> Iterator[str]:
    """Compare one value with its declared shape, all the way down."""
    if value is None or shape is None or not isinstance(value, str | int | float | bool | list | Mapping):
        # Neither data of the wrong shape is a value that a preview does not know yet, nor an asset.
        return
    if isinstance(shape, str):
        yield from _scalar_faults(path, shape, value)
    elif isinstance(shape, list):
        if not isinstance(value, list):
            yield f"{path}: a list was expected"
            return
        for at, item in enumerate(value):
            yield from _faults(f"{path}[{at}]", shape[0], item)
    elif not isinstance(value, Mapping):
        yield f"{path}: an object was expected"
    elif _ANY_KEY in shape:
        for key, item in value.items():
            yield from _faults(f"{path}.{key}", shape[_ANY_KEY], item)
    else:
        yield from _object_faults(path, shape, value)


def _object_faults(path: str, shape: Mapping[str, Any], value: Mapping[str, Any]) -> Iterator[str]:
    known = {name.removesuffix("!"): inner for name, inner in shape.items()}
    dot = f"{path}." if path else ""
    for name in sorted(set(value) - set(known)):
        near = _near(name, known)
        yield f"{dot}{name}: no such property" + (f"; did you mean {near}?" if near else "") + _renewal()
    for name in sorted(shape):
        if name.endswith("!") and value.get(name[:-1]) is None:
            yield f"{dot}{name[:-1]}: required, and missing"
    for name in sorted(known.keys() & value.keys()):
        yield from _faults(f"{dot}{name}", known[name], value[name])


def _scalar_faults(path: str, shape: str, value: Any) -> Iterator[str]:
    if shape not in _SCALARS:
        return
    types, meant = _SCALARS[shape]
    if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
        # Not the value itself: it may be a secret.
        yield f"{path}: {meant} was expected, not {type(value).__name__}"


def _near(name: str, names: Mapping[str, Any]) -> str | None:
    return next(iter(difflib.get_close_matches(name, names, n=1)), None)
