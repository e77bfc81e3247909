"""The Pulumi CLI, run on stack `local` of a checkout."""

import json
import subprocess
import sys
from typing import Any

from localcloud.cloud import Ports
from localcloud.commands import variables
from localcloud.commands.checkout import STACK, Checkout
from localcloud.commands.errors import CommandError


class Engine:
    def __init__(self, checkout: Checkout, ports: Ports) -> None:
        self._root = checkout.root
        self._program = checkout.programs / "pulumi"
        self._environment = variables.environment(checkout, ports)
        checkout.state.mkdir(parents=True, exist_ok=True)

    def show(self, *arguments: str) -> int:
        """Run a command whose output the user sees as it comes; its exit code."""
        command = [str(self._program), *arguments, "--stack", STACK]
        if not sys.stdout.isatty():
            command.append("--non-interactive")
        sys.stdout.flush()
        return subprocess.run(command, cwd=self._root, env=self._environment, check=False).returncode

    def ask(self, *arguments: str) -> str:
        """Run a command to its end and return what it printed. Raises CommandError when it fails."""
        done = self._quietly(*arguments)
        if done.returncode:
            said = (done.stderr.strip() or done.stdout.strip()).removeprefix("error: ")
            raise CommandError(f"`pulumi {' '.join(arguments)}` failed: {said}")
        return done.stdout

    def state(self) -> dict[str, Any] | None:
        """The stack's deployment as `pulumi stack export` gives it; None when there is no such stack."""
        done = self._quietly("stack", "export", "--stack", STACK)
        if done.returncode == 0:
            deployment: dict[str, Any] = json.loads(done.stdout)["deployment"]
            return deployment
        if "no stack named" in done.stderr:
            return None
        raise CommandError(f"The state of stack {STACK} can't be read: {done.stderr.strip()}")

    def outputs(self) -> dict[str, Any]:
        """Stack outputs, secret ones masked."""
        values: dict[str, Any] = json.loads(self.ask("stack", "output", "--json", "--stack", STACK))
        return values

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
