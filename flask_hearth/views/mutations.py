"""Changes the domain through a view: what a declared function writes is committed as a whole, or not at all.

Knows of requests only who asks (`flask_hearth.identity`), so that a change that comes by another way than REST is
checked alike. Left out is a condition on objects that a function only reads: it saves those that must not have changed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, cast

from pydantic import ValidationError

from flask_hearth import access, errors, storage
from flask_hearth.api.attempts import until_written
from flask_hearth.api.body import invalid_body
from flask_hearth.api.preconditions import Preconditions
from flask_hearth.api.strict_json import pointer
from flask_hearth.api.validation import validate_model, without_shown
from flask_hearth.errors import Problem
from flask_hearth.model.collected import Collected
from flask_hearth.model.declaration import Declaration
from flask_hearth.stores.interface import ExistsError, MissingError, TakenError, TooLargeError, VersionError
from flask_hearth.stores.writes import Check, Create, Replace, Write, key
from flask_hearth.views.changes import Change, Operation
from flask_hearth.views.declaration import View
from flask_hearth.views.inputs import Inputs, Objects, keyed_by, read
from flask_hearth.views.sources import Input, Referring
from flask_hearth.views.touching import fields_of

if TYPE_CHECKING:
    from flask_hearth.model.entity import Entity
    from flask_hearth.stores.interface import Store

_ANY: Final = Preconditions()


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What clients see of a view. `version` is opaque, and its ETag."""

    version: str
    content: Mapping[str, Any]


def perform(
    view: View[Any], operation: Operation, id: str, value: Mapping[str, Any], *, wanted: Preconditions = _ANY
) -> Shown | None:
    """Do what the view's function does with the body `value`; the view after it, None where it was deleted.

    Where others write the same objects, the function is called again, with their new state.

    Raises Problem for what who asks may not do (401, 403) or can mend (409, 412, 413, 422), and 405 where the view has
    no such function; MissingError where there is no such view; ExistsError where `id` is taken; TooManyError; and
    UnavailableError and FullError as stores do.
    """
    change = view.changes.get(operation)
    if change is None:
        raise Problem(405, f"{view.name} have no {operation}.")
    access.check(view.guard(keyed_by(view)), operation)

    def attempt() -> Shown | None:
        if operation == "create":
            return _create(view, change, id, value)
        return _change(view, change, id, value, wanted)

    try:
        return until_written(view.singular, attempt)
    except TakenError as error:
        raise errors.taken(error) from error
    except TooLargeError as error:
        raise errors.too_large(error) from error


def show(view: View[Any], id: str) -> Shown:
    """As it is now. Raises MissingError, TooManyError."""
    return _shown(read(view, Objects(storage.current()), id))


def _create(view: View[Any], change: Change, id: str, value: Mapping[str, Any]) -> Shown:
    declaration = view.guard(keyed_by(view))
    body = validate_model(change.body, value)
    writes = _writes(change, {"id": id, change.parameter: body}, value)
    place = next((number for number, each in enumerate(writes) if _is_of(each, declaration, id)), None)
    made = None if place is None else writes[place]
    if place is None or not isinstance(made, Create):
        raise RuntimeError(f"{change.function!r} has not made {declaration.name}/{id}, of which the new view would be.")
    made = writes[place] = replace(made, fields={**made.fields, **access.own_fields(declaration)})
    access.check_new(declaration, made.fields)
    shown = _after(view, id, writes)
    _commit(writes, id, made)
    return shown


def _change(view: View[Any], change: Change, id: str, value: Mapping[str, Any], wanted: Preconditions) -> Shown | None:
    declaration = view.guard(keyed_by(view))
    objects = Objects(storage.current())
    objects.know_records(view.key.model, [access.load(declaration, id, change.operation)])
    before = read(view, objects, id)
    wanted.check(before.version)
    arguments = {each.name: _entities(each, before, objects) for each in change.objects}
    if change.parameter:
        arguments[change.parameter] = validate_model(change.body, _without_shown(view, change.body, id, before, value))
    writes = _writes(change, arguments, value)
    if wanted.match is not None and not any(_is_of(each, declaration, id) for each in writes):
        # So that of two who have seen the same state, only one changes the view, whatever objects they write.
        its = objects.record(view.key.model, id)
        writes.append(Replace(declaration=keyed_by(view), id=id, fields=its.fields, expected=its.version))
    shown = None if change.operation == "delete" else _after(view, id, writes)
    _commit(writes, id)
    return shown


def _writes(change: Change, arguments: Mapping[str, Any], value: Mapping[str, Any]) -> list[Write]:
    """What the function writes, of which nothing is written yet. Raises Problem (422) for what the domain refuses."""
    collected = Collected(storage.current())
    try:
        with storage.standing_in(cast("Store", collected)):
            change.function(**arguments)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        known = change.body.model.model_fields
        if any(fault["loc"] and fault["loc"][0] not in known for fault in faults):
            # Not of what was sent.
            raise
        raise invalid_body(
            [(pointer("", fault["loc"][0]) if fault["loc"] else "", fault["msg"]) for fault in faults]
        ) from error
    except MissingError as error:
        named = [name for name, each in value.items() if each == str(error)]
        if not named:
            raise RuntimeError(f"{change.function!r} asked for an object that is not there: {error}") from error
        raise invalid_body([(pointer("", name), "is the id of no such object") for name in named]) from error
    return collected.writes


def _after(view: View[Any], id: str, writes: Sequence[Write]) -> Shown:
    """The view once these are committed, made before: after a commit, nothing may fail. Raises Problem (422)."""
    changes = [each for each in writes if not isinstance(each, Check)]
    pending = {(each.declaration.model, each.id): fields_of(each) for each in changes}
    try:
        return _shown(read(view, Objects(storage.current(), pending), id))
    except MissingError as error:
        raise invalid_body([("", f"leaves no {view.singular}: an object that it needs would not be there")]) from error


def _commit(writes: Sequence[Write], id: str, made: Write | None = None) -> None:
    """Raises VersionError where an object is not as it was read, ExistsError for the one that is `made`."""
    if not writes:
        return
    try:
        storage.current().commit(writes)
    except (ExistsError, MissingError) as error:
        if made is not None and error.write is not None and key(error.write) == key(made):
            raise
        raise VersionError(id) from error


def _entities(each: Input, inputs: Inputs, objects: Objects) -> Any:
    model = cast("type[Entity]", each.model)
    found = [model._read(objects.record(model, one)) for one in inputs.found[each]]  # noqa: SLF001
    return found if isinstance(each.source, Referring) else next(iter(found), None)


def _without_shown(
    view: View[Any], body: Declaration, id: str, before: Inputs, value: Mapping[str, Any]
) -> dict[str, Any]:
    """The body's own fields: what else the view shows may be sent back as it was read."""
    names = {"id", *view.output.model_fields} - {*body.model.model_fields}
    if names.isdisjoint(value):
        return dict(value)
    return without_shown(names, value, {"id": id, **before.content()})


def _shown(inputs: Inputs) -> Shown:
    return Shown(version=inputs.version, content=inputs.content())


def _is_of(write: Write, declaration: Declaration, id: str) -> bool:
    return key(write) == (declaration.name, id)
