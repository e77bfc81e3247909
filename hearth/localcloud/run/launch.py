"""From a container of a service or job to a process: which command, where, with which environment.

A process gets the image's environment, the container's, and what Cloud Run sets itself, and nothing of the shell
that the local cloud was started from. Two things differ from a container and can't be hidden: absolute paths of the
image, and of Cloud SQL's sockets, are replaced by where they lie on this machine, and the process runs as the user who
runs the local cloud, which `image_writes` tells of where it matters.
"""

import posixpath
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hearth.localcloud.build.image import Image
from hearth.localcloud.run.image_writes import OwnedByRoot, is_root

DATA_VARIABLE = "HEARTH_DATA_DIR"
"""A folder that outlives whatever runs; on the local cloud alone, as Cloud Run has no such thing. A project's services
and jobs share one, as they would share a database: what a job migrates is what the service reads."""
DATABASE_VARIABLE, NAMELESS, FILE = "DATABASE_URL", "sqlite://", "service.sqlite3"
"""A database's URL that names no file means the file of this name there, as it does to flask_hearth. SQLAlchemy would
take it for a database in memory, of which each process has its own. Other variables are the app's, which may mean it
so."""
IDENTITY_VARIABLE = "HEARTH_IDENTITY_ORIGIN"
"""Where tokens come from that this cloud vouches for, in place of Google."""
FIRESTORE_VARIABLE = "FIRESTORE_EMULATOR_HOST"
# Google's libraries go there in place of Google.
MARK = ("K_REVISION", DATA_VARIABLE)
"""Together they name one revision on one local cloud of this machine."""

_MACHINE_PATH = ("/usr/local/bin", "/usr/bin", "/bin")


@dataclass(frozen=True)
class Launch:
    """All that is fixed about a process; an instance of a service gets a port besides."""

    command: list[str]
    cwd: Path
    env: dict[str, str]
    image: OwnedByRoot | None = None
    """Where it may not write on Cloud Run, if it may not write everywhere."""


class NothingToRunError(Exception):
    """Neither the image nor the container says which command to run, or it needs what there is on Google alone."""


def service_variables(service: str, revision: str) -> dict[str, str]:
    """What Cloud Run sets for an instance of a revision, by short names, PORT excepted."""
    return {"K_SERVICE": service, "K_CONFIGURATION": service, "K_REVISION": revision}


def prepare(
    image: Image,
    environment: Path,
    container: Mapping[str, Any],
    *,
    platform: Mapping[str, str],
    variables: Mapping[str, str],
    data: Path,
    identity: str,
    replace_sockets: Callable[[str], str] = str,
    firestore: str = "",
) -> Launch:
    """`platform` is what Cloud Run itself sets, `variables` the container's env with secrets resolved,
    `identity` the origin of the APIs, `replace_sockets` what finds Cloud SQL's on this machine,
    `firestore` the host of its emulator.

    Raises NothingToRunError.
    """
    # As in Kubernetes: a command replaces entrypoint and arguments, arguments alone replace the image's arguments.
    command = container.get("command") or image.entrypoint
    arguments = container.get("args") or ([] if container.get("command") else image.command)
    words = [replace_sockets(_on_this_machine(word, image, environment)) for word in [*command, *arguments]]
    if not words:
        raise NothingToRunError(
            "The Dockerfile has no CMD or ENTRYPOINT (the local cloud does not know the base image's), and the "
            "container has no command. Write a CMD into the Dockerfile."
        )
    own = {name: _on_this_machine(value, image, environment) for name, value in image.env.items()}
    env = {
        "HOME": str(data),
        "LANG": "C.UTF-8",
        **({FIRESTORE_VARIABLE: firestore} if firestore else {}),
        **own,
        **{name: replace_sockets(_with_file(name, value, data)) for name, value in variables.items()},
        "PATH": _path(image, environment),
        **platform,
        DATA_VARIABLE: str(data),
        IDENTITY_VARIABLE: identity,
    }
    workdir = container.get("workingDir") or image.workdir
    owned = None if is_root(image.user) else OwnedByRoot(image.folder / "root", image.user or "")
    return Launch(words, image.locate(workdir, environment) or image.folder / "root", env, owned)


def _with_file(name: str, value: str, data: Path) -> str:
    if (name, value) != (DATABASE_VARIABLE, NAMELESS):
        return value
    # Only what would be read as something else: before 2.1, SQLAlchemy takes all of a path as it is.
    return f"{NAMELESS}/{data / FILE}".replace("%", "%25").replace("?", "%3F")


def _path(image: Image, environment: Path) -> str:
    """The packages' programs first, then what the image's PATH names and has, then the machine's own."""
    named = [image.locate(part, environment) for part in image.env.get("PATH", "").split(":") if part.startswith("/")]
    parts = [str(environment / "bin"), *(str(part) for part in named if part), *_MACHINE_PATH]
    return ":".join(dict.fromkeys(parts))


def _on_this_machine(text: str, image: Image, environment: Path) -> str:
    """Replace absolute paths that the image has: a whole value, each part of `a:b`, or what follows `--option=`."""
    option, equals, value = text.partition("=") if text.startswith("-") else ("", "", text)
    parts = []
    for part in value.split(":"):
        found = image.locate(part, environment) if posixpath.isabs(part) else None
        parts.append(str(found) if found else part)
    return f"{option}{equals}{':'.join(parts)}"
