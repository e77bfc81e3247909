"""Names that people can tell apart: what is to be seen is there, and nothing turns around what is beside it."""

import re
from dataclasses import dataclass
from typing import Any, Final

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

# Unicode Standard Annex 9, embeddings, overrides and isolates: what stands after one is shown in another order.
_TURNING: Final = r"\u202a-\u202e\u2066-\u2069"
# White space, control characters, and what Unicode calls default-ignorable; below U+10000, as JSON Schema's dialects
# have no common way to write what is above.
_UNSEEN: Final = (
    r"\u0000-\u0020\u007f-\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f"
    r"\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8"
)
PATTERN: Final = rf"^[^{_TURNING}]*[^{_UNSEEN}][^{_TURNING}]*$"
# In two parts, as the whole pattern takes the square of a text's length where a turning character stands at its end.
_ONE_THAT_TURNS: Final = re.compile(f"[{_TURNING}]")
_ONE_THAT_IS_SEEN: Final = re.compile(f"[^{_UNSEEN}]")


@dataclass(frozen=True)
class Visible:
    """In the `Annotated` of a text: at least one character can be seen, and none turns the direction of others."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(_check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return handler(schema) | {"pattern": PATTERN}


def _check(text: str) -> str:
    if _ONE_THAT_TURNS.search(text) or not _ONE_THAT_IS_SEEN.search(text):
        raise PydanticCustomError(
            "visible", "has no character that can be seen, or one that turns the direction of others, such as U+202E"
        )
    return text
