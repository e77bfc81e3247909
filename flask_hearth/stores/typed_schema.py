"""A model's JSON Schema that also tells which texts are dates, times, Decimals and the like.

For stores alone: in the API's document they are what clients send. A type that the model writes in a way of its own is
what it is written as.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from pydantic.json_schema import GenerateJsonSchema

TYPE: Final = "x-type"
"""Of a text: a name that JSON Schema doesn't have, so that no `json_schema_extra` of a model's says it."""

Schema = dict[str, Any]


class TypedSchema(GenerateJsonSchema):
    def date_schema(self, schema: Any) -> Schema:
        return super().date_schema(schema) | {TYPE: "date"}

    def time_schema(self, schema: Any) -> Schema:
        return super().time_schema(schema) | {TYPE: "time"}

    def datetime_schema(self, schema: Any) -> Schema:
        local = schema.get("tz_constraint") == "naive"
        return super().datetime_schema(schema) | {TYPE: "local-datetime" if local else "datetime"}

    def timedelta_schema(self, schema: Any) -> Schema:
        return super().timedelta_schema(schema) | {TYPE: "duration"}

    def uuid_schema(self, schema: Any) -> Schema:
        return super().uuid_schema(schema) | {TYPE: "uuid"}

    def decimal_schema(self, schema: Any) -> Schema:
        return super().decimal_schema(schema) | {TYPE: "decimal", "x-digits": _digits(schema)}


def _digits(schema: Mapping[str, Any]) -> tuple[int, int] | None:
    """How many a Decimal may have, and how many of them after the point; None without a bound."""
    places, most = schema.get("decimal_places"), schema.get("max_digits")
    bounds = [schema.get("ge", schema.get("gt")), schema.get("le", schema.get("lt"))]
    if most is None and places is not None and None not in bounds:
        most = max(Decimal(each).adjusted() + 1 for each in bounds) + places
    return None if places is None or most is None else (max(most, places, 1), places)
