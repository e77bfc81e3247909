"""Read a Dockerfile into its stages.

A subset of the Dockerfile reference: the instructions that decide what runs (FROM, ARG, ENV, WORKDIR, COPY, RUN,
USER, CMD, ENTRYPOINT) and those that only describe (EXPOSE, LABEL, HEALTHCHECK, STOPSIGNAL). Others (ADD, VOLUME,
SHELL, ONBUILD, COPY from a here-document) are refused: a build that skipped one would succeed and run something else.
Variables are expanded where Docker expands them; this module reads text and touches no file.
"""

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

_DESCRIBING = frozenset({"EXPOSE", "LABEL", "HEALTHCHECK", "STOPSIGNAL", "MAINTAINER"})
_UNDERSTOOD = "ARG, FROM, WORKDIR, ENV, COPY, RUN, USER, EXPOSE, CMD, ENTRYPOINT, LABEL, HEALTHCHECK, STOPSIGNAL"
_HEREDOC = re.compile(r"<<-?([\"']?)([A-Za-z_]\w*)\1")
_OPTION = re.compile(r"--(?P<name>[a-z-]+)(?:=(?P<value>\S+))?\s*")
_VARIABLE = re.compile(r"\\(?P<escaped>\$)|\$(?:(?P<plain>\w+)|\{(?P<name>\w+)(?::(?P<sign>[-+])(?P<word>[^}]*))?\})")


class DockerfileError(Exception):
    """The Dockerfile can't be read, or asks for something the local cloud does not do; names the line."""


@dataclass(frozen=True)
class Copy:
    sources: tuple[str, ...]
    target: str
    stage: str | None
    """What `--from` names: a stage, its number, or another image; None for the build context."""
    executable: bool | None
    """What `--chmod` makes of the files; None leaves their modes."""
    line: int


@dataclass(frozen=True)
class Run:
    script: str
    mounts: Mapping[str, str]
    """Files of the context bound to a path for this command alone: path to source."""
    line: int


@dataclass(frozen=True)
class Workdir:
    path: str


@dataclass(kw_only=True)
class Stage:
    """One FROM and what follows it. Environment and commands are those at the stage's end."""

    base: str
    name: str | None
    steps: list[Copy | Run | Workdir] = field(default_factory=list)
    env: dict[str, str] = field(default_factory=dict)
    user: str | None = None
    entrypoint: list[str] | None = None
    command: list[str] | None = None


@dataclass(frozen=True)
class _Line:
    number: int
    keyword: str
    rest: str
    heredoc: str | None


def parse(text: str, build_args: Mapping[str, str]) -> list[Stage]:
    """The stages in order. Raises DockerfileError."""
    stages: list[Stage] = []
    defaults: dict[str, str] = {}
    arguments: dict[str, str] = {}
    for line in _instructions(text):
        if line.heredoc is not None and line.keyword != "RUN":
            raise _fault(line, "here-documents are understood in RUN alone; COPY a file instead")
        if line.keyword == "ARG":
            for name, default in _arguments(line):
                value = build_args.get(name, None if default is None else _expand(default, defaults | arguments))
                if not stages:
                    defaults[name] = value or ""
                elif value is not None or name in defaults:
                    arguments[name] = defaults[name] if value is None else value
            continue
        if line.keyword == "FROM":
            arguments = {}
            stages.append(_stage(line, defaults, stages))
            continue
        if not stages:
            raise _fault(line, "stands before the first FROM")
        _apply(line, stages[-1], arguments)
    if not stages:
        raise DockerfileError("The Dockerfile has no FROM, so it builds nothing.")
    return stages


def _stage(line: _Line, defaults: Mapping[str, str], before: list[Stage]) -> Stage:
    _, words = _options(line, {"platform"})
    parts = _expand(words, defaults).split()
    if len(parts) not in {1, 3} or (len(parts) == 3 and parts[1].lower() != "as"):
        raise _fault(line, "expected `FROM image` or `FROM image AS name`")
    name = parts[2].lower() if len(parts) > 1 else None
    parent = next((stage for stage in reversed(before) if stage.name == parts[0].lower()), None)
    stage = Stage(base=parts[0], name=name)
    if parent is not None:
        stage.base = parent.name or parent.base
        stage.env = dict(parent.env)
        stage.user, stage.entrypoint, stage.command = parent.user, parent.entrypoint, parent.command
    return stage


def _apply(line: _Line, stage: Stage, arguments: Mapping[str, str]) -> None:
    variables = {**arguments, **stage.env}
    match line.keyword:
        case "ENV":
            # All values of one ENV see the variables as they were before it (Dockerfile reference, "ENV").
            stage.env |= {name: _expand(value, variables) for name, value in _pairs(line)}
        case "WORKDIR":
            stage.steps.append(Workdir(_expand(line.rest, variables).strip("\"'")))
        case "COPY":
            stage.steps.append(_copy(line, variables))
        case "RUN":
            stage.steps.append(_run(line, variables))
        case "USER":
            stage.user = _expand(line.rest, variables)
        case "CMD":
            stage.command = _command(line)
        case "ENTRYPOINT":
            stage.entrypoint = _command(line)
            stage.command = None
        case keyword if keyword not in _DESCRIBING:
            raise _fault(line, f"the local cloud does not understand {keyword}; it understands {_UNDERSTOOD}")


def _copy(line: _Line, variables: Mapping[str, str]) -> Copy:
    options, rest = _options(line, {"from", "chown", "chmod", "link", "parents", "exclude"})
    if unknown := {"parents", "exclude"} & options.keys():
        raise _fault(line, f"COPY --{min(unknown)} is not understood; name what to copy")
    words = [_expand(word, variables) for word in _words(line, rest)]
    if len(words) < 2:
        raise _fault(line, "COPY needs a source and a target")
    mode = options.get("chmod")
    if mode is not None and not re.fullmatch(r"0?[0-7]{3}", mode):
        raise _fault(line, f"--chmod={mode} is not understood; write it in octal, such as 755")
    return Copy(
        sources=tuple(words[:-1]),
        target=words[-1],
        stage=_expand(options["from"], variables) if options.get("from") else None,
        executable=None if mode is None else bool(int(mode, 8) & 0o111),
        line=line.number,
    )


def _run(line: _Line, variables: Mapping[str, str]) -> Run:
    mounts: dict[str, str] = {}
    rest = line.rest
    while option := _OPTION.match(rest):
        rest = rest[option.end() :]
        if option["name"] not in {"mount", "network", "security"}:
            raise _fault(line, f"RUN --{option['name']} is not understood")
        settings = dict(part.partition("=")[::2] for part in (option["value"] or "").split(","))
        bound = settings.get("target") or settings.get("dst") or settings.get("destination")
        if option["name"] == "mount" and settings.get("type") == "bind" and bound and "from" not in settings:
            mounts[_expand(bound, variables)] = _expand(settings.get("source") or settings.get("src") or "", variables)
    script = rest if line.heredoc is None else line.heredoc
    if rest.startswith("["):
        script = shlex.join(_words(line, rest))
    # The shell would expand these at build time; here only file names of installs are read from the script.
    return Run(script=_expand(script, variables, keep_unknown=True), mounts=mounts, line=line.number)


def _command(line: _Line) -> list[str]:
    """Exec form as it is; the shell form as Docker runs it."""
    if line.rest.startswith("["):
        return _words(line, line.rest)
    return ["/bin/sh", "-c", line.rest]


def _words(line: _Line, text: str) -> list[str]:
    if not text.lstrip().startswith("["):
        return text.split()
    try:
        words = json.loads(text)
    except ValueError as fault:
        raise _fault(line, f"the exec form is a JSON array with double quotes ({fault})") from None
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise _fault(line, "the exec form is a JSON array of strings")
    return words


def _options(line: _Line, known: set[str]) -> tuple[dict[str, str], str]:
    options: dict[str, str] = {}
    rest = line.rest
    while option := _OPTION.match(rest):
        if option["name"] not in known:
            raise _fault(line, f"{line.keyword} --{option['name']} is not understood")
        options[option["name"]] = option["value"] or ""
        rest = rest[option.end() :]
    return options, rest


def _arguments(line: _Line) -> Iterator[tuple[str, str | None]]:
    for word in _split(line):
        name, equals, default = word.partition("=")
        yield name, default if equals else None


def _pairs(line: _Line) -> Iterator[tuple[str, str]]:
    words = _split(line)
    if "=" not in words[0]:
        # The old form: one variable, and all the rest is its value.
        name, _, value = line.rest.partition(" ")
        yield name, value.strip()
        return
    for word in words:
        name, equals, value = word.partition("=")
        if not equals:
            raise _fault(line, f"{word!r} is not of the form NAME=value")
        yield name, value


def _split(line: _Line) -> list[str]:
    try:
        words = shlex.split(line.rest)
    except ValueError as fault:
        raise _fault(line, str(fault)) from None
    if not words:
        raise _fault(line, f"{line.keyword} needs a value")
    return words


def _expand(text: str, variables: Mapping[str, str], *, keep_unknown: bool = False) -> str:
    def value(found: re.Match[str]) -> str:
        if found["escaped"]:
            return "$"
        name = found["plain"] or found["name"]
        known = variables.get(name)
        if found["sign"] == "-":
            return known or _expand(found["word"], variables)
        if found["sign"] == "+":
            return _expand(found["word"], variables) if known else ""
        if known is None:
            return found[0] if keep_unknown else ""
        return known

    return _VARIABLE.sub(value, text)


def _instructions(text: str) -> Iterator[_Line]:
    lines = iter(enumerate(text.splitlines(), start=1))
    for number, raw in lines:
        if re.match(r"#\s*escape\s*=\s*`", raw):
            raise DockerfileError(f"Dockerfile line {number}: another escape character is not understood.")
        joined = raw.strip()
        if not joined or joined.startswith("#"):
            continue
        while joined.endswith("\\"):
            joined = joined[:-1]
            # Comments and empty lines inside a continued instruction are skipped (Dockerfile reference, "Format").
            following = next((part.strip() for _, part in lines if part.strip() and part.lstrip()[0] != "#"), "")
            joined = f"{joined.rstrip()} {following}"
        keyword, _, rest = joined.partition(" ")
        marker = _HEREDOC.search(rest) if keyword.upper() in {"RUN", "COPY", "ADD"} else None
        body = None
        if marker:
            body = "\n".join(_until(lines, marker[2], number))
            rest = rest[: marker.start()]
        yield _Line(number=number, keyword=keyword.upper(), rest=rest.strip(), heredoc=body)


def _until(lines: Iterator[tuple[int, str]], word: str, number: int) -> Iterator[str]:
    for _, raw in lines:
        if raw.strip() == word:
            return
        yield raw
    raise DockerfileError(f"Dockerfile line {number}: the here-document never ends; expected a line {word!r}.")


def _fault(line: _Line, why: str) -> DockerfileError:
    return DockerfileError(f"Dockerfile line {line.number}, `{line.keyword} {line.rest}`: {why}.")
