"""Read a Dockerfile into its stages.

A subset of the Dockerfile reference: the instructions that decide what runs (FROM, ARG, ENV, WORKDIR, COPY, RUN,
USER, CMD, ENTRYPOINT) and those that only describe (EXPOSE, LABEL, HEALTHCHECK, STOPSIGNAL). Others (ADD, VOLUME,
SHELL, ONBUILD, COPY from a here-document) are refused: a build that skipped one would succeed and run something else.
Variables are expanded where Docker expands them. This module reads text and touches no file.
"""

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field

from hearth.localcloud.build.instructions import DockerfileError, Line, expand, instructions

_DESCRIBING = frozenset({"EXPOSE", "LABEL", "HEALTHCHECK", "STOPSIGNAL", "MAINTAINER"})
_UNDERSTOOD = "ARG, FROM, WORKDIR, ENV, COPY, RUN, USER, EXPOSE, CMD, ENTRYPOINT, LABEL, HEALTHCHECK, STOPSIGNAL"


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


def parse(text: str, build_args: Mapping[str, str]) -> list[Stage]:
    """The stages in order. Raises DockerfileError."""
    stages: list[Stage] = []
    defaults: dict[str, str] = {}
    arguments: dict[str, str] = {}
    for line in instructions(text):
        if line.heredoc is not None and line.keyword != "RUN":
            raise line.fault("here-documents are only understood in RUN; COPY a file instead")
        if line.keyword == "ARG":
            for name, default in line.arguments():
                value = build_args.get(name, None if default is None else expand(default, defaults | arguments))
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
            raise line.fault("is before the first FROM")
        _apply(line, stages[-1], arguments)
    if not stages:
        raise DockerfileError("The Dockerfile has no FROM, so it builds nothing.")
    return stages


def _stage(line: Line, defaults: Mapping[str, str], before: list[Stage]) -> Stage:
    _, words = line.options({"platform"})
    parts = expand(words, defaults).split()
    if len(parts) not in {1, 3} or (len(parts) == 3 and parts[1].lower() != "as"):
        raise line.fault("expected `FROM image` or `FROM image AS name`")
    name = parts[2].lower() if len(parts) > 1 else None
    parent = next((stage for stage in reversed(before) if stage.name == parts[0].lower()), None)
    stage = Stage(base=parts[0], name=name)
    if parent is not None:
        stage.base = parent.name or parent.base
        stage.env = dict(parent.env)
        stage.user, stage.entrypoint, stage.command = parent.user, parent.entrypoint, parent.command
    return stage


def _apply(line: Line, stage: Stage, arguments: Mapping[str, str]) -> None:
    variables = {**arguments, **stage.env}
    match line.keyword:
        case "ENV":
            # All values of one ENV see the variables as they were before it (Dockerfile reference, "ENV").
            stage.env |= {name: expand(value, variables) for name, value in line.pairs()}
        case "WORKDIR":
            stage.steps.append(Workdir(expand(line.rest, variables).strip("\"'")))
        case "COPY":
            stage.steps.append(_copy(line, variables))
        case "RUN":
            stage.steps.append(_run(line, variables))
        case "USER":
            stage.user = expand(line.rest, variables)
        case "CMD":
            stage.command = line.command()
        case "ENTRYPOINT":
            stage.entrypoint = line.command()
            stage.command = None
        case keyword if keyword not in _DESCRIBING:
            raise line.fault(f"the local cloud does not understand {keyword}; it understands {_UNDERSTOOD}")


def _copy(line: Line, variables: Mapping[str, str]) -> Copy:
    given, rest = line.options({"from", "chown", "chmod", "link", "parents", "exclude"})
    options = dict(given)
    if unknown := {"parents", "exclude"} & options.keys():
        raise line.fault(f"COPY --{min(unknown)} is not understood; list the files to copy")
    words = [expand(word, variables) for word in line.words(rest)]
    if len(words) < 2:
        raise line.fault("COPY needs a source and a target")
    mode = options.get("chmod")
    if mode is not None and not re.fullmatch(r"0?[0-7]{3}", mode):
        raise line.fault(f"--chmod={mode} is not understood; write an octal mode, such as 755")
    return Copy(
        sources=tuple(words[:-1]),
        target=words[-1],
        stage=expand(options["from"], variables) if options.get("from") else None,
        executable=None if mode is None else bool(int(mode, 8) & 0o111),
        line=line.number,
    )


def _run(line: Line, variables: Mapping[str, str]) -> Run:
    mounts: dict[str, str] = {}
    options, rest = line.options({"mount", "network", "security"})
    for name, value in options:
        mount = dict(part.partition("=")[::2] for part in value.split(","))
        bound = mount.get("target") or mount.get("dst") or mount.get("destination")
        if name == "mount" and mount.get("type") == "bind" and bound and "from" not in mount:
            mounts[expand(bound, variables)] = expand(mount.get("source") or mount.get("src") or "", variables)
    script = rest if line.heredoc is None else line.heredoc
    if rest.startswith("["):
        script = shlex.join(line.words(rest))
    # The shell would expand these at build time; here only file names of installs are read from the script.
    return Run(script=expand(script, variables, keep_unknown=True), mounts=mounts, line=line.number)
