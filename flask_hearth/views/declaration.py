"""What a view says of itself: a function of objects of the domain, each parameter marked with where it comes from.

    def city_guide(
        city: Annotated[City, Key()],
        districts: Annotated[list[District], Referring("city", at_most=50)],
    ) -> CityGuide: ...

    CITY_GUIDES = View(name="city_guides", singular="city_guide", of=city_guide)

There is one view for each object of the model marked `Key`, under the same id. The function gets ids and fields; times
and versions are None, as they change without anything that the view could show. It must depend on nothing else, as
nobody would know when the view changes.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Annotated, Any, Final, Generic, Literal, TypeVar, get_args, get_origin, get_type_hints

from flask_hearth import storage
from flask_hearth.model.declaration import NAME, Declaration, DeclarationError, Model
from flask_hearth.model.permissions import Permissions
from flask_hearth.views import inputs
from flask_hearth.views.changes import Change, Operation, read_change
from flask_hearth.views.sources import Input, Key, Referred, Referring, Source

__all__ = ["Key", "Referred", "Referring", "View"]

Output = TypeVar("Output", bound=Model)

Serve = Literal["computed", "materialized", "both"]

_SHAPES: Final = "Key() gives a model, Referred(…) a model, or a model and None, and Referring(…) a list of a model."


@dataclass(frozen=True, kw_only=True)
class View(Generic[Output]):
    """One view of each object of a model. Raises DeclarationError for a function that says too little."""

    name: str
    """Plural, as in the path `/api/v1/city_guides`."""
    singular: str
    of: Callable[..., Output]
    serve: Serve = "computed"
    """`computed` at each request; `materialized`, read from a document that is refreshed with its objects; or `both`:
    computed for the API, and kept as a document for whoever listens to the database."""
    at_once: int = 20
    """Documents that a write refreshes before it is answered; more of them are refreshed by `flask hearth drain`."""
    permissions: Permissions | None = None
    """Who may read and list it, by the fields of the object that it is of; None stands for that object's own."""
    create: Callable[..., object] | None = None
    """Makes the objects of a new view: of an `id` and a body. Without these three, a view can be read only."""
    update: Callable[..., object] | None = None
    """Writes objects of the view: of those that it names as parameters, and a body."""
    delete: Callable[..., object] | None = None
    """Removes what there is a view of: of objects of the view that it names as parameters."""
    client_edits: bool = False
    """Whether clients may ask for these changes by documents in Firestore (`flask_hearth.views.edits`)."""
    version: int = 1
    """Raise it when the function makes something else of the same objects: ETags change, and documents are made anew.

    A number, and no digest of the source: what the function calls would not be in that, and a comment would.
    """

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise DeclarationError(
                f"{self.name!r} can't name a view: use 2 to 40 characters of a-z, 0-9 and _, beginning with a letter."
            )
        if self.serve not in get_args(Serve) or self.at_once < 1 or not 1 <= self.version <= 2**53:
            raise DeclarationError(
                f"{self.name} has serve={self.serve!r}, at_once={self.at_once} and version={self.version}. The first "
                f"is one of {', '.join(get_args(Serve))}; the others are numbers from 1 on."
            )
        output: Any = self._hints.get("return")
        if not _is_model(output):
            raise DeclarationError(
                f"{self._where} returns {output!r}, of which no document of the API can be made. Annotate it with a "
                "subclass of Model."
            )
        if "id" in output.model_fields:
            raise DeclarationError(f"{output.__name__} declares id, which a view has from its key. Rename the field.")
        if [type(each.source) for each in self.inputs].count(Key) != 1:
            raise DeclarationError(
                f"{self._where} needs one parameter marked with Key(), which says of what there is a view each."
            )
        # Read now, so that a function that can't be called is refused here.
        if not self.changes and self.client_edits:
            raise DeclarationError(
                f"{self.name} has client_edits, and no change that a client could ask for. Declare create, update or "
                "delete, or leave it out."
            )

    def get(self, id: str) -> Output:
        """Made of the objects as they are. Raises MissingError where a needed one isn't there, and TooManyError."""
        return self.of(**inputs.read(self, inputs.Objects(storage.current()), id).arguments())

    @property
    def output(self) -> type[Output]:
        """What the function returns."""
        found: type[Output] = self._hints["return"]
        return found

    @cached_property
    def inputs(self) -> tuple[Input, ...]:
        """In the order of the function's parameters."""
        return tuple(self._input(name, hint) for name, hint in self._hints.items() if name != "return")

    @cached_property
    def changes(self) -> dict[Operation, Change]:
        """How it is changed."""
        functions: dict[Operation, Callable[..., object] | None] = {
            "create": self.create,
            "update": self.update,
            "delete": self.delete,
        }
        return {
            operation: read_change(
                operation,
                function,
                name=self.name,
                singular=self.singular,
                inputs={each.name: each for each in self.inputs},
                hints=get_type_hints(self.of),
            )
            for operation, function in functions.items()
            if function is not None
        }

    def guard(self, keyed_by: Declaration) -> Declaration:
        """The declaration of the objects that the view is of, with the permissions of the view."""
        return keyed_by if self.permissions is None else replace(keyed_by, permissions=self.permissions)

    @property
    def is_stored(self) -> bool:
        """Whether there is a document of each."""
        return self.serve != "computed"

    @property
    def key(self) -> Input:
        return next(each for each in self.inputs if isinstance(each.source, Key))

    @cached_property
    def _hints(self) -> dict[str, Any]:
        return get_type_hints(self.of, include_extras=True)

    @property
    def _where(self) -> str:
        return f"{self.name}'s function {getattr(self.of, '__name__', self.of)}"

    def _input(self, name: str, hint: Any) -> Input:
        marks = [each for each in get_args(hint)[1:] if isinstance(each, Source)]
        if get_origin(hint) is not Annotated or len(marks) != 1:
            raise DeclarationError(
                f"{self._where} doesn't say where {name} comes from: write Annotated[…] around its type, with Key(), "
                "Referring(…) or Referred(…)."
            )
        kind, source = get_args(hint)[0], marks[0]
        optional = isinstance(source, Referred) and type(None) in get_args(kind)
        models = [kind] if _is_model(kind) else [each for each in get_args(kind) if each is not type(None)]
        is_list = get_origin(kind) is list
        fits = is_list is isinstance(source, Referring) and (is_list or optional or _is_model(kind))
        if not fits or len(models) != 1 or not _is_model(models[0]):
            raise DeclarationError(f"{self._where} has {name} of {kind}, which {source} can't give. {_SHAPES}")
        return Input(name=name, model=models[0], source=source, optional=optional)


def _is_model(found: Any) -> bool:
    return isinstance(found, type) and get_origin(found) is None and issubclass(found, Model)
