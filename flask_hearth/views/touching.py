"""Which views a write touches: by the key, and by references as they were and as they will be."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_hearth.model.ids import is_id
from flask_hearth.stores.interface import Record
from flask_hearth.stores.writes import Change, Delete, Key, key
from flask_hearth.views import sources
from flask_hearth.views.declaration import View
from flask_hearth.views.inputs import Fields
from flask_hearth.views.sources import Input, Referred, Referring


@dataclass
class Touched:
    """Of one view."""

    ids: set[str] = field(default_factory=set)
    """Those that each write by key and by reference touches: by their documents, no two such writes miss each other."""
    joining: set[str] = field(default_factory=set)
    """Those that refer to another object from now on, which may be written at this very moment."""
    referred: set[tuple[str, str]] = field(default_factory=set)
    """Fields, and ids to which those of any number of objects may refer."""


def touched(view: View[Any], writes: Sequence[Change], before: Mapping[Key, Record]) -> Touched:
    """`before` has the objects that are there now, of models that the view is made of."""
    found = Touched()
    for write in writes:
        there = before.get(key(write))
        was: Fields = {} if there is None else there.fields
        for each in view.inputs:
            if write.declaration.model is each.model:
                _add(found, each, write, was)
            if write.declaration.model is view.key.model and _joins(each, was, fields_of(write) or {}):
                found.joining.add(write.id)
    return found


def fields_of(write: Change) -> Fields | None:
    """What the object will have; None where it will be gone."""
    return None if isinstance(write, Delete) else write.fields


def _add(found: Touched, each: Input, write: Change, was: Fields) -> None:
    match each.source:
        case sources.Key():
            found.ids.add(write.id)
        case Referring(name, _):
            found.ids |= {*_ids(name, was, fields_of(write) or {})}
        case Referred() as source:
            found.referred.add((source.field, write.id))


def _joins(each: Input, was: Fields, will_be: Fields) -> bool:
    return isinstance(each.source, Referred) and any(
        one != was.get(each.source.field) for one in _ids(each.source.field, will_be)
    )


def _ids(name: str, *states: Fields) -> Iterator[str]:
    for each in states:
        if each.get(name) and is_id(each[name]):
            yield each[name]
