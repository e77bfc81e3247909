"""What a view says of how it is changed: functions that write the domain, of the view's objects and of a body.

    def rename_city(city: City, change: CityChange) -> None:
        city.update(name=change.name)

    View(…, update=rename_city)

A parameter that is called as one of the view's function is that very object, or those; the one other is the body. A
function that creates has no objects yet: it gets the `id` that the view will have, and the body. One that deletes has
no body. How they are carried out is `flask_hearth.views.mutations`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, get_type_hints

from flask_hearth.model.declaration import Declaration, DeclarationError, Model
from flask_hearth.model.entity import Entity
from flask_hearth.views.sources import Input

Operation = Literal["create", "update", "delete"]

_SHAPES: Final = {
    "create": "the id of the new view as `id: str`, and a body",
    "update": "objects that the view is made of, named and typed as in its own function, and a body",
    "delete": "objects that the view is made of, named and typed as in its own function, and nothing else",
}


@dataclass(frozen=True, kw_only=True)
class Change:
    """One of them."""

    operation: Operation
    function: Callable[..., object]
    objects: tuple[Input, ...]
    parameter: str = ""
    """The one that is the body."""
    body: Declaration
    """Its model, under the view's name; where it has none, one without fields."""


def read_change(
    operation: Operation,
    function: Callable[..., object],
    *,
    name: str,
    singular: str,
    inputs: Mapping[str, Input],
    hints: Mapping[str, Any],
) -> Change:
    """`inputs` and `hints` are those of the view's own function. Raises DeclarationError."""
    where = f"{name}'s {operation} function {getattr(function, '__name__', function)}"
    given = {each: hint for each, hint in get_type_hints(function).items() if each != "return"}
    known = {each for each in given if each in inputs and operation != "create"}
    rest = {each: hint for each, hint in given.items() if each not in known}
    takes_id = operation == "create" and rest.pop("id", None) is str
    fits = takes_id if operation == "create" else bool(known) and all(given[each] == hints[each] for each in known)
    bodies = 0 if operation == "delete" else 1
    if not fits or len(rest) != bodies or not all(_is_body(each) for each in rest.values()):
        raise DeclarationError(
            f"{where} has {', '.join(given) or 'no parameter with a type'}. It takes {_SHAPES[operation]}. A body is a "
            "subclass of Model, and no Entity."
        )
    objects = tuple(inputs[each] for each in known)
    if others := [each.name for each in objects if not issubclass(each.model, Entity)]:
        raise DeclarationError(f"{where} can't write {', '.join(others)}: derive the model from Entity.")
    parameter, model = next(iter(rest.items()), ("", Model))
    body = Declaration(name=name, singular=singular, model=model, pages=False)
    return Change(operation=operation, function=function, objects=objects, parameter=parameter, body=body)


def _is_body(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, Model) and not issubclass(hint, Entity)
