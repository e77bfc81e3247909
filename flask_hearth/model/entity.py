"""A domain model whose objects are also read and written in Python: made, saved, found, changed and deleted.

The store is that of the app at work (`app.app_context()`, a request), and the collection is the one whose declaration
names the model; nothing is known at import, so that apps in one process stay apart.

A `Model` is a value and frozen: it is what a client sent, or a part of an object. An `Entity` is an object with an
identity, which its attributes change without making another one, so it is not; each assignment is checked as a body of
the API is. What stands in several fields is written by one `save`, and only over the state that was read: this is no
session that finds out what changed and writes it some time later. Left out are joins and lazily read references: each
call here is one of the store's.
"""

import json
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Self, cast

from pydantic import ConfigDict, PrivateAttr

from flask_hearth import state, storage
from flask_hearth.model.declaration import Declaration, DeclarationError, Model, declaration_of
from flask_hearth.model.ids import is_id
from flask_hearth.stores import limits, queries, values
from flask_hearth.stores.interface import MissingError, Operator, Position, Query, Record, TooLargeError, position
from flask_hearth.stores.writes import Check, Create, Delete, Replace, Write

MAX_MANY: Final = 500
"""Ids that `get_many` takes at once."""

_PAGE: Final = 100
_VERBS: Final = frozenset({"create", "get", "get_many", "where", "count", "save", "update", "delete"})


class Entity(Model):
    """Base of domain models with a life in Python. `City(name="Rome")` makes an object, with a random id, unsaved.

    Two are equal if they are the same object in the same state: class, id, version and fields.
    """

    model_config = ConfigDict(frozen=False, validate_assignment=True)
    # What changes has no place in a set.
    __hash__ = None  # type: ignore[assignment]

    _id: str = PrivateAttr(default_factory=lambda: str(uuid.uuid4()))
    _record: Record | None = PrivateAttr(default=None)
    """As it was read or written last."""

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        if taken := _VERBS & cls.model_fields.keys():
            raise DeclarationError(
                f"{cls.__name__} declares {', '.join(sorted(taken))}, which every Entity does. Rename the field; "
                "`StoredAs` keeps its stored name."
            )

    @property
    def id(self) -> str:
        """The object's, also before it is saved."""
        return self._id

    @property
    def version(self) -> str | None:
        """Opaque; another one after each write, as the API's ETag. None before the first."""
        return None if self._record is None else self._record.version

    @property
    def created_at(self) -> datetime | None:
        """None before it is saved for the first time."""
        return None if self._record is None else self._record.created_at

    @property
    def updated_at(self) -> datetime | None:
        """None before it is saved for the first time."""
        return None if self._record is None else self._record.updated_at

    @classmethod
    def create(cls, *, id: str, **fields: Any) -> Self:
        """A new object with an id of one's own and, where none are given, the fields' defaults. It is not saved yet.

        Raises ValueError for an id that a path of the API could not have, and for fields that the model refuses.
        """
        if not is_id(id):
            raise ValueError(
                f"{id!r} can't be an id: use 1 to 64 letters, digits, `_` and `-`, and not `__` at both ends."
            )
        made = cls(**fields)
        made._id = id
        return made

    @classmethod
    def get(cls, id: str) -> Self:
        """Raises MissingError, and ValidationError where what is stored is no longer what the model says."""
        if not is_id(id):
            raise MissingError(id)
        declaration = cls._declaration()
        record = storage.current().get(declaration, id)
        if not cls._has(declaration, record):
            raise MissingError(id)
        return cls._read(record)

    @classmethod
    def get_many(cls, ids: Sequence[str]) -> dict[str, Self]:
        """Those that are there, by id in the order asked for. Raises ValueError for more than MAX_MANY ids."""
        if len(ids) > MAX_MANY:
            raise ValueError(f"{len(ids)} ids are asked for, and {MAX_MANY} are the most at once. Ask in parts.")
        known = [each for each in dict.fromkeys(ids) if is_id(each)]
        declaration = cls._declaration()
        records = storage.current().get_many(declaration, known) if known else []
        found = {record.id: cls._read(record) for record in records if cls._has(declaration, record)}
        return {each: found[each] for each in known if each in found}

    @classmethod
    def where(
        cls,
        *conditions: tuple[str, Operator, Any],
        order: str | None = None,
        limit: int | None = None,
        after: Self | None = None,
    ) -> Iterator[Self]:
        """The objects that fulfil all conditions, such as `("population", ">=", 1_000_000)`; read a page at a time.

        `order` is a field, descending after `-`, as `"-population"`; without, the one that a range is of, or
        `created_at`. `after` is the last object of what was read before. Raises QueryError, a ValueError, at once:
        for what no index of the declaration serves, and for a value that the field can't have.
        """
        if limit is not None and limit < 0:
            raise ValueError(f"The limit is {limit}; it is a number of objects.")
        query = cls._query(conditions, order)
        if after is None:
            return cls._walk(query, limit, None)
        if after._record is None:  # noqa: SLF001
            raise ValueError("What comes after an object that was never saved is not known.")
        return cls._walk(query, limit, position(after._record, query))  # noqa: SLF001

    @classmethod
    def count(cls, *conditions: tuple[str, Operator, Any]) -> int:
        """How many `where` would find, counted by the store. Raises QueryError."""
        return storage.current().count(cls._declaration(), cls._query(conditions))

    def save(self) -> None:
        """Write all fields: make the object, or replace it if it still is in the version that was read.

        Raises ExistsError, VersionError (get it again, and repeat the change), MissingError (it was deleted since),
        TakenError (a unique field), TooLargeError, and ValidationError where something within a field was changed to
        what the model refuses.
        """
        self._commit(self._saving())

    def update(self, **fields: Any) -> None:
        """Set some fields, checked together, and save. Raises as `save` does; then nothing is set."""
        changed = self._changed(fields)
        self._commit(self._saving(changed))
        self._become(changed, fields)

    def delete(self) -> None:
        """Remove the object if it still is in the version that was read. It may be saved again, as a new one.

        Raises MissingError, VersionError.
        """
        self._commit(self._deleting())

    @classmethod
    def _declaration(cls) -> Declaration:
        return declaration_of(cls, state.current().declarations, or_type=True)

    @classmethod
    def _has(cls, declaration: Declaration, record: Record) -> bool:
        """Whether an object of the collection is of this class, and not of another type."""
        return cls not in declaration.types or declaration.part(record.fields).model is cls

    @classmethod
    def _query(cls, conditions: Iterable[tuple[str, Operator, Any]], order: str | None = None) -> Query:
        """Of a type, its own objects are asked for by the field that tells them apart."""
        declaration = cls._declaration()
        told: list[tuple[str, Operator, Any]] = [
            (declaration.told_apart_by or "", "==", value)
            for value, part in declaration.parts.items()
            if declaration.types and part.model is cls
        ]
        return queries.read(declaration, [*told, *conditions], order)

    @classmethod
    def _read(cls, record: Record) -> Self:
        """Of the type that the object has."""
        part, fields = values.narrow(cls._declaration(), record.fields)
        # As text, as dates and the like are in JSON; in Python the model takes nothing but what they are.
        made = cast("type[Self]", part.model).model_validate_json(json.dumps(dict(fields)))
        made._id, made._record = record.id, record  # noqa: SLF001
        return made

    @classmethod
    def _walk(cls, query: Query, limit: int | None, after: Position | None) -> Iterator[Self]:
        declaration = cls._declaration()
        left = limit
        while left is None or left > 0:
            page = storage.current().page(
                declaration, query, limit=_PAGE if left is None else min(left, _PAGE), after=after
            )
            yield from map(cls._read, page.records)
            if not page.more:
                return
            after = position(page.records[-1], query)
            left = None if left is None else left - len(page.records)

    def _fields(self) -> dict[str, Any]:
        """As they are stored, checked as a whole: what lies within a field may have been changed unseen."""
        given = self.model_dump(mode="json", round_trip=True, warnings=False)
        checked = type(self).model_validate_json(json.dumps(given))
        declaration = self._declaration()
        found, faults = values.canonical_fields(declaration, checked.model_dump(mode="json", round_trip=True))
        if declaration.part(found).model is not type(self):
            raise ValueError(
                f"{type(self).__name__} is of no type that {declaration.name} has. Make one of these: "
                f"{', '.join(each.__name__ for each in declaration.types)}."
            )
        fields = values.widen(declaration, found)
        for name, reason in faults.items():
            raise ValueError(f"{type(self).__name__}.{name} can't be stored: {reason}.")
        for name, value in fields.items():
            for each in limits.scalars(value):
                if fault := limits.value_fault(each):
                    raise ValueError(f"{type(self).__name__}.{name} {fault}.")
        if fault := limits.fault(declaration, fields):
            raise TooLargeError(f"{self.id} {fault}")
        return fields

    def _changed(self, fields: Mapping[str, Any]) -> Self:
        """Another object, with other fields."""
        return type(self)(**{name: getattr(self, name) for name in type(self).model_fields} | dict(fields))

    def _become(self, changed: Self, fields: Mapping[str, Any]) -> None:
        self.__dict__.update(changed.__dict__)
        self.__pydantic_fields_set__.update(fields)

    def _saving(self, changed: Self | None = None) -> Create | Replace:
        """The write that `save` is, or `update` with the fields of `changed`."""
        declaration, fields = self._declaration(), (changed or self)._fields()
        if self.version is None:
            return Create(declaration=declaration, id=self.id, fields=fields)
        return Replace(declaration=declaration, id=self.id, fields=fields, expected=self.version)

    def _deleting(self) -> Delete:
        return Delete(declaration=self._declaration(), id=self.id, expected=self._read_version())

    def _checking(self) -> Check:
        return Check(declaration=self._declaration(), id=self.id, expected=self._read_version())

    def _read_version(self) -> str:
        if self.version is None:
            raise MissingError(self.id)
        return self.version

    def _commit(self, write: Write) -> None:
        self._remember(*storage.current().commit([write]))

    def _remember(self, record: Record | None) -> None:
        """None stands for a deleted object."""
        self._record = record
