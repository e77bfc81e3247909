"""JSON as RFC 8259 means it, cut down to what every store and every client can hold (RFC 7493, I-JSON, for the rest).

Python's own parser takes more than JSON (NaN, Infinity), keeps the last of two equal names in silence, and lets lone
surrogates through, which no UTF-8 text can carry. Each of those would come back later as an error of ours.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final

from flask_hearth.stores.limits import value_fault

MAX_DEPTH: Final = 32
"""Objects and arrays within each other. Stores nest less deeply (Firestore: 20), and no model of ours comes near."""

_EXACT: Final = 2**53
"""Below it each whole number has a float of its own (RFC 7493, section 2.2)."""

_MAX_DIGITS: Final = 300
"""Of an int; each number with as many has a float, too."""
_TOO_DEEP: Final = f"nests more than {MAX_DEPTH} deep"
_BOM: Final = b"\xef\xbb\xbf"

_TEXT: Final = re.compile(rb'"(?>[^"\\]+|\\.)*+\\?"?', re.DOTALL)
"""Also one without an end, as looking for it again from each quote within would take the square of the length."""


class SyntaxFaultError(Exception):
    """The text is not JSON, or two readers would read different things out of it."""


class ContentFaultError(Exception):
    """JSON, but with a value that can't be kept; `pointer` (RFC 6901) says which. Only the first one found is told."""

    def __init__(self, pointer: str, reason: str) -> None:
        self.pointer = pointer
        self.reason = reason
        super().__init__(f"{pointer or 'the whole text'} {reason}")


def parse(data: bytes, *, max_tokens: int) -> Any:
    """The value that the bytes say. Whole numbers are int, however written: 1.0 and 1 are one number in JSON.

    Raises SyntaxFaultError and ContentFaultError; the latter for more than `max_tokens` of `,`, `[` and `{`, before
    anything is made of them: a megabyte of `[],` would take twenty.
    """
    if _has_more_tokens(data, max_tokens):
        raise ContentFaultError("", f"has more than {max_tokens:,} values, which nothing that can be kept here has")
    if not data.strip():
        raise SyntaxFaultError("it is empty")
    if data.startswith(_BOM):
        raise SyntaxFaultError("it begins with a byte order mark, which JSON does not allow (RFC 8259, section 8.1)")
    try:
        value = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_object,
            parse_constant=_refused,
            parse_int=_integer,
            parse_float=_number,
        )
    except UnicodeDecodeError as error:
        raise SyntaxFaultError(f"it is not UTF-8 from byte {error.start} on") from None
    except json.JSONDecodeError as error:
        raise SyntaxFaultError(f"{error.msg} at line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise ContentFaultError("", _TOO_DEEP) from None
    _check(value)
    return value


def _has_more_tokens(data: bytes, most: int) -> bool:
    """Whether there are more than that outside of texts. Looks no further than it has to."""
    if _tokens(data, 0, len(data)) <= most:
        return False
    found = at = 0
    for text in _TEXT.finditer(data):
        found += _tokens(data, at, text.start())
        at = text.end()
        if found > most:
            return True
    return found + _tokens(data, at, len(data)) > most


def _tokens(data: bytes, begin: int, end: int) -> int:
    return data.count(b",", begin, end) + data.count(b"[", begin, end) + data.count(b"{", begin, end)


def pointer(parent: str, step: str | int) -> str:
    """A JSON Pointer one step further."""
    return f"{parent}/{str(step).replace('~', '~0').replace('/', '~1')}"


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice, _ = Counter(name for name, _ in pairs).most_common(1)[0]
        raise SyntaxFaultError(f"the name {json.dumps(twice)} occurs twice in one object")
    return found


def _refused(constant: str) -> float:
    raise SyntaxFaultError(f"{constant} is not a JSON value")


def _integer(text: str) -> int | float:
    # `float` takes long texts quickly; infinity is found by `_fault`. A field of ints has bounds within 64 bits.
    return int(text) if len(text) <= _MAX_DIGITS else float(text)


def _number(text: str) -> int | float:
    number = float(text)
    return int(number) if number.is_integer() and abs(number) < _EXACT else number


def _check(value: Any) -> None:
    """Raise ContentFaultError for what no store could keep. Without recursion, as depth is one of the faults.

    Where a value is, is only written down for one at fault: below a long name, a megabyte of zeros would else be
    gigabytes of pointers.
    """
    if fault := _fault(value, 1):
        raise ContentFaultError("", fault)
    steps: list[str | int] = []
    levels = [_members(value)]
    while levels:
        for step, inner in levels[-1]:
            if isinstance(step, str) and (fault := value_fault(step)):
                raise ContentFaultError(_pointer(steps), f"has a name that {fault}")
            if fault := _fault(inner, len(levels) + 1):
                raise ContentFaultError(_pointer([*steps, step]), fault)
            if isinstance(inner, dict | list) and inner:
                steps.append(step)
                levels.append(_members(inner))
                break
        else:
            levels.pop()
            del steps[-1:]


def _members(value: Any) -> Iterator[tuple[str | int, Any]]:
    if isinstance(value, dict):
        return iter(value.items())
    return iter(enumerate(value if isinstance(value, list) else ()))


def _pointer(steps: Sequence[str | int]) -> str:
    at = ""
    for step in steps:
        at = pointer(at, step)
    return at


def _fault(value: Any, depth: int) -> str | None:
    if isinstance(value, dict | list):
        return _TOO_DEEP if depth > MAX_DEPTH else None
    return value_fault(value)
