"""Fields that a client sent, checked by the model, as the stores keep them."""

import json
from collections.abc import Mapping
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from app.api.body import refused
from app.api.strict_json import pointer
from app.model.declaration import Declaration

MAX_FAULTS: Final = 20
"""A body of a megabyte can have a hundred thousand; nobody corrects more than these at a time."""


def validated(of: Declaration, value: Mapping[str, Any]) -> dict[str, Any]:
    """Every field of the model, defaults filled in, as JSON values. Raises Problem (422) with all faults.

    By way of JSON text, as Pydantic then knows that a date can't come as anything but a string, and stays strict.
    """
    try:
        model = of.model.model_validate_json(json.dumps(value))
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
    else:
        fields: dict[str, Any] = model.model_dump(mode="json", round_trip=True)
        return fields
    told = [(_pointer(fault["loc"], value), _reason(of, fault)) for fault in faults[:MAX_FAULTS]]
    if more := len(faults) - len(told):
        told.append(("", f"has {more} more faults"))
    raise refused(told)


def _reason(of: Declaration, fault: ErrorDetails) -> str:
    if fault["type"] == "extra_forbidden" and len(fault["loc"]) == 1:
        return f"is no field of {of.model.__name__}, which has: {', '.join(of.model.model_fields)}"
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
