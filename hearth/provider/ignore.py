"""Which files a `.dockerignore` leaves out, by Docker's own rules.

They differ from git's: every pattern is anchored at the context's root, the last match wins, and a file can come
back out of a folder that was left out (Docker, "Dockerfile reference: .dockerignore file"; the translation of a
pattern follows moby/patternmatcher).
"""

import posixpath
import re
from dataclasses import dataclass


@dataclass(frozen=True)
class _Pattern:
    text: str
    lets_in: bool
    """Whether the line began with `!`."""
    regex: re.Pattern[str]

    def matches(self, path: str) -> bool:
        """Whether it matches the path or a folder above it."""
        parts = path.split("/")
        return any(self.regex.fullmatch("/".join(parts[:end])) for end in range(len(parts), 0, -1))

    def may_match_below(self, folder: str) -> bool:
        """Whether something inside the folder could match; may say yes too often, never no."""
        parts = folder.split("/")
        fixed = self.text.split("/")
        for at, part in enumerate(fixed):
            if any(char in part for char in "*?[\\"):
                fixed = fixed[:at]
                break
        shared = min(len(parts), len(fixed))
        return parts[:shared] == fixed[:shared]


class IgnoreRules:
    """The rules of one file's text. Raises ValueError for a pattern that Docker would refuse, too."""

    def __init__(self, text: str) -> None:
        self._patterns = [pattern for line in text.removeprefix("\ufeff").splitlines() for pattern in _parse(line)]

    def excludes(self, path: str) -> bool:
        """Whether a file or folder is left out; `path` is relative to the context, with slashes."""
        out = False
        for pattern in self._patterns:
            if pattern.lets_in == out and pattern.matches(path):
                out = not pattern.lets_in
        return out

    def excludes_folder(self, folder: str) -> bool:
        """Whether nothing in the folder can be let in, so that it need not be walked."""
        skipped = False
        for pattern in self._patterns:
            if not pattern.lets_in:
                # With the folder goes all that is in it, whatever was let in before.
                skipped = skipped or pattern.matches(folder)
            elif pattern.may_match_below(folder):
                skipped = False
        return skipped


def _parse(line: str) -> list[_Pattern]:
    if line.startswith("#"):
        return []
    text = line.strip()
    lets_in = text.startswith("!")
    text = text.removeprefix("!").strip()
    if not text:
        return []
    text = posixpath.normpath(text).lstrip("/")
    try:
        return [_Pattern(text, lets_in, re.compile(_regex(text), re.DOTALL))] if text not in {"", "."} else []
    except re.error as fault:
        raise ValueError(f"{line.strip()!r} is not a valid pattern: {fault}") from None


def _regex(pattern: str) -> str:
    """The pattern as a regular expression; `**` crosses slashes, `*` and `?` do not."""
    out = ""
    at = 0
    while at < len(pattern):
        char = pattern[at]
        at += 1
        if pattern.startswith("**", at - 1):
            at += 1
            at += pattern.startswith("/", at)
            out += ".*" if at == len(pattern) else "(.*/)?"
        elif char == "*":
            out += "[^/]*"
        elif char == "?":
            out += "[^/]"
        elif char == "\\" and at < len(pattern):
            out += re.escape(pattern[at])
            at += 1
        elif char in "[]-^":
            # Go's character classes are regular expressions' own.
            out += char if char != "^" or pattern[at - 2 : at - 1] == "[" else re.escape(char)
        else:
            out += re.escape(char)
    return out
