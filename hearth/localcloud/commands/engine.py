"""The Pulumi CLI, run on stack `local` of a checkout."""

import contextlib
import json
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from typing import Any

from hearth.colors import has_colors
from hearth.localcloud.cloud import Ports
from hearth.localcloud.commands import display, variables
from hearth.localcloud.commands.checkout import STACK, Checkout
from hearth.localcloud.commands.errors import CommandError


class Engine:
    """The CLI that `python -m hearth.pulumi_cli` has found or made."""

    def __init__(self, checkout: Checkout, ports: Ports) -> None:
        """Raises CommandError when there is no CLI."""
        self._root = checkout.root
        self._program = checkout.programs / "pulumi"
        self._environment = variables.environment(checkout, ports)
        if not self._program.exists():
            raise CommandError(f"There is no Pulumi CLI in {checkout.programs}: `make up` brings one.")
        checkout.state.mkdir(parents=True, exist_ok=True)

    def show(self, *arguments: str) -> int:
        """Run an operation whose progress the user sees as it comes; its exit code.

        On a terminal the engine draws it itself, unless it lists differences, which it writes line by line there, too.
        What it writes is passed on as `display` says.
        """
        command = [str(self._program), *arguments, "--stack", STACK, "--suppress-outputs"]
        sys.stdout.flush()
        with _leaving_interrupts_to_the_engine():
            if sys.stdout.isatty() and "--diff" not in arguments:
                return subprocess.run(command, cwd=self._root, env=self._environment, check=False).returncode
            with subprocess.Popen(
                [*command, "--non-interactive", "--suppress-progress", "--color", _color()],
                cwd=self._root,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                text=True,
            ) as process:
                assert process.stdout  # noqa: S101
                for line in display.shown(process.stdout):
                    sys.stdout.write(line)
                    sys.stdout.flush()
            return process.returncode

    def ask(self, *arguments: str) -> str:
        """Run a command to its end and return what it printed. Raises CommandError when it fails."""
        done = self._quietly(*arguments)
        if done.returncode:
            said = (done.stderr.strip() or done.stdout.strip()).removeprefix("error: ")
            raise CommandError(f"`pulumi {' '.join(arguments)}` failed: {said}")
        return done.stdout

    def export(self) -> dict[str, Any] | None:
        """The stack's state as `pulumi stack export` gives it, secrets encrypted; None when there is no such stack."""
        done = self._quietly("stack", "export", "--stack", STACK)
        if done.returncode == 0:
            exported: dict[str, Any] = json.loads(done.stdout)
            return exported
        if "no stack named" in done.stderr:
            return None
        raise CommandError(f"The state of stack {STACK} can't be read: {done.stderr.strip()}")

    def restore(self, exported: Mapping[str, Any]) -> None:
        """Put back a state that `export` gave. Raises CommandError when the engine refuses it."""
        # By a file and not a pipe, on which the CLI waits for a terminal's word.
        with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
            json.dump(exported, file)
            file.flush()
            self.ask("stack", "import", "--file", file.name, "--stack", STACK)

    def _quietly(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self._program, *arguments, "--non-interactive"],
            cwd=self._root,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )


def _color() -> str:
    """For the engine, which does not have our standard output."""
    return "always" if has_colors(sys.stdout) else "never"


@contextlib.contextmanager
def _leaving_interrupts_to_the_engine() -> Iterator[None]:
    """Ctrl-C reaches the engine as well, which then ends in order and gives up its lock; killing it would not."""
    # A handler that does nothing, not SIG_IGN, which the engine would inherit.
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
