"""The `filter` of builds.list: comparisons of a few fields, joined by AND, OR and parentheses.

OR binds tighter than AND, as in all of Google's filters (AIP-160). `tags` and `images` hold when one of them equals.
Left out: NOT, `>` and `<` on times, and fields that no build here has.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from hearth.localcloud.errors import ApiError

Matches = Callable[[Mapping[str, Any]], bool]

_TOKEN = re.compile(r'\s*(?:(?P<mark>[()])|(?P<sign>!=|=|:)|"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<word>[^\s()!=:"]+))')
_FIELDS = {"tags": "tags", "status": "status", "images": "images", "id": "id", "build_id": "id", "buildId": "id"}


def parse(text: str) -> Matches:
    """A test for builds. Raises ApiError (400)."""
    tokens = list(_tokens(text))
    if not tokens:
        return lambda _build: True
    matches = _all(tokens, text)
    if tokens:
        raise _fault(text, f"did not expect {tokens[0][1]!r}")
    return matches


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens, at = [], 0
    while text[at:].strip():
        found = _TOKEN.match(text, at)
        if not found:
            raise _fault(text, f"can't read {text[at:].strip()!r}")
        kind = str(found.lastgroup)
        tokens.append((kind, re.sub(r"\\(.)", r"\1", found[kind]) if kind == "quoted" else found[kind]))
        at = found.end()
    return tokens


def _all(tokens: list[tuple[str, str]], text: str) -> Matches:
    parts = [_any(tokens, text)]
    while tokens and tokens[0] != ("mark", ")"):
        if tokens[0] == ("word", "AND"):
            tokens.pop(0)
        parts.append(_any(tokens, text))
    return lambda build: all(part(build) for part in parts)


def _any(tokens: list[tuple[str, str]], text: str) -> Matches:
    parts = [_one(tokens, text)]
    while tokens and tokens[0] == ("word", "OR"):
        tokens.pop(0)
        parts.append(_one(tokens, text))
    return lambda build: any(part(build) for part in parts)


def _one(tokens: list[tuple[str, str]], text: str) -> Matches:
    if tokens and tokens[0] == ("mark", "("):
        tokens.pop(0)
        inner = _all(tokens, text)
        if not tokens or tokens.pop(0) != ("mark", ")"):
            raise _fault(text, "a parenthesis is not closed")
        return inner
    taken = [tokens.pop(0) for _ in range(min(3, len(tokens)))]
    kinds = [kind for kind, _ in taken]
    if kinds not in (["word", "sign", "word"], ["word", "sign", "quoted"]):
        raise _fault(text, f"expected FIELD=VALUE, got {' '.join(value for _, value in taken)!r}")
    (_, name), (_, sign), (_, value) = taken
    if name not in _FIELDS:
        raise _fault(text, f"{name!r} is not a field by which builds can be filtered; these are {', '.join(_FIELDS)}")
    field = _FIELDS[name]

    def holds(build: Mapping[str, Any]) -> bool:
        found = build.get(field, [])
        equal = value in found if isinstance(found, list) else value == found
        return equal != (sign == "!=")

    return holds


def _fault(text: str, why: str) -> ApiError:
    return ApiError(400, f"invalid list builds filter {text!r}: {why}")
