"""Outputs of other packages' resources, made up in the types with which their SDKs declare them.

Left out: objects, of which nothing is known but their class; lists and maps are empty.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, get_origin

import pulumi
from pulumi import _types

from hearth.catalog import forms
from hearth.catalog.forms import Source

_EMPTY: Final[Mapping[Any, Any]] = {bool: False, Sequence: [], Mapping: {}}


def outputs(type: str, source: Source) -> Iterator[tuple[str, Any]]:
    """By name; none where the type's class has not been imported, or it has none."""
    found = next((each for each in _classes(pulumi.CustomResource) if vars(each).get("pulumi_type") == type), None)
    for name, declared in _types.resource_types(found).items() if found else ():
        kind = get_origin(declared) or declared
        if kind is str:
            yield name, forms.text(source, name)
        elif kind in (int, float):
            yield name, forms.integer(source, name)
        elif kind in _EMPTY:
            yield name, _EMPTY[kind]


def _classes(of: type[Any]) -> Iterator[type[Any]]:
    for each in of.__subclasses__():
        yield each
        yield from _classes(each)
