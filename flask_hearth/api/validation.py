"""Fields that a client sent, checked by the model, as the stores keep them."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from flask_hearth import problems
from flask_hearth.api.body import invalid_body
from flask_hearth.api.merge_patch import merge
from flask_hearth.api.strict_json import pointer
from flask_hearth.errors import Problem
from flask_hearth.model.declaration import Declaration, Model
from flask_hearth.stores import limits, values

MAX_FAULTS: Final = 20
"""A body of a megabyte can have a hundred thousand; nobody corrects more than these at a time."""

READ_ONLY: Final = ("id", "created_at", "updated_at")
"""What stands in every answer and is no client's to write, in the order of answers."""

_SET_HERE: Final = "is set by the service: leave it out"

_UNKNOWN: Final = "extra_forbidden"
"""Pydantic's name for a field that the model does not have."""


def validate(
    declaration: Declaration, value: Mapping[str, Any], own: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Every field of the model, defaults filled in, as JSON values. `own` are those that the service sets.

    Raises Problem: 422 with all faults, 413 for more than stores keep.
    """
    model = validate_model(declaration, value, own)
    found, unkept = values.canonical_fields(declaration, model.model_dump(mode="json", round_trip=True))
    if unkept:
        raise invalid_body([(pointer("", name), reason) for name, reason in unkept.items()])
    fields = values.widen(declaration, found)
    if over := limits.fault(declaration, fields):
        raise Problem(problems.OBJECT_TOO_LARGE, f"The {declaration.singular} {over}.")
    return fields


def validate_model(declaration: Declaration, value: Mapping[str, Any], own: Mapping[str, Any] | None = None) -> Model:
    """The same as the model itself, of whatever size. Raises Problem (422).

    By way of JSON text, as Pydantic then knows that a date can't come as anything but a string, and stays strict.
    """
    part = _part(declaration, value)
    taken = [(pointer("", name), _SET_HERE) for name in part.read_only if name in value]
    try:
        model = part.model.model_validate_json(json.dumps({**value, **(own or {})}))
    except ValidationError as error:
        raise _refused(part, value, _faults(error), taken) from None
    if taken:
        raise invalid_body(taken)
    return model


def validate_patch(declaration: Declaration, fields: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """The fields after a JSON Merge Patch, which has none that only the service sets.

    Raises Problem (422) as `validate` does. Also for a misspelt name with null, which by the RFC removes nothing: here
    it would be an error without a trace.
    """
    part, fields = values.narrow(declaration, fields)
    own = {name: fields[name] for name in part.read_only}
    writable = {name: each for name, each in fields.items() if name not in own}
    merged = merge(writable, patch)
    with_strays = merge(writable, patch, keep_strays=True)
    if with_strays != merged:
        _refuse_strays(part, with_strays)
    return validate(declaration, merged, own)


def without_read_only(declaration: Declaration, value: Mapping[str, Any], shown: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that are a client's to write, of a body that may be what it has read (`shown` is the object now).

    What the service sets is taken as it is, so that an object which was read can be sent back (AIP-203, "Output only").
    Raises Problem (422) where it is another: a client that sends one means to change it, and would believe it changed.
    So it does for another type.
    """
    told = declaration.told_apart_by
    if told is not None and told in value and value[told] != shown.get(told):
        reason = f"is {json.dumps(shown.get(told))}, and stays so: make another {declaration.singular} instead"
        raise invalid_body([(pointer("", told), reason)])
    return without_shown(_read_only(declaration.part(shown)), value, shown)


def without_shown(names: Collection[str], value: Mapping[str, Any], shown: Mapping[str, Any]) -> dict[str, Any]:
    """The same, where these are the names of what the service sets."""
    wrong = [name for name in names if name in value and value[name] != shown[name]]
    if wrong:
        raise invalid_body(
            [(pointer("", name), f"{_SET_HERE}, and is {json.dumps(shown[name])} now") for name in wrong]
        )
    return {name: each for name, each in value.items() if name not in names}


def kept_by_put(declaration: Declaration, value: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    """What stays of an object that is replaced: what the service sets, and what the client could not read to send."""
    part, fields = values.narrow(declaration, fields)
    unseen = part.write_only - value.keys()
    return {name: fields[name] for name in part.read_only | unseen}


def needs_stored(declaration: Declaration, value: Mapping[str, Any]) -> bool:
    """Whether a body that replaces an object says what it becomes only together with what is stored."""
    return bool(declaration.write_only - value.keys() or declaration.read_only or declaration.types) or any(
        name in value for name in READ_ONLY
    )


def _read_only(declaration: Declaration) -> tuple[str, ...]:
    return (*READ_ONLY, *sorted(declaration.read_only))


def _part(declaration: Declaration, value: Mapping[str, Any]) -> Declaration:
    """Of the type that a body says. Raises Problem (422) where it says none."""
    part = declaration.part(value)
    if declaration.told_apart_by is not None and part not in declaration.parts.values():
        choices = " or ".join(json.dumps(each) for each in declaration.parts)
        reason = f"tells what else the {declaration.singular} has, so it has to be {choices}"
        raise invalid_body([(pointer("", declaration.told_apart_by), reason)])
    return part


def _refuse_strays(declaration: Declaration, value: Mapping[str, Any]) -> None:
    try:
        declaration.model.model_validate_json(json.dumps(value))
    except ValidationError as error:
        # A null that its field does not take is none of these: the patch puts that field back to its default.
        if strays := [fault for fault in _faults(error) if fault["type"] == _UNKNOWN]:
            raise _refused(declaration, value, strays) from None


def _faults(error: ValidationError) -> list[ErrorDetails]:
    return error.errors(include_url=False, include_context=False, include_input=False)


def _refused(
    declaration: Declaration,
    value: Mapping[str, Any],
    faults: list[ErrorDetails],
    taken: Sequence[tuple[str, str]] = (),
) -> Problem:
    told = [*taken] + [(_pointer(fault["loc"], value), _reason(declaration, fault)) for fault in faults[:MAX_FAULTS]]
    if more := len(taken) + len(faults) - len(told):
        told.append(("", f"has {more} more faults"))
    return invalid_body(told)


def _reason(declaration: Declaration, fault: ErrorDetails) -> str:
    if fault["type"] == _UNKNOWN and len(fault["loc"]) == 1:
        writable = [name for name in declaration.model.model_fields if name not in declaration.read_only]
        return f"is not a field of {declaration.model.__name__}, which has: {', '.join(writable)}"
    return fault["msg"]


def _pointer(location: tuple[str | int, ...], value: Any) -> str:
    """Where in the body; Pydantic's own location also names the branch of a union, which no body contains."""
    at = ""
    for number, step in enumerate(location, start=1):
        if isinstance(value, dict) and (step in value or number == len(location)):
            at, value = pointer(at, step), value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            at, value = pointer(at, step), value[step]
    return at
