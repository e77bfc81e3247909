"""One field of a form: what every page knows of it, however the model declared it (`flask_hearth.pages.fields`)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

from flask_hearth.model.reference import Ref

Kind = Literal["text", "multiline", "number", "decimal", "checkbox", "choice", "reference", "lines", "group", "json"]

LEFT_OUT: Final = object()
"""Stands for no value, so that the model's default applies, or one is missing."""


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field of a form: a control, or a group of fields."""

    path: tuple[str, ...]
    """Its own name, after those of the groups that it is in."""
    label: str
    full_label: str
    """Its own after those of the groups."""
    kind: Kind
    hint: str
    required: bool
    """Whether there is no sense in sending it empty."""
    nullable: bool
    is_text: bool
    """Whether any text is of its type, the empty one included."""
    write_only: bool
    """Whether it is never shown; left empty in a form that edits, it stays."""
    blank: Any
    """What an empty control stands for."""
    input_type: str = "text"
    attributes: tuple[tuple[str, str], ...] = ()
    choices: tuple[Any, ...] = ()
    default: Any = None
    ref: type[Ref[Any]] | None = None
    """Of a reference: to what."""
    parts: tuple["Field", ...] = ()
    """Of a group."""
    item: "Field | None" = None
    """What each of the lines is."""

    @property
    def name(self) -> str:
        return ".".join(self.path)

    @property
    def refers(self) -> type[Ref[Any]] | None:
        """To what the control's ids are references, if they are any."""
        return self.item.ref if self.item else self.ref

    @property
    def pointer(self) -> str:
        """JSON Pointer (RFC 6901). Names in Python have no characters that it would escape."""
        return "".join(f"/{step}" for step in self.path)


def with_parts(some: tuple[Field, ...]) -> Iterator[Field]:
    """Each field, a group before what it is made of."""
    for field in some:
        yield field
        yield from with_parts(field.parts)


def controls(some: tuple[Field, ...]) -> tuple[Field, ...]:
    """Those in which something is entered."""
    return tuple(field for field in with_parts(some) if not field.parts)
