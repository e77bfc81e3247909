"""Whether a declaration's permissions can be kept: each of an object's own is a filter too, or there is no list."""

from collections.abc import Iterable
from typing import Final

from flask_hearth.model.declaration import Declaration, DeclarationError
from flask_hearth.model.permissions import Basic, Claim, Owner
from flask_hearth.stores import queries

MAX_USER_ID: Final = 128
"""Characters (Firebase Admin SDK, "Create a user")."""


def check(declarations: Iterable[Declaration]) -> None:
    """Raises DeclarationError."""
    for declaration in declarations:
        _check_owners(declaration)
        _check_list(declaration)


def _check_owners(declaration: Declaration) -> None:
    for name in sorted(declaration.permissions.owner_fields):
        where = f"{declaration.model.__name__}.{name}"
        if name not in declaration.model.model_fields:
            raise DeclarationError(f"{declaration.name!r} has the permission Owner({name!r}), and no such field.")
        if name not in declaration.read_only or name in declaration.write_only:
            raise DeclarationError(
                f"{where} says who the owner is, and clients could set it. Mark it ReadOnly(): the service sets it."
            )
        schema = queries.adapter(declaration.model, name).json_schema()
        if schema.get("type") != "string" or schema.get("maxLength", 0) < MAX_USER_ID:
            raise DeclarationError(
                f"{where} can't hold every user's id. Declare it as a str with max_length={MAX_USER_ID}."
            )


def _check_list(declaration: Declaration) -> None:
    permissions = declaration.permissions
    listing, read = permissions.rules("list"), permissions.rules("read")
    where = f"The permission to list {declaration.name!r}"
    if permissions.list is not None and not all(isinstance(rule, Basic | Claim) for rule in listing):
        raise DeclarationError(
            f"{where} looks at objects, and a list has many. Give `read` that rule: a list has what its reader may "
            "read."
        )
    if any(callable(rule) for rule in read) and not {*listing} <= {each for each in read if not callable(each)}:
        raise DeclarationError(
            f"{where} can't be kept: `read` has a function, and no database can filter by it. Set `list` to NOBODY, or "
            "to rules without objects that `read` has as well."
        )
    owners = [rule.field for rule in read if isinstance(rule, Owner)]
    if len(owners) > 1:
        raise DeclarationError(f"{where} can't be kept: `read` has several owners, and no index finds them all.")
    served = {(frozenset(index[:-1]), index[-1]) for index in declaration.indexes}
    if owners and listing and (frozenset(owners), "created_at") not in served:
        raise DeclarationError(
            f"{where} can't be kept: users may read their own objects, and no index finds those. Add "
            f"{(owners[0], 'created_at')!r} to the declaration's indexes."
        )
