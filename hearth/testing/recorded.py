"""What a run of a program declared, for tests to ask."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pulumi

Values = Mapping[str, Any]
Kind = str | type[pulumi.Resource]


@dataclass(kw_only=True)
class Resource:
    """One declared resource, with the names that the engine's protocol uses (camelCase)."""

    type: str
    name: str
    urn: str
    custom: bool
    inputs: Values
    secret_inputs: frozenset[str]
    """Top-level inputs that are secret, and so encrypted in the state."""
    secret_outputs: frozenset[str]
    """Outputs that the program itself declares secret."""
    parent: str
    """Logical name of the component it belongs to; empty for the stack itself."""
    depends_on: frozenset[str]
    """`short` of everything it waits for, whether by option or by reading an output."""
    protect: bool = False
    retain: bool = False
    ignore_changes: tuple[str, ...] = ()
    delete_before_replace: bool = False
    outputs: Values = field(default_factory=dict)
    external: bool = False
    """Whether it is only read (`.get`, a stack reference): the stack neither makes nor deletes it."""
    finished: bool = False
    """For a component: whether it said that it is complete."""

    @property
    def short(self) -> str:
        """`Service web` for `gcp:cloudrunv2/service:Service` named `web`."""
        return f"{self.type.rpartition(':')[2]} {self.name}"

    def at(self, path: str) -> Any:
        """The input at a path such as `template.containers[0].image`. LookupError names what there is instead."""
        here: Any = self.inputs
        gone: list[str] = []
        for step in re.findall(r"[^.\[\]]+", path):
            try:
                here = here[int(step)] if isinstance(here, list) else here[step]
            except (LookupError, TypeError, ValueError):
                there = sorted(here) if isinstance(here, Mapping) else repr(here)
                raise LookupError(
                    f"{self.short} declares no {path}: {'.'.join(gone) or 'it'} has no {step}, but {there}"
                ) from None
            gone.append(step)
        return here


@dataclass(kw_only=True)
class Stack:
    """A recorded run."""

    resources: list[Resource]
    outputs: Values
    warnings: list[str]

    def of_type(self, type: Kind) -> list[Resource]:
        """Every resource of a type: its token, or the class that declares it."""
        if isinstance(type, str) or not issubclass(type, pulumi.ComponentResource):
            return [each for each in self.resources if each.type == token(type)]
        # A component's token is known to its constructor alone; by convention it ends with the class's name.
        return [each for each in self.resources if not each.custom and each.short.split()[0] == type.__name__]

    def one(self, type: Kind, name: str | None = None) -> Resource:
        """The resource of a type, and of a logical name where there are several. LookupError names what there is."""
        found = [each for each in self.of_type(type) if name in (None, each.name)]
        if len(found) != 1:
            declared = ", ".join(sorted(each.short for each in self.resources))
            kind = type if isinstance(type, str) else getattr(type, "pulumi_type", type.__name__)
            raise LookupError(f"{len(found)} of {kind} {name or ''}, not one. Declared: {declared}")
        return found[0]

    def dependencies(self, resource: Resource) -> set[str]:
        """`short` of everything that must be there before `resource`, over all steps in between."""
        by_name = {each.short: each for each in self.resources if each.custom}
        seen: set[str] = set()
        waiting = set(resource.depends_on)
        while waiting:
            each = waiting.pop()
            seen.add(each)
            waiting |= by_name[each].depends_on - seen
        return seen

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many of each type; components too."""
        return dict(sorted(Counter(each.type for each in self.resources).items()))


def token(type: Kind) -> str:
    """`gcp:storage/bucket:Bucket` for that token, and for the class `pulumi_gcp.storage.Bucket`."""
    if isinstance(type, str):
        return type
    found = getattr(type, "pulumi_type", None)  # as the SDK's generator writes it
    if not isinstance(found, str):
        raise TypeError(f"{type.__name__} does not know its token; ask for it by the token itself")
    return found
