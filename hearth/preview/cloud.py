"""A records-only local cloud for one preview."""

import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from hearth.localcloud.cloud import RECORDED, Ports
from hearth.preview import processes
from hearth.preview.errors import PreviewError


@contextmanager
def running(checkout: Path, python: Path, folder: Path, environ: Mapping[str, str]) -> Iterator[Callable[[], Ports]]:
    """A cloud of this checkout's code on the objects in `folder`, which may have none yet. It starts meanwhile.

    Yields what waits until it serves, and returns its ports; that raises PreviewError when it does not start.
    """
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "start.log"
    with (
        log.open("wb") as errors,
        processes.started(
            [python, "-m", "hearth.localcloud.recorded", folder],
            checkout,
            environ,
            # It ends when this pipe does, and so even when this process is killed.
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors.fileno(),
        ) as process,
    ):
        # What it says once it serves. By the pipe alone, a stack with a real project's name is deployed on no other.
        def ports() -> Ports:
            assert process.stdout is not None  # noqa: S101 - it was asked for
            port = process.stdout.readline()
            if not port:
                words = log.read_text(encoding="utf-8", errors="replace").strip()[-2000:]
                raise PreviewError(f"The temporary local cloud did not start:\n{words or '(no output)'}")
            return replace(RECORDED, apis=int(port))

        yield ports
