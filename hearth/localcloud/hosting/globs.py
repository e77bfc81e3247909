r"""Firebase Hosting's glob patterns, translated to regular expressions over a decoded URL path.

The subset is the one its guide shows ("Glob pattern matching"): `*`, `?`, `[...]`, `**` as a whole segment, `{a,b}`,
the extended forms `!(..) @(..) +(..) *(..) ?(..)`, a leading `!` that negates the whole pattern, and `\` before a
character taken literally. Redirects also capture: `:name` within a segment, `:name*` for the rest of the path.

As in the official emulator's matcher (minimatch, dot files off) a wildcard at the start of a segment does not match
a leading dot: `**` misses `/.well-known/x`. Whether production does the same is not documented; the stricter reading
costs one more rule, the other one could hide a 404.

Left out and refused: brace ranges (`{1..9}`), and slashes inside an extended form, which have no defined meaning.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

_MOST_ALTERNATIVES = 256
_LONGEST = 2048
_NO_DOT = r"(?!\.)"
# Any number of whole segments, none of which starts with a dot.
_GLOBSTAR = r"(?:(?!\.)[^/]*(?:/(?!\.)[^/]*)*)"
_EXTENDED = "!@+*?"
_CAPTURE = re.compile(r":([A-Za-z_][A-Za-z0-9_]*)(\*?)")
_END = r"(?=/|\Z)"
_CLASS_SPECIAL = re.compile(r"[\\\[\]^&~|]")


@dataclass(frozen=True)
class Glob:
    """A compiled pattern. Paths are absolute and decoded: `/docs/a b.html`."""

    pattern: re.Pattern[str]
    negated: bool = False

    @property
    def names(self) -> frozenset[str]:
        """What the pattern captures."""
        return frozenset(self.pattern.groupindex)

    def match(self, path: str) -> dict[str, str] | None:
        """The captured parts (without those that took no part), or None where the pattern does not match."""
        found = self.pattern.fullmatch(path)
        if self.negated:
            return {} if found is None else None
        return None if found is None else {name: part for name, part in found.groupdict().items() if part is not None}


@cache
def compile_glob(glob: str, *, captures: bool = False) -> Glob:
    """Translate a pattern; `captures` gives `:name` its meaning. Raises ValueError, saying what is wrong with it."""
    if not glob:
        raise ValueError("a glob can't be empty")
    if len(glob) > _LONGEST:
        raise ValueError(f"the glob has {len(glob)} characters; at most {_LONGEST} are accepted")
    # Also before a parenthesis: at the start of a pattern `!(a)` negates the text `(a)`.
    body = glob.lstrip("!")
    negated = (len(glob) - len(body)) % 2 == 1
    if not body:
        raise ValueError(f"`{glob}` negates nothing; a path pattern must follow the `!`")
    alternatives = _braces(body)
    try:
        pattern = re.compile("|".join(_translate(alternative, captures=captures) for alternative in alternatives))
    except re.error as error:
        raise ValueError(f"`{glob}` can't be used: {error}") from None
    return Glob(pattern, negated)


def _braces(glob: str) -> list[str]:
    """Every pattern that `{a,b}` stands for, the left ones varying slowest; a group with no comma is plain text."""
    expanded = [glob]
    done: list[str] = []
    while expanded:
        pattern = expanded.pop(0)
        group = _brace_group(pattern)
        if group is None:
            done.append(pattern)
        else:
            start, end, options = group
            expanded = [pattern[:start] + option + pattern[end:] for option in options] + expanded
        if len(expanded) + len(done) > _MOST_ALTERNATIVES:
            raise ValueError(f"the braces of `{glob}` stand for more than {_MOST_ALTERNATIVES} patterns")
    return done


def _brace_group(pattern: str) -> tuple[int, int, list[str]] | None:
    """Start, end and options of the first `{..}` that holds a comma of its own."""
    opened: list[tuple[int, list[int]]] = []
    groups: list[tuple[int, int, list[int]]] = []
    at = 0
    while at < len(pattern):
        character = pattern[at]
        if character == "\\":
            at += 1
        elif character == "{":
            opened.append((at, []))
        elif character == "," and opened:
            opened[-1][1].append(at)
        elif character == "}" and opened:
            start, commas = opened.pop()
            if commas:
                groups.append((start, at, commas))
            elif re.fullmatch(r"[^.]+\.\.[^.]+", pattern[start + 1 : at]):
                raise ValueError(f"brace ranges are not supported: `{pattern[start : at + 1]}`; list the values")
        at += 1
    if not groups:
        return None
    start, end, commas = min(groups)
    edges = [start, *commas, end]
    return start, end + 1, [pattern[low + 1 : high] for low, high in pairwise(edges)]


def _translate(pattern: str, *, captures: bool) -> str:
    segments = _segments(pattern)
    out = ""
    for place, segment in enumerate(segments):
        last = place == len(segments) - 1
        rest = _CAPTURE.fullmatch(segment) if captures else None
        if rest and rest[2]:
            # `/blog/:post*` also takes `/blog`: the slash belongs to the capture.
            out = out.removesuffix("/") + f"(?:/(?P<{rest[1]}>.*?))?" + ("" if last else "/")
        elif segment == "**":
            # Between two slashes it may stand for nothing, at the end it needs the slash before it.
            out += _GLOBSTAR if last else f"(?:{_GLOBSTAR}/)?"
        else:
            out += _segment(segment, captures=captures) + ("" if last else "/")
    # `/docs` also matches `/docs/`; one slash at the end of a path says nothing.
    return out if out.endswith("/") else out + "/?"


def _segments(pattern: str) -> list[str]:
    """Split at slashes, of which none may stand inside an extended form or a class."""
    depth = 0
    at = 0
    while at < len(pattern):
        character = pattern[at]
        if character == "\\":
            at += 1
        elif character == "(" and at and pattern[at - 1] in _EXTENDED:
            depth += 1
        elif character == ")" and depth:
            depth -= 1
        elif character == "/" and depth:
            raise ValueError(f"a slash inside (..) is not supported: `{pattern}`; use braces, {{a/b,c}}")
        at += 1
    if depth:
        raise ValueError(f"`{pattern}` has a ( without its )")
    return re.split(r"(?<!\\)/", pattern)


def _segment(segment: str, *, captures: bool) -> str:
    if not segment:
        return ""
    extended = segment[0] in _EXTENDED and segment[1:2] == "("
    part = _part(segment, captures=captures, inside=False)
    if extended and segment[0] != "!" and any(_starts_with_dot(segment)):
        return part
    return f"{_NO_DOT}(?=[^/]){part}" if extended or segment[0] in "*?[" else part


def _starts_with_dot(segment: str) -> Iterator[bool]:
    """Whether each option of the extended form that opens a segment asks for a dot by itself."""
    return (option.startswith(".") for option in _bars(segment[2 : _closing(segment, 1)]))


def _part(text: str, *, captures: bool, inside: bool) -> str:
    """One segment, or what stands between the bars of an extended form (`inside`)."""
    out = ""
    at = 0
    while at < len(text):
        character = text[at]
        capture = _CAPTURE.match(text, at) if captures and character == ":" else None
        if character in _EXTENDED and text[at + 1 : at + 2] == "(":
            end = _closing(text, at + 1)
            out += _extended(text, at, end, captures=captures, inside=inside)
            at = end
        elif character == "\\" and at + 1 < len(text):
            at += 1
            out += re.escape(text[at])
        elif character == "*":
            out += "[^/]*?"
            while text[at + 1 : at + 2] == "*":
                at += 1
        elif character == "?":
            out += "[^/]"
        elif character == "[" and "]" in text[at + 2 :]:
            end = text.index("]", at + 2)
            out += _class(text[at + 1 : end])
            at = end
        elif capture:
            if capture[2]:
                raise ValueError(f"`{capture[0]}` captures the rest of a path, so it must be a segment of its own")
            out += f"(?P<{capture[1]}>[^/]+?)"
            at = capture.end() - 1
        else:
            out += re.escape(character)
        at += 1
    return out


def _extended(text: str, at: int, end: int, *, captures: bool, inside: bool) -> str:
    """`!(a|b)` and the like, from its first character at `at` to its closing parenthesis at `end`."""
    options = [_part(option, captures=captures, inside=True) for option in _bars(text[at + 2 : end])]
    joined = f"(?:{'|'.join(options)})"
    if text[at] != "!":
        return joined + text[at].replace("@", "")
    # What follows within the segment belongs to the negation: `!(a).js` matches `a.js.js`.
    rest = _part(text[end + 1 :], captures=False, inside=inside)
    return rf"(?:(?!{joined}{rest}{_END})[^/]*?)"


def _class(body: str) -> str:
    negation = "^" if body[0] in "!^" else ""
    inner = _CLASS_SPECIAL.sub(r"\\\g<0>", body[1:] if negation else body)
    return f"(?:(?!/)[{negation}{inner}])"


def _closing(text: str, opening: int) -> int:
    depth = 0
    at = opening
    while at < len(text):
        if text[at] == "\\":
            at += 1
        elif text[at] == "(":
            depth += 1
        elif text[at] == ")":
            depth -= 1
            if not depth:
                return at
        at += 1
    raise ValueError(f"`{text}` has a ( without its )")


def _bars(text: str) -> list[str]:
    """The options of an extended form, split at the bars that are its own."""
    options = [""]
    depth = 0
    at = 0
    while at < len(text):
        character = text[at]
        if character == "\\":
            options[-1] += text[at : at + 2]
            at += 2
            continue
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character == "|" and not depth:
            options.append("")
        else:
            options[-1] += character
        at += 1
    return options
