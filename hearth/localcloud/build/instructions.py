"""Split a Dockerfile into instructions: continuations, comments, here-documents, options, words, variables.

What the instructions mean is `dockerfile`'s business.
"""

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_HEREDOC = re.compile(r"<<-?([\"']?)([A-Za-z_]\w*)\1")
_WITH_HEREDOC = frozenset({"RUN", "COPY", "ADD"})
_OPTION = re.compile(r"--(?P<name>[a-z-]+)(?:=(?P<value>\S+))?\s*")
_VARIABLE = re.compile(r"\\(?P<escaped>\$)|\$(?:(?P<plain>\w+)|\{(?P<name>\w+)(?::(?P<sign>[-+])(?P<word>[^}]*))?\})")
_OTHER_ESCAPE = re.compile(r"#\s*escape\s*=\s*`")


class DockerfileError(Exception):
    """The Dockerfile can't be read, or asks for something the local cloud does not do; names the line."""


@dataclass(frozen=True)
class Line:
    """One instruction, on one line or continued over several. Methods raise DockerfileError."""

    number: int
    keyword: str
    rest: str
    heredoc: str | None

    def fault(self, why: str) -> DockerfileError:
        return DockerfileError(f"Dockerfile line {self.number}, `{self.keyword} {self.rest}`: {why}.")

    def options(self, known: set[str]) -> tuple[list[tuple[str, str]], str]:
        """Leading `--name=value` and what follows them."""
        options = []
        rest = self.rest
        while option := _OPTION.match(rest):
            if option["name"] not in known:
                raise self.fault(f"{self.keyword} --{option['name']} is not understood")
            options.append((option["name"], option["value"] or ""))
            rest = rest[option.end() :]
        return options, rest

    def command(self) -> list[str]:
        """Exec form as it is; the shell form as Docker runs it."""
        return self.words(self.rest) if self.rest.startswith("[") else ["/bin/sh", "-c", self.rest]

    def words(self, text: str) -> list[str]:
        """`text`, a part of the instruction, by spaces or as a JSON array."""
        if not text.lstrip().startswith("["):
            return text.split()
        try:
            words = json.loads(text)
        except (ValueError, RecursionError) as fault:
            raise self.fault(f"the exec form is a JSON array with double quotes ({fault})") from None
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            raise self.fault("the exec form is a JSON array of strings")
        return words

    def arguments(self) -> Iterator[tuple[str, str | None]]:
        """`NAME` or `NAME=default`, as ARG has them."""
        for word in self._shell_words():
            name, equals, default = word.partition("=")
            yield name, default if equals else None

    def pairs(self) -> Iterator[tuple[str, str]]:
        """`NAME=value`, as ENV has them."""
        words = self._shell_words()
        if "=" not in words[0]:
            # The old form: one variable, and all the rest is its value.
            name, _, value = self.rest.partition(" ")
            yield name, value.strip()
            return
        for word in words:
            name, equals, value = word.partition("=")
            if not equals:
                raise self.fault(f"{word!r} is not of the form NAME=value")
            yield name, value

    def _shell_words(self) -> list[str]:
        try:
            words = shlex.split(self.rest)
        except ValueError as fault:
            raise self.fault(str(fault)) from None
        if not words:
            raise self.fault(f"{self.keyword} needs a value")
        return words


def instructions(text: str) -> Iterator[Line]:
    """The instructions in order. Raises DockerfileError."""
    lines = iter(enumerate(text.splitlines(), start=1))
    for number, raw in lines:
        if _OTHER_ESCAPE.match(raw):
            raise DockerfileError(f"Dockerfile line {number}: another escape character is not understood.")
        joined = raw.strip()
        if not joined or joined.startswith("#"):
            continue
        while joined.endswith("\\"):
            # Comments and empty lines inside a continued instruction are skipped (Dockerfile reference, "Format").
            following = next((part.strip() for _, part in lines if part.strip() and part.lstrip()[0] != "#"), "")
            joined = f"{joined[:-1].rstrip()} {following}"
        keyword, _, rest = joined.partition(" ")
        marker = _HEREDOC.search(rest) if keyword.upper() in _WITH_HEREDOC else None
        body = None
        if marker:
            body = "\n".join(_until(lines, marker[2], number))
            rest = rest[: marker.start()]
        yield Line(number, keyword.upper(), rest.strip(), body)


def expand(text: str, variables: Mapping[str, str], *, keep_unknown: bool = False) -> str:
    """`$NAME`, `${NAME}`, `${NAME:-word}` and `${NAME:+word}`; an unknown name is empty, unless it is to be kept."""

    def value(found: re.Match[str]) -> str:
        if found["escaped"]:
            return "$"
        name = found["plain"] or found["name"]
        known = variables.get(name)
        if found["sign"] == "-":
            return known or expand(found["word"], variables)
        if found["sign"] == "+":
            return expand(found["word"], variables) if known else ""
        if known is None:
            return found[0] if keep_unknown else ""
        return known

    return _VARIABLE.sub(value, text)


def _until(lines: Iterator[tuple[int, str]], word: str, number: int) -> Iterator[str]:
    for _, raw in lines:
        if raw.strip() == word:
            return
        yield raw
    raise DockerfileError(f"Dockerfile line {number}: the here-document does not end; expected a line {word!r}.")
