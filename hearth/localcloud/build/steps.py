"""What of a build request the local cloud can do: `docker build`, by Google's docker builder image.

Other builders, entrypoints, scripts and volumes would need containers; they are refused with what is understood.
"""

import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_BUILDERS = frozenset({"gcr.io/cloud-builders/docker", "docker"})
# Which of Docker's builders works makes no difference to what a Dockerfile gives here.
_ENV_WITHOUT_EFFECT = frozenset({"DOCKER_BUILDKIT=0", "DOCKER_BUILDKIT=1"})
_FORM = "`build -f DOCKERFILE -t IMAGE CONTEXT` by gcr.io/cloud-builders/docker"
# They steer Docker's cache and display, which are not here.
_WITHOUT_EFFECT = frozenset(
    {"--pull", "--no-cache", "--quiet", "-q", "--rm", "--force-rm", "--progress", "--cache-from"}
)
_WITH_VALUE = frozenset({"--file", "-f", "--tag", "-t", "--build-arg", "--target", "--progress", "--cache-from"})
_LONG = {"-f": "--file", "-t": "--tag"}


class StepError(Exception):
    """The step is none that the local cloud understands."""


@dataclass(kw_only=True)
class DockerBuild:
    """One `docker build`. Paths are relative to the root of the source."""

    context: str
    dockerfile: str
    tags: list[str] = field(default_factory=list)
    build_args: dict[str, str] = field(default_factory=dict)
    target: str | None = None


def read(step: Mapping[str, Any], at: int) -> DockerBuild:
    """Raises StepError."""
    if extra := set(step) - {"name", "args", "env", "id", "timeout", "status", "timing", "pullTiming"}:
        raise _fault(at, f"it sets {', '.join(sorted(extra))}")
    if unknown := [each for each in step.get("env") or [] if each not in _ENV_WITHOUT_EFFECT]:
        raise _fault(at, f"it sets env {', '.join(unknown)}")
    if step.get("name", "").partition(":")[0] not in _BUILDERS:
        raise _fault(at, f"its builder is {step.get('name')!r}")
    arguments = step.get("args") or []
    if arguments[:1] != ["build"]:
        raise _fault(at, f"its arguments are {arguments!r}")
    return _build(arguments[1:], at)


def _build(arguments: Sequence[str], at: int) -> DockerBuild:
    contexts: list[str] = []
    found = DockerBuild(context="", dockerfile="")
    words = iter(arguments)
    for word in words:
        if not word.startswith("-"):
            contexts.append(word)
            continue
        name, equals, value = word.partition("=")
        name = _LONG.get(name, name)
        if name in _WITH_VALUE and not equals:
            value = next(words, "")
            if not value:
                raise _fault(at, f"{word} has no value")
        _take(name, value, found, at)
    if len(contexts) != 1 or not _is_inside(contexts[0]):
        raise _fault(at, f"its context is {contexts or 'no folder'}, but must be one folder of the source")
    found.context = contexts[0]
    found.dockerfile = found.dockerfile or posixpath.join(contexts[0], "Dockerfile")
    if not _is_inside(found.dockerfile):
        raise _fault(at, f"its Dockerfile {found.dockerfile!r} is outside the source")
    return found


def _take(name: str, value: str, found: DockerBuild, at: int) -> None:
    match name:
        case "--file":
            found.dockerfile = value
        case "--tag":
            found.tags.append(value)
        case "--target":
            found.target = value
        case "--build-arg":
            key, equals, argument = value.partition("=")
            if not equals:
                raise _fault(at, f"--build-arg {value} has no value")
            found.build_args[key] = argument
        case other if other not in _WITHOUT_EFFECT:
            raise _fault(at, f"it uses the option {other}")


def _is_inside(path: str) -> bool:
    return not path.startswith("/") and not posixpath.normpath(path).startswith("..")


def _fault(at: int, why: str) -> StepError:
    return StepError(f"build step {at} is not understood: {why}. The local cloud understands {_FORM}.")
