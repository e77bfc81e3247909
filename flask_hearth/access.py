"""What who asks may do with a declared collection, as its permissions say, and the errors for all else.

A stranger gets 401 in the API, because credentials may help; a user 403; and whoever may not read an object is told
that there is none (404), whether there is one or not.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from flask import current_app, g, request

from flask_hearth import identity, problems, storage
from flask_hearth.errors import Problem, is_api
from flask_hearth.model.permissions import Access, Operation
from flask_hearth.stores.interface import MissingError, Operator, Record

if TYPE_CHECKING:
    from flask_hearth.model.declaration import Declaration

REALM: Final = 'Bearer realm="api"'


def current() -> Access:
    return Access(identity.current(), checked=bool(current_app.config.get(identity.CHECKED, False)))


def check(declaration: "Declaration", operation: Operation) -> None:
    """Before anything is read. Raises Problem (401, 403) where there can be no object for which it is allowed."""
    access, permissions = current(), declaration.permissions
    allowed = access.to_some(permissions.rules(operation))
    match operation:
        case "list":
            read = permissions.rules("read")
            allowed = allowed and (access.to_all(read) or access.own(read) is not None)
        case "create":
            allowed = allowed and (access.signed_in or not permissions.owner_fields)
        case _:
            allowed = allowed and access.to_some(permissions.rules("read"))
    if not allowed:
        raise refusal(access)


def conditions(declaration: "Declaration") -> list[tuple[str, Operator, Any]]:
    """What has to be true of the objects that a list may show to who asks."""
    access, rules = current(), declaration.permissions.rules("read")
    owner = access.own(rules)
    if access.to_all(rules) or owner is None or access.user is None:
        return []
    return [(owner, "==", access.user.id)]


def needs_object(declaration: "Declaration", operation: Operation) -> bool:
    """Whether only the object itself tells if it is allowed."""
    access, permissions = current(), declaration.permissions
    return not (access.to_all(permissions.rules("read")) and access.to_all(permissions.rules(operation)))


def load(declaration: "Declaration", id: str, operation: Operation = "read") -> Record:
    """The object, which who asks may do this with. Raises MissingError, Problem (401, 403)."""
    access, permissions = current(), declaration.permissions
    record: Record | None
    try:
        record = storage.current().get(declaration, id)
    except MissingError:
        record = None
    if record is None or not access.to(permissions.rules("read"), record.fields):
        # A stranger who might read others: the same, whether there is one or not.
        if access.user is None and not access.to_all(permissions.rules("read")):
            raise refusal(access)
        raise MissingError(id)
    if not access.to(permissions.rules(operation), record.fields):
        raise refusal(access)
    return record


def may(declaration: "Declaration", operation: Operation, record: Record | None = None) -> bool:
    """Whether who asks may do it, or where the object is not known, whether there may be one."""
    try:
        check(declaration, operation)
    except Problem:
        return False
    rules = declaration.permissions.rules(operation)
    return record is None or current().to(rules, record.fields)


def own_fields(declaration: "Declaration") -> dict[str, Any]:
    """What the service sets of a new object: whose it is."""
    user = identity.current()
    return {} if user is None else dict.fromkeys(declaration.permissions.owner_fields, user.id)


def check_new(declaration: "Declaration", fields: Mapping[str, Any]) -> None:
    """Raises Problem (401, 403) where such an object may not be made."""
    if not current().to(declaration.permissions.rules("create"), fields):
        raise refusal(current())


def refusal(access: Access) -> Problem:
    """401 for a stranger in the API, 403 for all others."""
    if not access.checked:
        return Problem(
            problems.NOT_PERMITTED,
            "This needs a signed-in user, and this service signs nobody in: it runs with AUTH=none. Run it with "
            "AUTH=firebase.",
        )
    if access.user is None and is_api(request.path):
        return Problem(
            problems.TOKEN_MISSING,
            "This needs a signed-in user: send a Firebase ID token as `Authorization: Bearer TOKEN`.",
            # No error code, as there were no credentials that could be wrong (RFC 6750, section 3.1).
            headers={"WWW-Authenticate": REALM},
        )
    if not access.signed_in:
        return Problem(problems.READING_ONLY, "Only signed-in users may do this; an anonymous sign-in is none.")
    return Problem(problems.NOT_PERMITTED, "You may not do this.")


def settle(declaration: "Declaration", operation: Operation) -> None:
    """Check for this request, which nobody needs to do again. Raises as `check` does."""
    check(declaration, operation)
    g.access_settled = True


def is_settled() -> bool:
    return bool(g.get("access_settled"))
