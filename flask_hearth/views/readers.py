"""What clients may do past the service, by Firestore's security rules: read documents of views as by the API, by owners
and claims, and write documents in which they ask for changes.

Only a view with permissions of its own, as opening a database to clients is to be said where the view is. Left out are
rules that the database can't apply as the service does: functions, and signed-in users or anybody, whoever they are.
"""

from collections.abc import Iterable
from typing import Any

from flask_hearth.model.permissions import Claim, Owner, Rule
from flask_hearth.stores.firestore.rules import Readable
from flask_hearth.views.declaration import View


def owner_field(view: View[Any]) -> str | None:
    """The field of the key's object with the id of the user who may read the view; a document has its value."""
    return next((rule.field for rule in _rules(view) if isinstance(rule, Owner)), None)


def readable(views: Iterable[View[Any]]) -> list[Readable]:
    """The documents that clients may read."""
    return [
        Readable(
            collection=view.name,
            owner=None if owner_field(view) is None else "owner",
            claims=tuple((rule.name, rule.value) for rule in _rules(view) if isinstance(rule, Claim)),
        )
        for view in views
        if _rules(view)
    ]


def editable(views: Iterable[View[Any]]) -> list[tuple[str, str]]:
    """Views and operations that clients may ask for by documents."""
    return [(view.name, operation) for view in views if view.client_edits for operation in view.changes]


def _rules(view: View[Any]) -> tuple[Rule, ...]:
    """Those of a view that is open to clients, else none."""
    if view.permissions is None or not view.is_stored:
        return ()
    rules = view.permissions.rules("read")
    # A query of the database is answered with all that its user may read.
    if view.permissions.rules("list") != rules:
        return ()
    owners = {rule.field for rule in rules if isinstance(rule, Owner)}
    return rules if len(owners) < 2 and all(isinstance(rule, Owner | Claim) for rule in rules) else ()
