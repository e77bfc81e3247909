"""What a domain model says of itself.

A model is a Pydantic class with the fields that clients may write; a `Declaration` names it. Nothing here stores,
serves or documents: the stores, the API and the OpenAPI document each read the declaration. What is done with objects
in Python is `flask_hearth.model.entity`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import click
from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler
from pydantic_core import CoreSchema

from flask_hearth.model.permissions import Permissions

# A path segment, a Firestore collection, an SQL table: the strictest of the three, as one name serves all.
NAME = re.compile(r"[a-z][a-z0-9_]{0,38}[a-z0-9]")

# A column and a field of a Firestore document, written without quotes in both.
_STORED_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,62}")

RESERVED_FIELDS = frozenset({"id", "version", "created_at", "updated_at"})
"""Set by the service in every answer, so no model may have fields of these names."""


class DeclarationError(click.ClickException, ValueError):
    """A declaration that can't be stored or served; the text names it, says why and what to do.

    An error of Click's, so that commands of Flask's end with this text and 1, and without a traceback.
    """


class Model(BaseModel):
    """Base of domain models: fields as clients may write them; unknown ones are refused, types are not coerced."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


@dataclass(frozen=True)
class StoredAs:
    """In the `Annotated` of a model's field, outermost: what the column, or the document's field, is called.

    The API, forms and Python know the field by its own name, so that it can be renamed without touching stored data.
    Raises DeclarationError for a name that some store could not hold.
    """

    name: str

    def __post_init__(self) -> None:
        if not _STORED_NAME.fullmatch(self.name):
            raise DeclarationError(
                f"{self.name!r} can't be a stored name: use 1 to 63 characters of A-Z, a-z, 0-9 and _, beginning with "
                "a letter."
            )


@dataclass(frozen=True)
class ReadOnly:
    """In the `Annotated` of a model's field: clients see it, and only the service sets it."""

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return handler(schema) | {"readOnly": True}


@dataclass(frozen=True)
class WriteOnly:
    """In the `Annotated` of a model's field: clients set it, and never see it."""

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return handler(schema) | {"writeOnly": True}


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """A collection of one model. Raises DeclarationError for a name or field that some store could not hold."""

    name: str
    """Plural, as in the path `/api/v1/items`; also the table's and the collection's name."""
    singular: str
    model: type[Model]
    require_if_match: bool = False
    """Whether changing an object needs If-Match (428 without; RFC 6585 section 3)."""
    pages: bool = True
    """Whether people may see and change it on pages, such as `/items`, too."""
    indexes: tuple[tuple[str, ...], ...] = ()
    """What can be queried besides all objects by their age: each names fields that are compared for equality, and last
    the one that is sorted by or compared by `<`, such as `("state", "created_at")` (`flask_hearth.stores.queries`)."""
    unique: tuple[str, ...] = ()
    """Fields of which no two objects have the same value; null is no value."""
    permissions: Permissions = field(default_factory=Permissions)
    """Who may do what: unless it says so, anybody may read, and who may change anything in the service all of it."""
    title: str | None = None
    """Name of the field by which pages call an object; None stands for the first text of the model."""
    types: tuple[type[Model], ...] = ()
    """Classes derived from the model, where the collection has objects of several (`flask_hearth.model.types`)."""
    told_apart_by: str | None = None
    """Name of the field by which they are: in each, a `Literal` of one text."""

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise DeclarationError(
                f"{self.name!r} can't name a collection: use 2 to 40 characters of a-z, 0-9 and _, beginning with a "
                "letter."
            )
        if self.types or self.told_apart_by is not None:
            from flask_hearth.model import types  # noqa: PLC0415 - which builds on this module

            types.check(self)
        if taken := RESERVED_FIELDS & {*self.stored_model.model_fields, *self.stored_names.values()}:
            raise DeclarationError(
                f"{self.model.__name__} declares {', '.join(sorted(taken))}, which the service sets."
            )
        if self.title is not None and self.title not in self.model.model_fields:
            raise DeclarationError(
                f"{self.title!r} can't be the title of {self.name!r}, because {self.model.__name__} has no such field. "
                f"It has: {', '.join(self.model.model_fields)}."
            )

    @cached_property
    def stored_model(self) -> type[Model]:
        """What stores keep: the model, or one with the fields of all types."""
        if not self.types:
            return self.model
        from flask_hearth.model import types  # noqa: PLC0415 - which builds on this module

        return types.stored_model(self)

    @cached_property
    def parts(self) -> Mapping[Any, "Declaration"]:
        """Of each type, as if it were a collection of its own; by the value that tells it."""
        if self.told_apart_by is None:
            return {None: self}
        from flask_hearth.model import types  # noqa: PLC0415 - which builds on this module

        return {types.value(each, self.told_apart_by): self._part(each) for each in self.types}

    @cached_property
    def _common(self) -> "Declaration":
        return self._part(self.model)

    def part(self, fields: Mapping[str, Any]) -> "Declaration":
        """Of the type that an object with these fields has; where that is none, of what all types have."""
        if self.told_apart_by is None:
            return self
        told = fields.get(self.told_apart_by)
        return self.parts.get(told, self._common) if isinstance(told, str) else self._common

    def _part(self, model: type[Model]) -> "Declaration":
        return replace(self, model=model, types=(), told_apart_by=None, indexes=(), unique=(), title=None)

    @cached_property
    def read_only(self) -> frozenset[str]:
        """Fields that only the service sets."""
        return self._marked(ReadOnly)

    @cached_property
    def write_only(self) -> frozenset[str]:
        """Fields that are never shown."""
        return self._marked(WriteOnly)

    def _marked(self, marker: type) -> frozenset[str]:
        return frozenset(
            name
            for name, info in self.stored_model.model_fields.items()
            if any(isinstance(each, marker) for each in info.metadata)
        )

    @cached_property
    def stored_names(self) -> Mapping[str, str]:
        """Of each field, in the model's order."""
        return {
            name: next((each.name for each in info.metadata if isinstance(each, StoredAs)), name)
            for name, info in self.stored_model.model_fields.items()
        }


def declaration_of(model: type[Model], declarations: Iterable[Declaration], *, or_type: bool = False) -> Declaration:
    """The one that names the model; with `or_type`, also as one of its types.

    Raises DeclarationError where there is none, or are several.
    """
    declarations = list(declarations)
    found = [each for each in declarations if each.model is model or (or_type and model in each.types)]
    if len(found) != 1:
        if whole := [each for each in declarations if model in each.types and not or_type]:
            raise DeclarationError(
                f"{model.__name__} is one of the types of {whole[0].name!r}, and this takes all of them. Name "
                f"{whole[0].model.__name__} instead."
            )
        names = ", ".join(each.name for each in found)
        raise DeclarationError(
            f"{model.__name__} is the model of {names or 'no collection'} in this app, so it is not known where its "
            "objects are. Pass one declaration of it to Hearth."
        )
    return found[0]
