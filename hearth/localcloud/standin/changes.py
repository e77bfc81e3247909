"""What a change of inputs does, as Terraform's provider of Google's types has it: nothing, an update or a replacement.

It compares what is declared now with what was declared before, and with how the resource is. So it is no change to
declare what is so already, be it in other words, to leave out what keeps its value, or to leave out a zero value; and a
set has no order.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from hearth.catalog import conditions
from hearth.catalog.sameness import same
from hearth.catalog.shapes import ANY_KEY, Shape, fields, paths
from hearth.catalog.types import ResourceType
from hearth.localcloud.standin.declared import is_zero, select_declared
from hearth.localcloud.standin.inputs import declared, is_chosen_name
from hearth.plugin.diff import Path, format_path
from hearth.plugin.kinds import UNKNOWN, DiffResult, Values


def difference(
    type: ResourceType, old_inputs: Values, live: Values, news: Values, moved: Values | None = None
) -> DiffResult:
    """`old_inputs` and `news` as Check completed them, `live` the outputs of the state.

    `moved` are properties that no program declares, and that the provider's own settings have changed.
    """
    before = {**type.implied, **{name: live[name] for name in moved or {}}, **declared(old_inputs)}
    after = {**type.implied, **(moved or {}), **declared(news)}
    found = list(_Place(type, (), "", type.shape, live, after).changes(before, after))
    replaced = frozenset(format_path(each.at) for each in found if each.replaces())
    return DiffResult(
        changed=frozenset(format_path(each.at) for each in found),
        replace=replaced,
        # A name that a program chose can't be held by the old and the new resource at once.
        delete_before_replace=bool(replaced) and (type.delete_first or is_chosen_name(type, news)),
    )


@dataclass(frozen=True)
class _Place:
    """Somewhere in a resource."""

    type: ResourceType
    at: Path
    path: str
    """The same without list places and keys of maps, as the catalog writes it."""
    shape: Shape
    live: Any
    """What the resource has there."""
    news: Values
    """All that is declared now."""

    def changes(self, before: Any, after: Any) -> "Iterator[_Change]":
        """Everything that differs from here on; None is what is not declared."""
        token, path = self.type.token, self.path
        if _same(before, after) or self._settled(before, after) or same(token, path, before, after):
            return
        if conditions.overruled(token, path, before, after, self.news):
            return
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            for key in {**before, **after}:
                yield from self._under(key).changes(before.get(key), after.get(key))
        elif isinstance(before, list) and isinstance(after, list):
            yield from (
                self._set_changes(before, after) if self.path in self.type.sets else self._list_changes(before, after)
            )
        else:
            yield _Change(self, before, after)

    def _settled(self, before: Any, after: Any) -> bool:
        """Whether a difference of declarations makes none to the resource."""
        if after is None or after == []:
            return self.path in self.type.kept or self._is_nothing(before)
        if before is None and (self._is_nothing(after) or after == self.type.defaults.get(self.path)):
            return True
        if after is UNKNOWN or isinstance(before, Mapping | list):
            return False
        so = select_declared(after, self.live)
        return _same(so, after) or (isinstance(after, Mapping | list) and bool(so == after))

    def _is_nothing(self, value: Any) -> bool:
        """Whether it is as good as absent: a zero value, but for a block, which is there though nothing is in it."""
        block = isinstance(value, Mapping) and ANY_KEY not in (self.shape or {})
        return value is None or (is_zero(value) and not block)

    def _list_changes(self, before: list[Any], after: list[Any]) -> "Iterator[_Change]":
        for place in range(max(len(before), len(after))):
            was, now = (each[place] if place < len(each) else None for each in (before, after))
            here = self._item(place)
            yield from here.changes(was, now) if place < len(after) else [_Change(here, was, None)]

    def _set_changes(self, before: list[Any], after: list[Any]) -> "Iterator[_Change]":
        """Items of one side alone, each compared with the next one of the other side."""
        gone, come = list(enumerate(before)), []
        for place, now in enumerate(after):
            alike = next((each for each in gone if not list(self._item(None).changes(each[1], now))), None)
            if alike is None:
                come.append((place, now))
            else:
                gone.remove(alike)
        for (_, was), (place, now) in zip(gone, come, strict=False):
            yield from replace(self._item(place), live=None).changes(was, now)
        yield from (_Change(self._item(place), None, now) for place, now in come[len(gone) :])
        yield from (_Change(self._item(place), was, None) for place, was in gone[len(come) :])

    def _under(self, key: str) -> "_Place":
        known = fields(self.shape)
        live = self.live.get(key) if isinstance(self.live, Mapping) else None
        if known:
            path = f"{self.path}.{key}" if self.path else key
            return _Place(self.type, (*self.at, key), path, known.get(key), live, self.news)
        inner = self.shape.get(ANY_KEY) if isinstance(self.shape, Mapping) else None
        # Of a map, the whole is kept, and not what stands under a key.
        return _Place(self.type, (*self.at, key), f"{self.path}.{ANY_KEY}", inner, live, self.news)

    def _item(self, place: int | None) -> "_Place":
        lives = self.live if isinstance(self.live, list) else []
        live = lives[place] if place is not None and place < len(lives) else None
        inner = self.shape[0] if isinstance(self.shape, list) else None
        return _Place(self.type, (*self.at, place or 0), self.path, inner, live, self.news)


@dataclass(frozen=True)
class _Change:
    place: _Place
    before: Any
    after: Any

    @property
    def at(self) -> Path:
        return self.place.at

    def replaces(self) -> bool:
        """Whether the resource has to be made anew; of a block that comes or goes, what stands in it tells."""
        path, own = self.place.path, self.place.type
        if own.replaces(path) or conditions.replaces(own.token, path, self.before, self.after):
            return True
        return any(
            self._reaches(each.removeprefix(f"{path}.").split("."))
            for each in paths(self.place.shape, f"{path}.")
            if own.replaces(each)
        )

    def _reaches(self, steps: list[str]) -> bool:
        return any(side is UNKNOWN or _has(side, steps) for side in (self.before, self.after))


def _has(value: Any, steps: list[str]) -> bool:
    if isinstance(value, list):
        return any(_has(item, steps) for item in value)
    if not steps:
        return not is_zero(value)
    return isinstance(value, Mapping) and _has(value.get(steps[0]), steps[1:])


def _same(before: Any, after: Any) -> bool:
    # True equals 1 in Python, within a container too, but not to an API.
    whole = isinstance(before, Mapping | list)
    return not whole and bool(before == after) and isinstance(before, bool) == isinstance(after, bool)
