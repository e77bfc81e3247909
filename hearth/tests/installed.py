"""What is installed in the checkout, for copies of it. To install it in each of them takes longer than to deploy."""

import asyncio
import fcntl
import functools
import os
from collections.abc import Mapping
from pathlib import Path

from hearth import project
from hearth.localcloud.build import environment, folders
from hearth.pulumi_cli import command

ROOT = project.root()
_CLI = ROOT / ".local" / "pulumi" / "bin"
_PACKAGES = ROOT / ".local" / "tests" / "packages"


def with_cli(environ: Mapping[str, str]) -> dict[str, str]:
    """`environ` with the Pulumi CLI on PATH, where a copy finds it as it finds one that its user has installed."""
    _have_cli()
    return {**environ, "PATH": os.pathsep.join([str(_CLI), environ["PATH"]])}


@functools.cache
def _have_cli() -> None:
    """Where `make up` was never run, each copy would build one of its own."""
    command.main([])


def share_packages(cloud: Path) -> None:
    """Give a local cloud that has yet to start the service's packages, as its first build would install them.

    A service that installs others, or from elsewhere, has them installed by that build.
    """
    lock = ROOT / "service" / "requirements.txt"
    if not lock.is_file():
        return
    _PACKAGES.mkdir(parents=True, exist_ok=True)
    with (_PACKAGES / "lock").open("w") as alone:
        fcntl.flock(alone, fcntl.LOCK_EX)
        folders.remove_unfinished(_PACKAGES)
        made = asyncio.run(environment.ensure(_PACKAGES, lock, [], print))
    (cloud / "environments").mkdir(parents=True)
    (cloud / "environments" / made.name).symlink_to(made)
