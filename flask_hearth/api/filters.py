"""What a list is asked for: `?country=it&population[gte]=1000000&sort=-population`.

Answered is what an index of the declaration serves, by the same rules as in Python (`flask_hearth.stores.queries`).
The brackets are those of JSON:API's and Stripe's filters. Left out are `!=` and several values of one field, as two
requests say the same; a field whose name is that of another parameter, such as `page`; and fields that are never shown,
which comparisons would tell.
"""

import json
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC
from typing import Any, Final

from flask import request
from pydantic import AwareDatetime, TypeAdapter, ValidationError

from flask_hearth import access, problems
from flask_hearth.api import strict_json
from flask_hearth.api.query import invalid_parameter
from flask_hearth.errors import Problem
from flask_hearth.model.declaration import Declaration
from flask_hearth.stores import queries
from flask_hearth.stores.interface import Operator, Query
from flask_hearth.stores.limits import value_fault

SORT: Final = "sort"

_RANGES: Final[Mapping[str, Operator]] = {"gte": ">=", "gt": ">", "lte": "<=", "lt": "<"}
_TAKEN: Final = frozenset({"page", "per_page", "cursor", "after", "before", SORT})
"""Parameters of lists, in the API and on pages."""

_TIME: Final[TypeAdapter[Any]] = TypeAdapter(AwareDatetime)


def indexes(declaration: Declaration) -> list[tuple[str, ...]]:
    """Those that can be asked by: fields that are compared for equality, and last the order."""
    hidden = _TAKEN | declaration.write_only
    known = [index for index in (("created_at",), *declaration.indexes) if hidden.isdisjoint(index)]
    permissions = declaration.permissions
    owner = permissions.owner_of_lists
    # A list of one's own objects is filtered by their owner, whatever else it is filtered by.
    own = [tuple(field for field in index if field != owner) for index in known if owner in index[:-1]]
    everything = known if len(permissions.rules("read")) > 1 or owner is None else []
    return list(dict.fromkeys([*own, *everything]))


def orders(declaration: Declaration) -> list[str]:
    """The values of `sort`."""
    fields = dict.fromkeys(index[-1] for index in indexes(declaration))
    return [f"{sign}{field}" for field in fields for sign in ("", "-")]


def comparisons(declaration: Declaration) -> dict[str, tuple[str, Operator]]:
    """The filters, each with its field and how that is compared."""
    equal: dict[str, tuple[str, Operator]] = {
        field: (field, "==") for index in indexes(declaration) for field in index[:-1]
    }
    ranges = {
        f"{index[-1]}[{word}]": (index[-1], operator)
        for index in indexes(declaration)
        for word, operator in _RANGES.items()
    }
    return {**equal, **ranges}


def parameters(declaration: Declaration) -> set[str]:
    return {SORT, *comparisons(declaration)}


def combinations(declaration: Declaration) -> str:
    """Which filters and orders go together, in words."""
    return "; ".join(
        f"{''.join(f'{field} and ' for field in index[:-1])}the order or a range of {index[-1]}"
        for index in indexes(declaration)
    )


def read_query(declaration: Declaration) -> Query:
    """What the request's query finds, in which order.

    Raises Problem: 422 for a value that can't be, 400 for what no index serves.
    """
    known = comparisons(declaration)
    asked = [(name, *known[name], text) for name, text in request.args.items() if name in known]
    conditions = access.conditions(declaration)
    conditions += [(field, operator, _value(declaration, name, field, text)) for name, field, operator, text in asked]
    order = request.args.get(SORT)
    if order is not None and order not in orders(declaration):
        raise invalid_parameter(SORT, f"is none of {', '.join(orders(declaration))}")
    try:
        return queries.read(declaration, conditions, order)
    except queries.QueryError as error:
        named = [name for name, *_ in asked] + [SORT] * (order is not None)
        raise Problem(
            problems.UNSERVED_QUERY,
            f"{error} Answered are: {combinations(declaration)}. Without `sort` and a range, the order is created_at.",
            errors=[{"parameter": name, "detail": "is not answered in this combination"} for name in named],
        ) from None


def _value(declaration: Declaration, parameter: str, field: str, text: str) -> Any:
    """A parameter's text as the field's value. Raises Problem (422)."""
    if fault := value_fault(text):
        raise invalid_parameter(parameter, fault)
    try:
        if field in queries.TIMES:
            # A number alone would be taken for seconds since 1970.
            if not re.match(r"\d{4}-", text):
                raise invalid_parameter(parameter, "can't be this: it is no date and time of RFC 3339")
            return _TIME.validate_json(json.dumps(text)).astimezone(UTC)
        return _first_valid(queries.adapter(declaration.stored_model, field), _readings(text))
    except ValidationError as error:
        reason = error.errors(include_url=False, include_context=False, include_input=False)[0]["msg"]
        raise invalid_parameter(parameter, f"can't be this: {reason}") from None
    except OverflowError:
        raise invalid_parameter(parameter, "can't be this: in UTC, the year is none of 1 to 9999") from None


def _readings(text: str) -> list[str]:
    """What the text may stand for, as JSON: nothing for null, as in a form; a number, true or false; or a text."""
    if not text:
        return ["null", '""']
    try:
        value = strict_json.parse(text.encode(), max_tokens=0)
    except (strict_json.SyntaxFaultError, strict_json.ContentFaultError):
        value = text
    texts = [json.dumps(text)]
    return [*texts, json.dumps(value)] if isinstance(value, bool | int | float) else texts


def _first_valid(adapter: TypeAdapter[Any], readings: Sequence[str]) -> Any:
    """Raises ValidationError as the last of them does."""
    for reading in readings[:-1]:
        with suppress(ValidationError):
            return adapter.validate_json(reading, strict=True)
    return adapter.validate_json(readings[-1], strict=True)
