"""Whether a declaration's fields can be what `ReadOnly` and `WriteOnly` say of them."""

from collections.abc import Iterable
from typing import Any

from flask_hearth.model.declaration import Declaration, DeclarationError
from flask_hearth.stores.kinds import Kind, kinds

_MARKS = frozenset({"readOnly", "writeOnly"})


def check(declarations: Iterable[Declaration]) -> None:
    """Raises DeclarationError."""
    for declaration in (part for each in declarations for part in each.parts.values()):
        model = declaration.model
        if both := declaration.read_only & declaration.write_only:
            raise DeclarationError(
                f"{model.__name__}.{', '.join(sorted(both))} is ReadOnly and WriteOnly, so that no client has anything "
                "to do with it. Choose one."
            )
        settable = declaration.read_only - declaration.permissions.owner_fields
        unset = [name for name in settable if model.model_fields[name].is_required()]
        if unset:
            raise DeclarationError(
                f"{model.__name__}.{', '.join(sorted(unset))} is ReadOnly and has no default, so that no client could "
                "make an object. Give it a default."
            )
        for name in declaration.write_only:
            if kinds(declaration)[name][0] in {Kind.JSON, Kind.BOOLEAN}:
                raise DeclarationError(
                    f"{model.__name__}.{name} is WriteOnly and no text or number, so that a form could not tell "
                    "whether it stays as it is. Use a text or a number."
                )
        if declaration.title in declaration.write_only:
            raise DeclarationError(
                f"{model.__name__}.{declaration.title} is WriteOnly, so it can't be the title. Choose another field."
            )
        schema = model.model_json_schema()
        own = schema.pop("properties", {})
        if _marked(schema) or any(_marked(each, own=True) for each in own.values()):
            raise DeclarationError(
                f"{model.__name__} has ReadOnly or WriteOnly within a field, where it would have no effect. Mark the "
                "whole field."
            )


def _marked(part: Any, *, own: bool = False) -> bool:
    """Whether there is a mark in a schema; with `own`, below the top of it."""
    if isinstance(part, list):
        return any(map(_marked, part))
    if not isinstance(part, dict):
        return False
    return (not own and not _MARKS.isdisjoint(part)) or any(map(_marked, part.values()))
