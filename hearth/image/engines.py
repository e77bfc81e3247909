"""The command lines of docker and podman, which differ where an image is made or run inside another container.

Left out: running them, and buildah, which builds as podman does but runs nothing with a read-only disk and a limit on
memory: where it is alone, the refusal says what to install beside it.
"""

import os
import resource
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy")
"""Variables that a build passes on without the Dockerfile's knowing (Dockerfile reference, "Predefined ARGs")."""

_LIMITS = {"nofile": resource.RLIMIT_NOFILE, "nproc": resource.RLIMIT_NPROC}
_ENOUGH = 4096


@dataclass(frozen=True)
class Engine:
    """A program that builds and runs images, and the options that it needs for it."""

    command: tuple[str, ...]
    building: tuple[str, ...] = ()
    running: tuple[str, ...] = ()
    mounts_in_builds: bool = False
    """Whether a file of this machine can be shown to a build without its becoming part of the image."""
    host_network: bool = False
    """Whether a container has this machine's own ports; else its port is published on loopback."""

    @property
    def name(self) -> str:
        return " ".join(self.command)

    def line(self, *arguments: str | Path) -> list[str]:
        return [*self.command, *map(str, arguments)]

    def build(self, folder: Path, *, dockerfile: str, tag: str, base: str, shown: Mapping[str, Path]) -> list[str]:
        """Build `folder`; `shown` are files of this machine by the path at which only the build sees them."""
        mounts = [f"--volume={file}:{path}:ro" for path, file in shown.items()] if self.mounts_in_builds else []
        # By name alone: the value is taken from the environment, and stays out of the list of processes.
        proxies = [f"--build-arg={name}" for name in PROXIES if os.environ.get(name)]
        options = [*self.building, *mounts, *proxies, f"--build-arg=BASE={base}"]
        return self.line("build", *options, "--tag", tag, "--file", folder / dockerfile, folder)

    def run(self, image: str, command: Sequence[str] = (), *, box: "Sandbox") -> list[str]:
        """Run `image` to its end, its output on this process's, in a box like an instance's of Cloud Run."""
        network = ["--network=host"] if self.host_network else [f"--publish=127.0.0.1:{box.port}:{box.port}"]
        options = [*self.running, *(network if box.port else ["--network=none"]), *box.options()]
        first, rest = command[:1], command[1:]
        entrypoint = [f"--entrypoint={first[0]}"] if first else []
        return self.line("run", *options, *entrypoint, image, *rest)


@dataclass(frozen=True, kw_only=True)
class Sandbox:
    """What an instance is given: as much as Cloud Run gives, and no more ("Container runtime contract")."""

    memory: int
    """Bytes."""
    name: str
    env: Mapping[str, str] = field(default_factory=dict)
    port: int | None = None
    data: Path | None = None
    """A folder of this machine, as /data, in which a database outlives the container."""
    user: str | None = None
    interactive: bool = False

    def options(self) -> list[str]:
        """As docker and podman both understand them."""
        # A root that is read-only shows what writes where: on Cloud Run every write is memory, and goes unseen.
        fixed = ["--rm", "--read-only", "--tmpfs=/tmp:rw,mode=1777", "--cap-drop=ALL"]
        fixed += ["--security-opt=no-new-privileges", f"--memory={self.memory}b", f"--name={self.name}"]
        env = [f"--env={name}={value}" for name, value in sorted(self.env.items())]
        # z: where SELinux guards files, a container may only touch those that were marked for it.
        data = [f"--volume={self.data}:/data:z"] if self.data else []
        user = [f"--user={self.user}"] if self.user else []
        return [*fixed, *env, *data, *user, *(["--interactive"] if self.interactive else [])]


def candidates(which: Callable[[str], str | None], platform: str = sys.platform) -> list[Engine]:
    """Every engine that is installed, the likeliest to work first."""
    found = [Engine(("docker",))] if which("docker") else []
    if which("podman"):
        # podman asks for more files and processes than a container in which it may run itself has to give.
        limits = tuple(f"--ulimit={name}={each}:{each}" for name, each in _limits().items())
        # crun refuses the mixed control groups of some containers, in which runc works.
        runtimes = [(), ("--runtime", "runc")] if which("runc") else [()]
        found += [
            Engine(
                ("podman", *runtime),
                # chroot builds where namespaces can't be nested; Docker's format keeps all that a Dockerfile says.
                building=("--isolation=chroot", "--network=host", "--format=docker", *limits),
                running=limits,
                mounts_in_builds=True,
                # Elsewhere podman is a virtual machine, whose ports are not this machine's.
                host_network=platform == "linux",
            )
            for runtime in runtimes
        ]
    return found


def _limits() -> dict[str, int]:
    """What of each the kernel lets this process hand on."""
    hard = {name: resource.getrlimit(number)[1] for name, number in _LIMITS.items()}
    return {name: _ENOUGH if most == resource.RLIM_INFINITY else min(_ENOUGH, most) for name, most in hard.items()}
