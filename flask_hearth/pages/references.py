"""References on pages: what there is to choose, what each object is called, and whether what was chosen is there.

No page reads a whole collection for them. A choice has all objects that its reader may list, if those are MOST at most;
else ids are typed. Nobody is told whether an object that they may not read is there: it is as one that is gone.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask import url_for

from flask_hearth import access, state, storage
from flask_hearth.model.declaration import Declaration, declaration_of
from flask_hearth.model.entity import MAX_MANY
from flask_hearth.model.ids import is_id
from flask_hearth.model.reference import Ref
from flask_hearth.pages import texts
from flask_hearth.pages.field import Field, controls
from flask_hearth.pages.fields import fields
from flask_hearth.pages.rendering import display_name
from flask_hearth.stores import queries
from flask_hearth.stores.interface import Record

MOST: Final = 100
"""Objects of a choice, and objects of a collection that a page tells the names of."""

NAME_CHARACTERS: Final = 80

Reference = tuple[type[Ref[Any]], str]
"""To what, and the id."""


@dataclass(frozen=True)
class Named:
    """An object that the reader may see."""

    name: str
    address: str | None
    """Of its page, if it has one."""


@dataclass(frozen=True)
class Offer:
    """What there is to refer to."""

    of: Declaration
    choices: Mapping[str, str] | None
    """Names by ids, in the order of names; None where ids are typed."""


def are_in(declaration: Declaration) -> bool:
    """Whether its form has any."""
    return any(field.refers for field in controls(fields(declaration)))


def offers(declaration: Declaration) -> dict[str, Offer]:
    """By the names of the form's controls. Raises UnavailableError."""
    found = {field.name: field.ref for field in controls(fields(declaration)) if field.ref}
    made = {ref: Offer(_declaration(ref), _choices(_declaration(ref))) for ref in {*found.values()}}
    return {name: made[ref] for name, ref in found.items()}


def unread(declaration: Declaration) -> dict[str, Offer]:
    """As `offers`, where the store does not answer: every id is typed."""
    return {field.name: Offer(_declaration(field.ref), None) for field in controls(fields(declaration)) if field.ref}


def names(some: Iterable[Reference]) -> dict[Reference, Named | None]:
    """Of MOST objects of each collection, None for one that is not there for the reader. Raises UnavailableError."""
    asked: dict[type[Ref[Any]], dict[str, None]] = {}
    for ref, each in some:
        if is_id(each):
            asked.setdefault(ref, {})[each] = None
    found: dict[Reference, Named | None] = {}
    for ref, ids in asked.items():
        of, looked_for = _declaration(ref), [*ids][:MOST]
        found |= {(ref, each): None for each in looked_for}
        found |= {(ref, record.id): _named(of, record) for record in _readable(of, looked_for)}
    return found


def typed(declaration: Declaration, offered: Mapping[str, Offer], typed: texts.Texts) -> Iterator[Reference]:
    """What the form has as ids, so that it has to tell the names beside them."""
    for field in controls(fields(declaration)):
        if field.ref and offered[field.name].choices is None:
            yield field.ref, typed[field.name]


def within(values: Mapping[str, Any], some: Iterable[Field]) -> Iterator[Reference]:
    """What an object has in these fields."""
    for field in controls(tuple(some)):
        value = texts.value_of(values, field)
        if field.refers and value is not None:
            yield from ((field.refers, each) for each in (value if field.item else [value]))


def faults(declaration: Declaration, typed: texts.Texts, stored: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    """JSON Pointer and reason of each reference to what is not there for who asks. Raises UnavailableError.

    What the stored object has there already is left alone: that it went is no fault of who edits the rest.
    """
    asked: dict[type[Ref[Any]], list[tuple[str, str]]] = {}
    for field in controls(fields(declaration)):
        if field.refers:
            kept = {each for _, each in within(stored or {}, [field])}
            new = [(at, each) for at, each in _typed(field, typed[field.name]) if is_id(each) and each not in kept]
            asked.setdefault(field.refers, []).extend(new)
    return [fault for ref, places in asked.items() for fault in _missing(_declaration(ref), places)]


def _typed(field: Field, text: str) -> list[tuple[str, str]]:
    """JSON Pointers and ids, whether these can be any or not."""
    if field.item:
        return [(f"{field.pointer}/{index}", each) for index, (_, each) in enumerate(texts.items(text))]
    return [(field.pointer, text)]


def _missing(of: Declaration, places: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    ids = list(dict.fromkeys(each for _, each in places))
    if len(ids) > MAX_MANY:
        yield "", f"This form refers to {len(ids):,} {of.name}, and {MAX_MANY} are the most that it can look for"
        return
    there = {record.id for record in _readable(of, ids)}
    for at, each in places:
        if each not in there:
            yield at, f"refers to no {of.singular} that there is for you: {each}"


def _choices(of: Declaration) -> Mapping[str, str] | None:
    if not access.may(of, "list"):
        return None
    found = storage.current().page(of, queries.read(of, access.conditions(of)), limit=MOST)
    if found.more:
        return None
    called = {record.id: _named(of, record).name for record in found.records}
    often = Counter(called.values())
    # Those of one name are told apart by their ids.
    told = {each: name if often[name] == 1 else f"{name} ({each})" for each, name in called.items()}
    return dict(sorted(told.items(), key=lambda each: (each[1].casefold(), each[0])))


def _readable(of: Declaration, ids: list[str]) -> list[Record]:
    """Those of the objects that who asks may read."""
    rules, user = of.permissions.rules("read"), access.current()
    if not ids or not user.to_some(rules):
        return []
    return [record for record in storage.current().get_many(of, ids) if user.to(rules, record.fields)]


def _named(of: Declaration, record: Record) -> Named:
    name = display_name(of, record)
    return Named(
        name if len(name) <= NAME_CHARACTERS else f"{name[: NAME_CHARACTERS - 1]}\N{HORIZONTAL ELLIPSIS}",
        url_for("collections.show", declaration=of, id=record.id) if of.pages else None,
    )


def _declaration(ref: type[Ref[Any]]) -> Declaration:
    return declaration_of(ref.model, state.current().declarations)
