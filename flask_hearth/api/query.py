"""Queries that an operation doesn't know are refused: a misspelt parameter would else have no effect, unseen."""

from collections.abc import Collection

from flask import request

from flask_hearth import problems
from flask_hearth.errors import Problem


def check(known: Collection[str] = ()) -> None:
    """Raises Problem (422) for a parameter that is unknown or given twice."""
    allowed = f"the parameters are {', '.join(sorted(known))}" if known else "there are no parameters here"
    for name, values in request.args.lists():
        if name not in known:
            raise invalid_parameter(name, f"is unknown; {allowed}")
        if len(values) > 1:
            raise invalid_parameter(name, "is given more than once")


def invalid_parameter(parameter: str, reason: str) -> Problem:
    """422 that names a parameter."""
    return Problem(
        problems.INVALID_QUERY,
        f"The query's {parameter} {reason}.",
        errors=[{"parameter": parameter, "detail": reason}],
    )
