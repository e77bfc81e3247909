"""Who may do what: rules for the objects of a collection, or of whatever else has a list and objects.

`Permissions` is what is declared, and `Access` what one user may do by it. Nothing here knows of requests, stores or
statuses. Left out are rules that look at another object, such as a team and its members: a function may do so.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, Literal

from flask_hearth.identity import User


class Basic(Enum):
    """Rules that look at nothing but whether somebody signed in."""

    ANYBODY = "anybody"
    SIGNED_IN = "signed-in users"
    WRITERS = "signed-in users, or anybody where the service checks nobody"


ANYBODY: Final = Basic.ANYBODY
SIGNED_IN: Final = Basic.SIGNED_IN
"""Anonymous sign-ins are none, as anybody can have any number of them."""

WRITERS: Final = Basic.WRITERS
"""With `app:auth: none`, anybody; with `firebase`, SIGNED_IN."""

NOBODY: Final = ()
"""No rule at all, so that only code of the app's own does it."""


@dataclass(frozen=True)
class Claim:
    """Users whose token has the custom claim: it is the value, or a list with it in.

    `Claim("admin")` is `{"admin": true}`, and `Claim("roles", "editor")` is `{"roles": ["editor", …]}`.
    """

    name: str
    value: str | int | bool = True


@dataclass(frozen=True)
class Owner:
    """The user whose id the field holds. The service sets it when the object is made."""

    field: str


Check = Callable[[User | None, Mapping[str, Any]], bool]
"""Gets the user, None for a stranger, and the fields of the object: of a new one those that it would have."""

Rule = Basic | Claim | Owner | Check
Rules = Rule | tuple[Rule, ...]
"""One of several is enough."""

Operation = Literal["list", "read", "create", "update", "delete"]


@dataclass(frozen=True, kw_only=True)
class Permissions:
    """Who may do what. A list has the objects that its reader may read."""

    read: Rules = ANYBODY
    list: Rules | None = None
    """Who may have a list at all; None stands for those who may read."""
    create: Rules = WRITERS
    update: Rules = WRITERS
    delete: Rules = WRITERS

    def rules(self, operation: Operation) -> tuple[Rule, ...]:
        found: Rules = self.read if operation == "list" and self.list is None else getattr(self, operation)
        return found if isinstance(found, tuple) else (found,)

    @property
    def owner_of_lists(self) -> str | None:
        """The field that makes the list of a user's own objects, where that is what users may read."""
        return next((rule.field for rule in self.rules("read") if isinstance(rule, Owner)), None)

    @property
    def owner_fields(self) -> frozenset[str]:
        """Of all operations."""
        operations: tuple[Operation, ...] = ("list", "read", "create", "update", "delete")
        return frozenset(
            rule.field for operation in operations for rule in self.rules(operation) if isinstance(rule, Owner)
        )


def describe(rules: tuple[Rule, ...]) -> str:
    """In words, for the API's document."""
    return " or ".join(map(_described, rules)) or "nobody"


def _described(rule: Rule) -> str:
    match rule:
        case Basic():
            return rule.value
        case Claim(name, True):
            return f"users with the claim `{name}`"
        case Claim(name, value):
            return f"users with {json.dumps(value)} in the claim `{name}`"
        case Owner(field):
            return f"the user whose id is the object's `{field}`"
    return "whom a check of the service's own lets pass"


@dataclass(frozen=True)
class Access:
    """What a user may do; `checked` says whether the service finds out who its users are."""

    user: User | None
    checked: bool

    @property
    def signed_in(self) -> bool:
        return self.user is not None and not self.user.anonymous

    def to_all(self, rules: tuple[Rule, ...]) -> bool:
        """Whether the rules allow it, whatever the object is."""
        return any(self._meets(rule) for rule in rules if isinstance(rule, Basic | Claim))

    def to_some(self, rules: tuple[Rule, ...]) -> bool:
        """Whether there may be an object for which the rules allow it."""
        return self.to_all(rules) or self.own(rules) is not None or any(map(callable, rules))

    def to(self, rules: tuple[Rule, ...], fields: Mapping[str, Any]) -> bool:
        """Whether the rules allow it with this object."""
        owned = [rule for rule in rules if isinstance(rule, Owner)]
        return (
            self.to_all(rules)
            or (self.user is not None and self.signed_in and any(fields[each.field] == self.user.id for each in owned))
            or any(rule(self.user, fields) for rule in rules if callable(rule))
        )

    def own(self, rules: tuple[Rule, ...]) -> str | None:
        """The field that has to hold the user's id, where the rules allow a user's own objects."""
        return next((rule.field for rule in rules if isinstance(rule, Owner) and self.signed_in), None)

    def _meets(self, rule: Basic | Claim) -> bool:
        match rule:
            case Basic.ANYBODY:
                return True
            case Basic.SIGNED_IN:
                return self.signed_in
            case Basic.WRITERS:
                return self.signed_in or not self.checked
            case Claim(name, value):
                found = self.user.claims.get(name) if self.user is not None and self.signed_in else None
                # True is 1 to Python.
                return any(type(each) is type(value) and each == value for each in [found, *_listed(found)])


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
