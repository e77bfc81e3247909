"""A model's JSON Schema, and in it what it has no words for: Decimals, references, bounds of dates and times.

For forms alone. In the API's document a Decimal is a number or a text, as either is accepted there.
"""

from decimal import Decimal
from typing import Any, Final

from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import to_jsonable_python

from flask_hearth.model.declaration import Model
from flask_hearth.model.reference import Ref

Schema = dict[str, Any]

_BOUNDS: Final = {"ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum"}


def form_schema(model: type[Model]) -> Schema:
    """Bounds of dates and times are texts, as values are. Ours are `maxDigits` of a Decimal, and `ref`, its class."""
    return model.model_json_schema(by_alias=False, schema_generator=_FormSchema)


class _FormSchema(GenerateJsonSchema):
    def field_title_should_be_set(self, schema: Any) -> bool:
        """Only those that the model's author wrote."""
        return False

    def decimal_schema(self, schema: Any) -> dict[str, Any]:
        found = {"type": "string", "format": "decimal"} | _bounds(schema)
        if (places := schema.get("decimal_places")) is not None:
            found["multipleOf"] = f"{Decimal(1).scaleb(-places):f}"
        if digits := schema.get("max_digits"):
            found["maxDigits"] = digits
        return found

    def function_after_schema(self, schema: Any) -> dict[str, Any]:
        found = super().function_after_schema(schema)
        of = getattr(schema["function"]["function"], "__self__", None)
        return found | {"ref": of} if isinstance(of, type) and issubclass(of, Ref) else found

    def date_schema(self, schema: Any) -> dict[str, Any]:
        return super().date_schema(schema) | _bounds(schema)

    def time_schema(self, schema: Any) -> dict[str, Any]:
        return super().time_schema(schema) | _bounds(schema)

    def datetime_schema(self, schema: Any) -> dict[str, Any]:
        return super().datetime_schema(schema) | _bounds(schema)

    def timedelta_schema(self, schema: Any) -> dict[str, Any]:
        return super().timedelta_schema(schema) | _bounds(schema)


def _bounds(schema: Any) -> dict[str, Any]:
    return {word: to_jsonable_python(schema[key]) for key, word in _BOUNDS.items() if key in schema}
