"""Which of the engines on this machine works: tried, since a docker without its daemon is found all the same."""

import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from hearth.image import base
from hearth.image.engines import Engine, Sandbox, candidates
from hearth.image.errors import ImageError

_TRIAL = ("python3", "-c", "print('it runs')")
_TRIAL_MEMORY = 256 * 1024 * 1024
_INSTALL = (
    "Install one, then run make image again. Debian and Ubuntu: apt install podman runc. Fedora: dnf install podman. "
    "macOS: Podman Desktop or Docker Desktop. A docker that is installed has to have its daemon running."
)


def choose_engine(
    wanted: str,
    *,
    base_tar: Path | None,
    pull: bool = True,
    which: Callable[[str], str | None] = shutil.which,
    say: Callable[[str], None],
) -> tuple[Engine, str]:
    """The first engine that runs the base in the box of the trial, and the base's name in its store.

    Raises ImageError: with no engine, with none that works, and for a base that no engine can get.
    """
    refusals: list[str] = []
    without_base: list[ImageError] = []
    for engine in candidates(which):
        fault = _answers(engine)
        if fault is None:
            try:
                image = base.load_base(engine, base_tar) if base_tar else base.fetch_base(engine, wanted, pull=pull)
            except ImageError as error:
                # Each engine has a store of its own: another one may have the base.
                without_base.append(error)
                continue
            fault = _runs(engine, image)
            if fault is None:
                return engine, image
        say(f"{engine.name} does not work here: {fault}")
        refusals.append(f"{engine.name}: {fault}")
    if without_base:
        raise without_base[0]
    raise ImageError(refusal(refusals, buildah=bool(which("buildah"))))


def refusal(refusals: Sequence[str], *, buildah: bool) -> str:
    """Why there is no image, in the words of each engine that was tried."""
    if refusals:
        return "\n  ".join(["No engine on this machine can build and run an image:", *refusals]) + f"\n{_INSTALL}"
    alone = (
        "buildah alone can build the image, but not run it with a read-only disk and a limit on memory, as the trial "
        "needs: install podman as well. "
        if buildah
        else "Neither docker nor podman is on PATH, and the image can't be built without one. "
    )
    return alone + _INSTALL


def _answers(engine: Engine) -> str | None:
    """What keeps it from answering at all."""
    return _fault(engine.line("info"), seconds=30)


def _runs(engine: Engine, image: str) -> str | None:
    """What keeps it from running the base as it is to run the service."""
    box = Sandbox(memory=_TRIAL_MEMORY, name=f"hearth-engine-{os.getpid()}")
    return _fault(engine.run(image, _TRIAL, box=box), seconds=60)


def _fault(command: list[str], *, seconds: int) -> str | None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        return f"no answer in {seconds} s"
    except OSError as error:
        return str(error)
    return base.last_line(done.stderr) if done.returncode else None
