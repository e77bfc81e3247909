"""What Check does for every type: faults against the catalog, and names that Google's provider makes up."""

import re
import secrets
from dataclasses import dataclass
from typing import Any

from hearth.catalog.types import ResourceType
from hearth.plugin.kinds import Failure, Values

AUTONAMED = "__defaults"
"""The input in which Google's provider (its Terraform bridge) keeps the names of the properties that it made up."""

_SUFFIX_BYTES = 4


@dataclass(frozen=True)
class Autoname:
    """A name made from the resource's own and a random end, where a program leaves it out."""

    property: str
    most: int


def faults(type: ResourceType, inputs: Values) -> list[Failure]:
    """Missing and unknown properties, and values of the wrong kind, each by its path."""
    declared = {name: value for name, value in inputs.items() if name != AUTONAMED}
    return [Failure(path, reason) for path, _, reason in (fault.partition(": ") for fault in type.faults(declared))]


def named(rule: Autoname | None, urn: str, olds: Values | None, news: Values) -> dict[str, Any]:
    """`news` with the name filled in: the one that was made up before, or a new one."""
    inputs = {name: value for name, value in news.items() if value is not None and name != AUTONAMED}
    if rule is None or rule.property in inputs:
        return inputs
    made_up = olds is not None and rule.property in olds.get(AUTONAMED, [])
    name = olds[rule.property] if olds is not None and made_up else _name(urn, rule.most)
    return inputs | {rule.property: name, AUTONAMED: [rule.property]}


def made_up(inputs: Values, property: str) -> bool:
    """Whether the program left this name to the provider."""
    return property in inputs.get(AUTONAMED, [])


def _name(urn: str, most: int) -> str:
    suffix = secrets.token_hex(_SUFFIX_BYTES)[1:]
    stem = re.sub(r"[^a-z0-9-]", "-", urn.rpartition("::")[2].lower())
    return f"{stem[: most - len(suffix) - 1]}-{suffix}"
