"""Find in a RUN's shell script what it installs from a lock file, and into where.

Understood: `pip install -r FILE`, `python -m pip install -r FILE`, `uv pip install -r FILE`, `uv pip sync FILE`, and
`python -m venv PATH`, `uv venv PATH`, `virtualenv PATH`. Ways of installing that name no lock file are refused: the
image would lack packages, and one learns so only when it runs.
"""

import itertools
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field

from hearth.localcloud.build.instructions import DockerfileError

# Installers themselves may be installed by name: the environment is made without them.
_INSTALLERS = frozenset({"pip", "uv", "setuptools", "wheel", "pip-tools", "virtualenv"})
_OTHER_MANAGERS = frozenset({"poetry", "pipenv", "pdm", "conda", "mamba"})
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")
# Options of pip and uv that take a value, so that the value is not held for a package.
_WITH_VALUE = frozenset(
    {"-r", "--requirement", "--requirements", "-c", "--constraint", "--constraints", "-i", "--index-url"}
    | {"--extra-index-url", "--find-links", "-f", "--prefix", "--target", "-t", "--python", "-p", "--cache-dir"}
    | {"--root", "--progress-bar", "--timeout", "--retries", "--no-binary", "--only-binary", "--link-mode"}
)


@dataclass(frozen=True)
class Installs:
    locks: list[str] = field(default_factory=list)
    environments: list[str] = field(default_factory=list)
    wheels: list[str] = field(default_factory=list)
    """Folders of packages that no index has (`--find-links`)."""
    hashed: list[str] = field(default_factory=list)
    """Those of the locks that are installed only with hashes (`--require-hashes`)."""
    others: list[str] = field(default_factory=list)
    """Commands that the local cloud leaves out."""


def read(script: str, line: int) -> Installs:
    """Raises DockerfileError for an installation that names no lock file."""
    found = Installs()
    for words in _commands(script):
        # Leading assignments (`FOO=1 pip install`) belong to the command's environment.
        command = list(itertools.dropwhile(_ASSIGNMENT.match, words))
        if command and not _take(command, found, line):
            found.others.append(" ".join(command))
    return found


def _commands(script: str) -> Iterator[list[str]]:
    """The simple commands of a script, as words; control flow and redirections are not understood, only split off."""
    words = shlex.shlex(script.replace("\\\n", " ").replace("\n", " ; "), posix=True, punctuation_chars=";&|()")
    words.whitespace_split = True
    words.commenters = ""
    command: list[str] = []
    try:
        for word in words:
            if set(word) <= set(";&|()"):
                yield command
                command = []
            else:
                command.append(word)
    except ValueError:
        # A quote that is never closed: the shell would stop here as well.
        command.append("...")
    yield command


def _take(words: list[str], found: Installs, line: int) -> bool:
    program = words[0].rsplit("/", 1)[-1]
    rest = words[1:]
    if re.fullmatch(r"python[\d.]*", program) and rest[:1] == ["-m"] and len(rest) > 1:
        program, rest = rest[1], rest[2:]
    if program == "uv" and rest[:1] in (["pip"], ["venv"]):
        program, rest = f"uv {rest[0]}", rest[1:]
    if program in {"venv", "virtualenv", "uv venv"}:
        found.environments.extend(_positional(rest)[:1] or [".venv"])
        return True
    if program in {"pip", "pip3", "uv pip"} and rest[:1] in (["install"], ["sync"]):
        _take_install(rest, found, line)
        return True
    if program in _OTHER_MANAGERS or (program == "uv" and rest[:1] == ["sync"]):
        raise DockerfileError(
            f"Dockerfile line {line}: `{' '.join(words)}` is not understood. Export a lock file with hashes "
            "(`uv export`, `uv pip compile --generate-hashes`) and install it with `pip install -r`."
        )
    return False


def _take_install(rest: list[str], found: Installs, line: int) -> None:
    names = _positional(rest[1:])
    locks = [value for option, value in _valued(rest) if option in {"-r", "--requirement", "--requirements"}]
    found.wheels.extend(value for option, value in _valued(rest) if option in {"-f", "--find-links"})
    found.environments.extend(value for option, value in _valued(rest) if option in {"--prefix", "--target", "-t"})
    if rest[0] == "sync":
        locks, names = locks + names, []
    if unknown := [name for name in names if re.split(r"[<>=!~\[ ]", name)[0].lower() not in _INSTALLERS]:
        if folder := next((name for name in unknown if name.startswith((".", "/"))), None):
            raise DockerfileError(
                f"Dockerfile line {line}: the package in {folder} is installed. The local cloud builds none: list what "
                "it needs in a requirements.txt and install that, and COPY its modules (what lies in src/, if it has "
                "one) into the WORKDIR, where Python finds them."
            )
        raise DockerfileError(
            f"Dockerfile line {line}: {', '.join(unknown)} is installed by name. The local cloud only installs from a "
            "requirements.txt, because only that is reproducible: add it there."
        )
    found.locks.extend(locks)
    found.hashed.extend(locks if "--require-hashes" in rest else [])


def _valued(words: list[str]) -> list[tuple[str, str]]:
    pairs = [(word, words[at + 1]) for at, word in enumerate(words[:-1]) if word in _WITH_VALUE]
    pairs += [("-r", word[2:]) for word in words if word.startswith("-r") and len(word) > len("-r")]
    return pairs + [(name, value) for name, equals, value in (word.partition("=") for word in words) if equals]


def _positional(words: list[str]) -> list[str]:
    return [
        word
        for at, word in enumerate(words)
        if not word.startswith("-") and (at == 0 or words[at - 1] not in _WITH_VALUE)
    ]
