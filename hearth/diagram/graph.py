"""A stack as boxes, one for each component, and arrows between them.

Left out: providers, and every arrow that another way of arrows says already (the transitive reduction). An arrow
stands for all dependencies of the resources of one box on those of another.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Resource:
    """One custom resource. `group` is its component's class and name, or its own name for one without a component."""

    id: str
    type: str
    group: tuple[str, str]
    depends_on: frozenset[str]
    """Ids."""


@dataclass(frozen=True)
class Box:
    title: str
    name: str
    """Logical name of the component; empty for a resource without one."""
    rows: tuple[tuple[str, int], ...]
    """Types of the resources in it, with how many there are."""


@dataclass(frozen=True)
class Graph:
    boxes: tuple[Box, ...]
    arrows: frozenset[tuple[int, int]]
    """Indexes of boxes: the first is there before the second."""
    layers: tuple[int, ...]
    """Of each box: one more than the highest of those before it."""


def of_state(exported: Mapping[str, Any]) -> list[Resource]:
    """The resources in what `pulumi stack export` prints. ValueError for anything else."""
    try:
        listed = exported["deployment"].get("resources") or []
        types = {each["urn"]: each["type"] for each in listed}
        return [
            Resource(
                each["urn"],
                each["type"],
                _group(each["urn"], each.get("parent", ""), types),
                frozenset(each.get("dependencies") or ()),
            )
            for each in listed
            if each.get("custom") and not each["type"].startswith("pulumi:") and not each.get("delete")
        ]
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"this is not a state as `pulumi stack export` prints it: {error!r}") from error


def _group(urn: str, parent: str, types: Mapping[str, str]) -> tuple[str, str]:
    if parent not in types or types[parent] == "pulumi:pulumi:Stack":
        return urn.rpartition("::")[2], ""
    return parent.split("::")[2].rpartition(":")[2], parent.rpartition("::")[2]


def graph(resources: Iterable[Resource]) -> Graph:
    """The same resources make the same graph, in whatever order they come."""
    known = {each.id: each for each in resources}
    groups = sorted({each.group for each in known.values()})
    before: dict[int, set[int]] = {index: set() for index in range(len(groups))}
    for each in known.values():
        for other in each.depends_on & known.keys():
            if known[other].group != each.group:
                before[groups.index(each.group)].add(groups.index(known[other].group))
    _break_circles(before)
    layers: dict[int, int] = {}
    for index in before:
        _layer(index, before, layers)
    arrows = {
        (first, then)
        for then, firsts in before.items()
        for first in firsts
        if not any(first in _all_before(other, before) for other in firsts - {first})
    }
    boxes = []
    for title, name in groups:
        counted = Counter(each.type for each in known.values() if each.group == (title, name))
        boxes.append(Box(title, name, tuple(sorted(counted.items()))))
    return Graph(tuple(boxes), frozenset(arrows), tuple(layers[index] for index in range(len(groups))))


def _break_circles(before: dict[int, set[int]]) -> None:
    """Two components may each wait for a part of the other; one of the arrows goes, always the same."""
    for then, firsts in before.items():
        for first in sorted(firsts):
            if then in _all_before(first, before):
                firsts.discard(first)


def _all_before(index: int, before: Mapping[int, set[int]]) -> set[int]:
    seen: set[int] = set()
    waiting = set(before[index])
    while waiting:
        each = waiting.pop()
        seen.add(each)
        waiting |= before[each] - seen
    return seen


def _layer(index: int, before: Mapping[int, set[int]], layers: dict[int, int]) -> int:
    if index not in layers:
        layers[index] = 1 + max((_layer(first, before, layers) for first in before[index]), default=-1)
    return layers[index]
