"""Resources as far as they can be told without Google: what only it could compute is made up.

The same for a resource at each run and another one for each resource, so that what reads an output is wired as on
Google; and known again, so that it is never taken for a real value (`hearth.catalog.forms`). A list has one item, as
programs index them. Left out: values that follow from others by rules of one type alone, and true and false, which
are false.
"""

import copy
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hearth.catalog import forms, ids
from hearth.catalog.forms import Source
from hearth.catalog.types import ResourceType

Values = Mapping[str, Any]

_ANY_KEY = "*"
_SCALARS = ("boolean", "string", "integer", "number")
# What follows from no name: a private key is a PEM elsewhere.
_OF_ONE_TYPE = {("gcp:serviceaccount/key:Key", "privateKey"): forms.credentials}
_PLACE = re.compile(r"\[\d+\]")
_DEEPEST = 6
"""Steps of a path: some objects hold objects of their own kind."""


@dataclass(frozen=True)
class Generated:
    """A resource with an id and all its outputs."""

    id: str
    outputs: Values
    """What was known, and what was made up."""
    made_up: Values
    """By path (`statuses[0].url`), the outputs that are placeholders."""
    mark: str
    """What is in each of these whose form lets it, and in nothing else."""


def generate(type: ResourceType, known: Values, place: Values, *, seed: str, number: str) -> Generated:
    """A resource with these properties. `seed` tells it from all others, `number` is its project's.

    `place` has the provider's own `project`, `region` and `zone`, which ids are made of whatever the type declares.
    """
    return _Generator(type, copy.deepcopy(dict(known)), place, seed, number).generate()


def left_open(type: ResourceType, known: Values, unknown: Any) -> dict[str, Any]:
    """`known`, with `unknown` for what is made up in the objects that it has, where it is left out."""
    values = copy.deepcopy(dict(known))
    for path in sorted(each for each in type.kept if "." in each):
        *above, name = path.split(".")
        for holder, shape, _ in _holders(type.inputs, values, above, ""):
            if shape.get(name) in _SCALARS:
                holder.setdefault(name, unknown)
    return values


class _Generator:
    def __init__(self, type: ResourceType, values: dict[str, Any], place: Values, seed: str, number: str) -> None:
        digest = hashlib.sha256(f"{type.token} {seed}".encode()).digest()
        self.type = type
        self.values = values
        self.place = {"location": place.get("region"), **place}
        self.number = number
        standing = {
            name: each for name in ("region", "zone", "location") if (each := values.get(name, self.place.get(name)))
        }
        self.source = Source(digest, str(values.get("project") or place.get("project") or "project"), standing)
        self.made_up: dict[str, Any] = {}

    def generate(self) -> Generated:
        for path, value in self.type.defaults.items():
            *above, name = path.split(".")
            for holder, _, _ in _holders(self.type.inputs, self.values, above, ""):
                holder.setdefault(name, value)
        shapes = {**self.type.inputs, **self.type.outputs}
        names = [] if ids.is_grant(self.type) else ids.properties(self.type)
        for name in names:
            # What is no property of the type is the mark in its id, and no output.
            if name in shapes and name not in self.values and name not in self._placed():
                own = self._noted(name, self._own_name()) if name == "name" else self._scalar(name, shapes[name])
                self.values[name] = own or self._text(name)
        whole = ids.fill(self.type, {**self.place, **self.values}, self.source.mark)
        self.values |= self._derived(whole)
        if (shape := shapes.get("projectNumber")) and "projectNumber" in self.type.computed | self.type.outputs_only:
            self.values.setdefault("projectNumber", self.number if shape == "string" else int(self.number))
        for name in sorted((self.type.computed | self.type.outputs_only) - self.values.keys()):
            if (value := self._value(name, shapes.get(name))) is not None:
                self.values[name] = value
        for path in sorted(each for each in self.type.kept if "." in each):
            self._fill_in(path)
        return Generated(whole, self.values, self.made_up, self.source.mark)

    def _placed(self) -> set[str]:
        """What the provider's own settings say of where it stands."""
        return {name for name, value in self.place.items() if value} - self.type.outputs_only

    def _own_name(self) -> str:
        """A name that Google gives: alone it is the id, and then it says where the resource stands."""
        if len(ids.properties(self.type)) > 1:
            return self.source.mark
        place = self.values.get("location") or self.values.get("region")
        parent = self.values.get("parent") or f"projects/{self.source.project}" + (
            f"/locations/{place}" if place else ""
        )
        kind = self.type.token.rpartition(":")[2]
        kind = kind[0].lower() + kind[1:]
        plural = f"{kind[:-1]}ies" if kind.endswith("y") else f"{kind}s"
        return f"{parent}/{plural}/{self.source.mark}"

    def _derived(self, id: str) -> dict[str, str]:
        """Outputs that follow from the id; placeholders only as far as that is one."""
        api = self.type.token.split(":")[1].partition("/")[0]
        base = "https://www.googleapis.com/compute/v1" if api == "compute" else f"https://{api}.googleapis.com/v1"
        links = dict.fromkeys(("selfLink", "selfLinkWithId"), f"{base}/{id}")
        found = {"name": id} | links
        missing = (self.type.computed | self.type.outputs_only) - self.values.keys()
        return {name: self._noted(name, value) for name, value in found.items() if name in missing}

    def _noted(self, path: str, value: str) -> str:
        if self.source.mark in value:
            self.made_up[path] = value
        return value

    def _text(self, path: str) -> str:
        if chosen := self._chosen(path):
            return chosen
        if (plain := forms.plain(self.source, path)) is not None:
            return plain
        form = _OF_ONE_TYPE.get((self.type.token, path), forms.text)
        self.made_up[path] = form(self.source, path)
        return str(self.made_up[path])

    def _chosen(self, path: str) -> str | None:
        """One of few values, which tells nothing of the resource, so it is no placeholder."""
        allowed = self.type.values.get(_PLACE.sub("", path), ())
        return next((each for each in allowed if each and not each.endswith("UNSPECIFIED")), None)

    def _value(self, path: str, shape: Any) -> Any:
        """A value of a shape, all the way down; None where there is nothing to tell."""
        if path.count(".") >= _DEEPEST:
            return None
        if isinstance(shape, list):
            inner = self._value(f"{path}[0]", shape[0])
            return [] if inner is None else [inner]
        if not isinstance(shape, Mapping):
            return self._scalar(path, shape)
        if _ANY_KEY in shape:
            return {}
        inside = {key.removesuffix("!"): each for key, each in shape.items()}
        values = {key: self._value(f"{path}.{key}", each) for key, each in inside.items()}
        return {key: each for key, each in values.items() if each is not None}

    def _scalar(self, path: str, shape: Any) -> Any:
        match shape:
            case "boolean":
                return False
            case "string":
                return self._text(path)
            case "integer" if chosen := self._chosen(path):
                return int(chosen)
            case "integer" | "number":
                self.made_up[path] = forms.integer(self.source, path)
                return self.made_up[path]
        # Anything, an asset, or a whole object or list.
        return None

    def _fill_in(self, path: str) -> None:
        """What Google decides where a program leaves it out, in the objects that it declares."""
        *above, name = path.split(".")
        for holder, shape, place in _holders(self.type.inputs, self.values, above, ""):
            if name not in holder and (value := self._scalar(f"{place}.{name}", shape.get(name))) is not None:
                holder[name] = value


def _holders(shape: Any, value: Any, steps: list[str], place: str) -> Iterator[tuple[dict[str, Any], Any, str]]:
    """The objects at a path, over all items of lists, each with its shape and its own path."""
    if isinstance(value, list) and isinstance(shape, list):
        for at, item in enumerate(value):
            yield from _holders(shape[0], item, steps, f"{place}[{at}]")
    elif isinstance(value, dict) and isinstance(shape, Mapping):
        if not steps:
            yield value, shape, place
        elif steps[0] in value:
            inner = shape.get(steps[0], shape.get(f"{steps[0]}!"))
            yield from _holders(inner, value[steps[0]], steps[1:], f"{place}.{steps[0]}" if place else steps[0])
