"""How much one object may be: the strictest store's limits, which hold on all of them.

They are Firestore's (Firestore documentation, "Usage and limits" and "Storage size calculations"): what it takes, the
others take, and a service that moves from one store to another keeps every object. What each field can be is checked
when it is declared (`kinds`); here is what only the values tell.
"""

import math
from collections.abc import Iterator, Mapping
from typing import Any, Final

from flask_hearth.model.declaration import Declaration

MAX_DOCUMENT_BYTES: Final = 1024 * 1024
MAX_INDEX_ENTRIES: Final = 40_000
MAX_INDEX_BYTES: Final = 8 * 1024 * 1024
"""Of all entries of one object together."""
MAX_DEPTH: Final = 20
"""Objects and arrays within each other, the object itself included."""

MAX_ANSWER_BYTES: Final = MAX_DOCUMENT_BYTES - 16 * 1024
"""Of an answer's body that is kept for an Idempotency-Key, beside its headers and what it is kept under."""

_ID_BYTES: Final = 64
"""The longest that an object may have: which it will be is not known yet."""

_DOCUMENT_BYTES: Final = 32
_NAME_BYTES: Final = 16
_NUMBER_BYTES: Final = 8
# created_at and updated_at, as fields beside the object's own.
_TIMES_BYTES: Final = 2 * (len("created_at") + 1 + _NUMBER_BYTES)
_MAX_INDEXED_BYTES: Final = 1500
"""Of a value; what is longer is cut off in the index alone."""


def value_fault(value: Any) -> str | None:
    """Why some store could not keep a text or number; None for what all keep."""
    if isinstance(value, float):
        return None if math.isfinite(value) else "is a number out of range"
    if not isinstance(value, str):
        return None
    if "\x00" in value:
        return "contains U+0000, which databases can't store in text"
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return "contains half of a surrogate pair, which is not a character"
    return None


def scalars(value: Any) -> Iterator[Any]:
    """The texts, numbers and nulls in a value of JSON."""
    match value:
        case Mapping():
            for each in value.values():
                yield from scalars(each)
        case list() | tuple():
            for each in value:
                yield from scalars(each)
        case _:
            yield value


def fault(declaration: Declaration, fields: Mapping[str, Any]) -> str | None:
    """Which limit an object with these fields is over, in words for its sender; None if none."""
    fields = {declaration.stored_names[name]: value for name, value in fields.items()}
    if (depth := _depth(fields)) > MAX_DEPTH:
        return f"nests {depth} deep, and at most {MAX_DEPTH} can be kept"
    if (size := _document_bytes(declaration, fields)) > MAX_DOCUMENT_BYTES:
        return f"takes {size:,} bytes, and at most {MAX_DOCUMENT_BYTES:,} can be kept"
    entries = list(_entries({**fields, "created_at": 0, "updated_at": 0}, 0))
    if len(entries) > MAX_INDEX_ENTRIES:
        return f"has {len(entries):,} values to be indexed, and at most {MAX_INDEX_ENTRIES:,} can be kept"
    size = sum(entries) + len(entries) * (_name_bytes(declaration) + _NAME_BYTES + _DOCUMENT_BYTES)
    if size > MAX_INDEX_BYTES:
        return f"takes {size:,} bytes in indexes, and at most {MAX_INDEX_BYTES:,} can be kept"
    return None


def size(declaration: Declaration, fields: Mapping[str, Any]) -> int:
    """Bytes of an object with these fields, without what is indexed of it."""
    return _document_bytes(declaration, {declaration.stored_names[name]: value for name, value in fields.items()})


def _name_bytes(declaration: Declaration) -> int:
    return _text_bytes(declaration.name) + _ID_BYTES + 1 + _NAME_BYTES


def _document_bytes(declaration: Declaration, fields: Mapping[str, Any]) -> int:
    return _name_bytes(declaration) + _value_bytes(fields) + _TIMES_BYTES + _DOCUMENT_BYTES


def _value_bytes(value: Any) -> int:
    match value:
        case str():
            return _text_bytes(value)
        case bool() | None:
            return 1
        case int() | float():
            return _NUMBER_BYTES
        case Mapping():
            return sum(_text_bytes(name) + _value_bytes(each) for name, each in value.items())
        case _:
            return sum(_value_bytes(each) for each in value)


def _text_bytes(text: str) -> int:
    return len(text.encode()) + 1


def _entries(value: Any, path: int) -> Iterator[int]:
    """The bytes of path and value of each entry in the indexes that Firestore makes by itself.

    Each value is in one index upwards and in one downwards; of an array, each element is in one.
    """
    match value:
        case Mapping():
            for name, each in value.items():
                yield from _entries(each, path + _text_bytes(name))
        case list() | tuple():
            for each in value:
                yield path + min(_value_bytes(each), _MAX_INDEXED_BYTES)
        case _:
            yield from [path + min(_value_bytes(value), _MAX_INDEXED_BYTES)] * 2


def _depth(value: Any) -> int:
    match value:
        case Mapping():
            return 1 + max((_depth(each) for each in value.values()), default=0)
        case list() | tuple():
            return 1 + max((_depth(each) for each in value), default=0)
    return 0
