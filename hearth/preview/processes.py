"""Processes that never outlive this one: the engine, its plugins, git, uv, the local cloud."""

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

Command = list[str | Path]
Done = subprocess.CompletedProcess[bytes]


def run(command: Command, cwd: Path, env: Mapping[str, str] | None = None, *, show: bool = False) -> Done:
    """Run a command to its end; with `show`, its output goes to this process's own.

    However this ends, by Ctrl-C too, nothing of the command is left.
    """
    out = None if show else subprocess.PIPE
    with started(command, cwd, env, stdin=subprocess.DEVNULL, stdout=out, stderr=out) as process:
        stdout, stderr = process.communicate()
    return subprocess.CompletedProcess(process.args, process.returncode, stdout or b"", stderr or b"")


@contextmanager
def started(
    command: Command,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    *,
    stdin: int,
    stdout: int | None,
    stderr: int | None,
) -> Iterator[subprocess.Popen[bytes]]:
    """A process that lives at most as long as the context.

    In a session of its own, so that a Ctrl-C of the terminal comes here alone: the engine would answer it by ending
    in order, which a state that is thrown away is not worth waiting for.
    """
    process = subprocess.Popen(
        command, cwd=cwd, env=env, stdin=stdin, stdout=stdout, stderr=stderr, start_new_session=True
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            with suppress(psutil.Error):
                _kill(psutil.Process(process.pid))
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe:
                with suppress(OSError):
                    pipe.close()


def _kill(process: psutil.Process) -> None:
    """Kill it and all below it. By the tree, not by the group: the engine puts each plugin into a group of its own."""
    # Suspended, it can start nothing that would be missed.
    process.suspend()
    for child in process.children():
        with suppress(psutil.Error):
            _kill(child)
    process.kill()
