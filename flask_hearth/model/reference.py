"""References: fields that hold the id of another object, in the store, in JSON and on forms.

Nothing is read on its own, and nothing is enforced: Firestore has no way to keep an object from going while another
comes to refer to it, but by a write to the first for each of the second. So what is referred to may be gone.
"""

from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, TypeVar

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from flask_hearth.model.ids import MAX_LENGTH, PATTERN, is_id

if TYPE_CHECKING:
    from flask_hearth.model.entity import Entity

E = TypeVar("E", bound="Entity")


class Ref(str, Generic[E]):
    """The id of an object of a model: `start: Ref[City]` declares a field, `Ref(rome)` and `Ref[City]("rome")` fill it.

    It is a text, so that `City.get_many(trip.stops)` and `Trip.where(("start", "==", rome.id))` take it as it is. The
    object may be unsaved, or missing. Raises ValueError for what can't be an id.
    """

    __slots__ = ()

    model: ClassVar[type[Any]]

    if not TYPE_CHECKING:  # To a type checker, an ordinary generic class.

        def __class_getitem__(cls, model: Any) -> Any:
            return _of(model) if isinstance(model, type) else super().__class_getitem__(model)

    def __new__(cls, to: E | str) -> Self:
        if isinstance(to, str):
            if not hasattr(cls, "model"):
                raise TypeError(f"It is not known of which model {to!r} is an id. Write Ref[City]({to!r}).")
            if not is_id(to):
                raise ValueError(f"{to!r} can't be an id.")
            return super().__new__(cls, to)
        return str.__new__(cls if hasattr(cls, "model") else _of(type(to)), to.id)

    def get(self) -> E:
        """The object as it is stored now. Raises as the model's own `get` does, MissingError where it is gone."""
        found: E = self.model.get(self)
        return found

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(
            cls._read, core_schema.str_schema(max_length=MAX_LENGTH), serialization=core_schema.to_string_ser_schema()
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        # What the field's author says of it is in what the handler gives.
        return {"pattern": f"^{PATTERN}$", "description": cls.described()} | handler(schema)

    @classmethod
    def described(cls) -> str:
        """What a field says of itself, unless its author wrote more."""
        return f"The id of a {cls.model.__name__}."

    @classmethod
    def _read(cls, text: str) -> Self:
        if not is_id(text):
            raise PydanticCustomError("id", "is not an id: use 1 to 64 letters, digits, `_` and `-`")
        return cls(text)


@cache
def _of(model: type[Any]) -> Any:
    """The class of all references to it."""
    return type(f"Ref[{model.__name__}]", (Ref,), {"model": model, "__module__": Ref.__module__})
