"""Reads the objects that a view is made of."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask_hearth import state
from flask_hearth.model.declaration import Declaration, Model, declaration_of
from flask_hearth.model.entity import Entity
from flask_hearth.model.ids import is_id
from flask_hearth.stores.interface import Condition, MissingError, Query, Record, Store
from flask_hearth.stores.values import narrow
from flask_hearth.views.sources import Input, Key, Referred, Referring

if TYPE_CHECKING:
    from flask_hearth.views.declaration import View

Fields = Mapping[str, Any]


class TooManyError(Exception):
    """A view is made of more objects than its declaration allows."""


@dataclass(frozen=True)
class Inputs:
    """What one view is made of: of each parameter, the objects by their ids."""

    view: "View[Any]"
    found: Mapping[Input, Mapping[str, Fields]]

    def arguments(self) -> dict[str, Any]:
        """Of the view's function."""
        return {
            each.name: models if isinstance(each.source, Referring) else next(iter(models), None)
            for each, objects in self.found.items()
            for models in [[_object(each.model, *one) for one in objects.items()]]
        }

    def content(self) -> dict[str, Any]:
        """What the view shows, as JSON."""
        found: dict[str, Any] = self.view.of(**self.arguments()).model_dump(mode="json")
        return found

    @property
    def digests(self) -> list[str]:
        """One of each parameter."""
        return [digest(objects) for objects in self.found.values()]

    @property
    def version(self) -> str:
        """Another one for other objects, another state of theirs, and another version of the function."""
        return version(self.view, self.digests)


class Objects:
    """The domain's, by id and by reference; those asked for in advance are read together and once.

    `pending` are states that are about to be written; None stands for an object that is deleted then.
    """

    def __init__(self, store: Store, pending: Mapping[tuple[type[Model], str], Fields | None] | None = None) -> None:
        self._store = store
        self._pending = dict(pending or {})
        self._known = dict(self._pending)
        self._records: dict[tuple[type[Model], str], Record] = {}

    def know_records(self, model: type[Model], records: Iterable[Record]) -> None:
        """The same as `know`, of objects that may be changed."""
        for each in records:
            self._records[model, each.id] = each
            self._known[model, each.id] = each.fields

    def record(self, model: type[Model], id: str) -> Record:
        """Of an object that was read here, in the state in which it was."""
        return self._records[model, id]

    def know(self, model: type[Model], found: Mapping[str, Fields | None]) -> None:
        """Objects that were read elsewhere."""
        self._known |= {(model, each): fields for each, fields in found.items()}

    def fetch(self, model: type[Model], ids: Iterable[str]) -> None:
        """In advance."""
        wanted = [each for each in dict.fromkeys(ids) if is_id(each) and (model, each) not in self._known]
        found = self._store.get_many(_declaration(model), wanted) if wanted else []
        self.know(model, dict.fromkeys(wanted))
        self.know_records(model, found)

    def fetch_for(self, view: "View[Any]", ids: Iterable[str]) -> None:
        """What several views need by id."""
        ids = list(ids)
        self.fetch(view.key.model, ids)
        for each in view.inputs:
            if isinstance(each.source, Referred):
                keyed = [fields for one in ids if (fields := self._known.get((view.key.model, one)))]
                self.fetch(each.model, [fields.get(each.source.field) or "" for fields in keyed])

    def one(self, model: type[Model], id: str) -> dict[str, Fields]:
        """Empty if there is none."""
        self.fetch(model, [id])
        fields = self._known.get((model, id))
        return {} if fields is None else {id: fields}

    def referring(self, model: type[Model], field: str, id: str, at_most: int) -> dict[str, Fields]:
        """Raises TooManyError."""
        pending = {each: fields for (its, each), fields in self._pending.items() if its is model}
        # As many more as may be about to refer to another one.
        page = self._store.page(_declaration(model), by_reference(field, id), limit=at_most + len(pending))
        self._records |= {(model, record.id): record for record in page.records}
        found = {record.id: record.fields for record in page.records} | pending
        there = {each: fields for each, fields in sorted(found.items()) if fields and fields.get(field) == id}
        if page.more or len(there) > at_most:
            raise TooManyError(f"More than {at_most} objects of {model.__name__} have {id!r} as {field}.")
        return there


def read(view: "View[Any]", objects: Objects, id: str) -> Inputs:
    """Raises MissingError where an object isn't there that there is no view without, and TooManyError."""
    keyed = objects.one(view.key.model, id)
    if not keyed:
        raise MissingError(id)
    found: dict[Input, Mapping[str, Fields]] = {}
    for each in view.inputs:
        match each.source:
            case Key():
                found[each] = keyed
            case Referring(field, at_most):
                found[each] = objects.referring(each.model, field, id, at_most)
            case Referred() as source:
                referred = keyed[id].get(source.field)
                found[each] = {} if referred is None else objects.one(each.model, referred)
                if not found[each] and not each.optional:
                    raise MissingError(id)
    return Inputs(view, found)


def keyed_by(view: "View[Any]") -> Declaration:
    """Of whose objects there is a view each, in the app at work."""
    return _declaration(view.key.model)


def by_reference(field: str, id: str) -> Query:
    """The objects with this id in a field, the oldest first."""
    return Query(conditions=(Condition(field=field, operator="==", value=id),))


def version(view: "View[Any]", digests: Iterable[str]) -> str:
    """Of a view that is made of inputs in these states."""
    return digest([view.version, list(digests)])


def digest(value: Any) -> str:
    """Of JSON."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:32]


def _declaration(model: type[Model]) -> Declaration:
    return declaration_of(model, state.current().declarations)


def _object(model: type[Model], id: str, fields: Fields) -> Model:
    part, own = narrow(_declaration(model), fields)
    made = part.model.model_validate_json(json.dumps(dict(own)))
    if isinstance(made, Entity):
        made._id = id  # noqa: SLF001
    return made
