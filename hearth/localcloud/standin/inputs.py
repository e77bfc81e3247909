"""What Check does for every type: faults against the catalog, names that are made up, and defaults that are filled in.

As in Google's provider, which is made by Pulumi's bridge from Terraform's: each object of the inputs says in a list of
its own what no program declared.
"""

import secrets
from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import Any

from hearth.catalog.shapes import Shape, fields
from hearth.catalog.types import ResourceType
from hearth.localcloud.standin.declared import is_zero
from hearth.plugin.kinds import Failure, Values

DEFAULTED = "__defaults"
"""The key under which an object lists those of its properties that the provider filled in."""


def declared(value: Any) -> Any:
    """A value without those lists and without nulls, which are as good as absent."""
    if isinstance(value, Mapping):
        return {key: declared(item) for key, item in value.items() if key != DEFAULTED and item is not None}
    return [declared(item) for item in value] if isinstance(value, list) else value


def drop_zero_defaults(inputs: Any) -> Any:
    """`declared`, without the zero values that the provider filled in, of which it tells no API either.

    An environment variable with a value and a source, be the value empty, is one that Cloud Run refuses.
    """
    if isinstance(inputs, Mapping):
        filled = inputs.get(DEFAULTED, ())
        told = {key: value for key, value in declared(inputs).items() if key not in filled or not is_zero(value)}
        return {key: drop_zero_defaults(inputs[key]) for key in told}
    return [drop_zero_defaults(item) for item in inputs] if isinstance(inputs, list) else inputs


def marked(inputs: Any, found: Any) -> Any:
    """`found`, which are `inputs` as they would have to be now, with the lists of `inputs` for what is still there."""
    if isinstance(inputs, Mapping) and isinstance(found, Mapping):
        listed = [name for name in inputs.get(DEFAULTED, ()) if name in found]
        inner = {name: marked(inputs.get(name), value) for name, value in found.items()}
        return inner | ({DEFAULTED: listed} if listed else {})
    if isinstance(inputs, list) and isinstance(found, list):
        return [marked(*pair) for pair in zip_longest(inputs[: len(found)], found)]
    return found


def faults(type: ResourceType, olds: Values | None, news: Values, urn: str) -> list[Failure]:
    """Missing and unknown properties, values of the wrong kind, and names that can't be made up, each by its path."""
    found = [Failure(path, reason) for path, _, reason in (fault.partition(": ") for fault in type.faults(news))]
    own = _own_name(urn)
    return found + [
        Failure(name, fault)
        for name, rule in type.autonames.items()
        if name not in news and _old_name(olds, name) is None and (fault := rule.fault(own))
    ]


def complete(type: ResourceType, urn: str, olds: Values | None, news: Values) -> dict[str, Any]:
    """`news`, as `declared` leaves them, with names and defaults: those of before where there were any, else new ones.

    A name stays as it was even where the program had chosen it; a default stays only if it was one.
    """
    made = {
        name: _old_name(olds, name) or rule.made(_own_name(urn), secrets.token_hex(rule.random))
        for name, rule in type.autonames.items()
        if name not in news
    }
    found: dict[str, Any] = _Filling(type).filled(type.shape, {**news, **made}, olds, "", sorted(made))
    return found


def is_chosen_name(type: ResourceType, inputs: Values) -> bool:
    """Whether the program itself chose a name that the provider would have made up."""
    filled = inputs.get(DEFAULTED, ())
    return any(name in inputs and name not in filled for name in type.autonames)


class _Filling:
    """Defaults of one type, put in wherever the object that they belong to is there."""

    def __init__(self, type: ResourceType) -> None:
        self._type = type

    def filled(self, shape: Shape, value: Any, old: Any, path: str, made: Sequence[str] = ()) -> Any:
        """A value at a path, with what was `made` already listed with its defaults."""
        if isinstance(shape, list) and isinstance(value, list):
            lasts = old[: len(value)] if isinstance(old, list) else []
            return [self.filled(shape[0], item, last, path) for item, last in zip_longest(value, lasts)]
        known = fields(shape)
        if not known or not isinstance(value, Mapping):
            return value
        last = old if isinstance(old, Mapping) else {}
        prefix = f"{path}." if path else ""
        inner = {
            name: self.filled(known.get(name), item, last.get(name), f"{prefix}{name}") for name, item in value.items()
        }
        defaults = {name: self._type.defaults.get(f"{prefix}{name}") for name in known if name not in value}
        lasting = {name: last[name] for name in last.get(DEFAULTED, ()) if name in defaults and name in last}
        filled = {name: value for name, value in (defaults | lasting).items() if value is not None}
        listed = sorted([*made, *filled])
        return inner | filled | ({DEFAULTED: listed} if listed else {})


def _old_name(olds: Values | None, name: str) -> str | None:
    old = (olds or {}).get(name)
    return old if isinstance(old, str) else None


def _own_name(urn: str) -> str:
    return urn.rpartition("::")[2]
