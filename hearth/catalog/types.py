"""The gcp resource types that this program uses, as Google's Pulumi provider declares them.

The unit tests' recorder and the local cloud's stand-in provider both read this table, so that what passes the
tests is what the stand-in accepts. It holds names and shapes only: not which values are valid, nor defaults.

Adding a type: copy its property names from the provider's schema into `gcp_types.json`, in the same form.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_TABLE = Path(__file__).with_name("gcp_types.json")

# Inputs that Google's provider takes on every resource and that say nothing about the resource itself.
_ANY_MAP = "*"


@dataclass(frozen=True, kw_only=True)
class ResourceType:
    """One row of the table; property names are the provider's, in camelCase."""

    token: str
    required: frozenset[str]
    replace_on_change: frozenset[str]
    inputs: Mapping[str, Any]
    secret: frozenset[str]
    outputs_only: frozenset[str]
    computed: frozenset[str]

    def faults(self, inputs: Mapping[str, Any]) -> list[str]:
        """Missing and unknown properties of `inputs`, as paths with what is wrong; empty when there are none."""
        missing = [f"{name}: required, and missing" for name in sorted(self.required - set(inputs))]
        return missing + list(_faults("", self.inputs, inputs))


@cache
def table() -> Mapping[str, ResourceType]:
    """Every known type by its token (`gcp:cloudrunv2/service:Service`)."""
    rows: dict[str, Any] = json.loads(_TABLE.read_text(encoding="utf-8"))
    return {
        token: ResourceType(
            token=token,
            inputs=row["inputs"],
            **{
                field: frozenset(row[key])
                for field, key in (
                    ("required", "required"),
                    ("replace_on_change", "replaceOnChange"),
                    ("secret", "secret"),
                    ("outputs_only", "outputsOnly"),
                    ("computed", "computed"),
                )
            },
        )
        for token, row in rows.items()
    }


def _faults(path: str, shape: Any, value: Any) -> list[str]:
    """Compare one value with its declared shape, all the way down; `key!` in a shape marks a required key."""
    if value is None or not isinstance(shape, dict | list):
        return []
    if isinstance(shape, list):
        if not isinstance(value, list):
            return [] if _opaque(value) else [f"{path}: a list was expected"]
        return [fault for at, item in enumerate(value) for fault in _faults(f"{path}[{at}]", shape[0], item)]
    if not isinstance(value, Mapping):
        return [] if _opaque(value) else [f"{path}: an object was expected"]
    if _ANY_MAP in shape:
        return [fault for key, item in value.items() for fault in _faults(f"{path}.{key}", shape[_ANY_MAP], item)]
    known = {name.removesuffix("!"): inner for name, inner in shape.items()}
    dot = f"{path}." if path else ""
    found = [f"{dot}{name}: no such property" for name in sorted(set(value) - set(known))]
    if path:
        found += [
            f"{dot}{name[:-1]}: required, and missing"
            for name in sorted(shape)
            if name.endswith("!") and name[:-1] not in value
        ]
    for name in known.keys() & value.keys():
        found += _faults(f"{dot}{name}", known[name], value[name])
    return found


def _opaque(value: object) -> bool:
    """Whether a value is a placeholder (unknown in preview) rather than data of the wrong shape."""
    return not isinstance(value, str | int | float | bool | list | Mapping)
