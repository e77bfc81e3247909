"""The types of objects that one collection has, told apart by a field: what they may be, and the one model of them all.

Stores, migrations and queries see that model alone, so that SQL has one table and Firestore one collection: each
field of each type, null where an object's type doesn't have it. Left out are fields that two types declare
differently, which no column could be, and forms, which would have other fields for another choice.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import Field, create_model
from pydantic.fields import FieldInfo

from flask_hearth.model.declaration import Declaration, DeclarationError, Model, ReadOnly, StoredAs, WriteOnly

_MARKS = (StoredAs, ReadOnly, WriteOnly)


def check(declaration: Declaration) -> None:
    """Raises DeclarationError for types that can't be in one collection, or not be told apart."""
    where, field, types = declaration.name, declaration.told_apart_by, declaration.types
    if not types or field is None:
        raise DeclarationError(f"{where!r} has types or told_apart_by, without the other. Give both, or none of them.")
    if declaration.pages:
        raise DeclarationError(
            f"{where!r} has types, and no form has other fields for another choice. Set pages=False, and write pages "
            "of your own if people need them."
        )
    for each in types:
        if not issubclass(each, declaration.model):
            raise DeclarationError(
                f"{each.__name__} can't be a type of {where!r}, because it is no {declaration.model.__name__}. Derive "
                "it from that."
            )
        info = each.model_fields.get(field)
        if info is None or len(_texts(info)) != 1:
            raise DeclarationError(
                f"{each.__name__}.{field} does not tell of which type an object is. Declare it as a Literal of one "
                f'text, such as {field}: Literal["{each.__name__.lower()}"] = "{each.__name__.lower()}".'
            )
        if any(isinstance(mark, ReadOnly | WriteOnly) for mark in info.metadata):
            raise DeclarationError(
                f"{each.__name__}.{field} has to be sent and seen, because it tells of which type an object is. Remove "
                "ReadOnly or WriteOnly."
            )
    values = [value(each, field) for each in types]
    if len(set(values)) < len(values):
        raise DeclarationError(f"Two types of {where!r} have the same {field}: {', '.join(values)}. Rename one.")
    _check_alike(declaration)


def value(model: type[Model], field: str) -> str:
    """By which objects of this type are told."""
    (found,) = _texts(model.model_fields[field])
    return found


def _texts(info: FieldInfo) -> list[str]:
    found = get_args(info.annotation) if get_origin(info.annotation) is Literal else ()
    return [each for each in found if isinstance(each, str)] if all(isinstance(each, str) for each in found) else []


def _check_alike(declaration: Declaration) -> None:
    for name, having in _fields(declaration).items():
        (first, info), *others = having.items()
        for other, its in others:
            # A FieldInfo is equal to itself alone; its text has the limits, the marks and the default.
            if name != declaration.told_apart_by and (its.annotation, repr(its)) != (info.annotation, repr(info)):
                raise DeclarationError(
                    f"{first.__name__} and {other.__name__} declare {name} differently, and {declaration.name!r} has "
                    f"one column for it. Declare it in {declaration.model.__name__}, or rename one; StoredAs does not "
                    "help."
                )


def stored_model(declaration: Declaration) -> type[Model]:
    """With the fields of all types."""
    return create_model(
        declaration.model.__name__,
        __base__=Model,
        __module__=declaration.model.__module__,
        **{name: _stored(declaration, name, having) for name, having in _fields(declaration).items()},
    )


def _stored(declaration: Declaration, name: str, having: Mapping[type[Model], FieldInfo]) -> Any:
    """Type and default, as create_model takes them."""
    info = next(iter(having.values()))
    if name == declaration.told_apart_by:
        common = declaration.model.model_fields.get(name)
        told: Any = Literal[tuple(value(each, name) for each in declaration.types)]
        return _marked(told, [*info.metadata, *(common.metadata if common else ())]), ...
    if len(having) == len(declaration.types):
        return Annotated[info.annotation, info]
    limits = [each for each in info.metadata if not isinstance(each, _MARKS)]
    if info.discriminator is not None:
        limits.append(Field(discriminator=info.discriminator))
    limited: Any = Annotated[(info.annotation, *limits)] if limits else info.annotation
    return _marked(limited | None, info.metadata), None


def _marked(annotation: Any, metadata: Sequence[Any]) -> Any:
    """With what says how the whole field is stored and shown."""
    marks = [each for each in metadata if isinstance(each, _MARKS)]
    return Annotated[(annotation, *marks)] if marks else annotation


def _fields(declaration: Declaration) -> Mapping[str, Mapping[type[Model], FieldInfo]]:
    """Of all types, those that are common first, each with the types that have it."""
    names: Iterator[str] = (name for each in (declaration.model, *declaration.types) for name in each.model_fields)
    return {
        name: {each: each.model_fields[name] for each in declaration.types if name in each.model_fields}
        for name in dict.fromkeys(names)
    }
