"""The Pulumi engine, working in an exported revision on the throwaway local cloud and nowhere else."""

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hearth.colors import has_colors
from hearth.localcloud.cloud import Ports
from hearth.localcloud.commands import plugin as plugins
from hearth.localcloud.commands import variables
from hearth.localcloud.commands.checkout import Checkout
from hearth.preview import processes, references
from hearth.preview.errors import PreviewError

_LOCKED_GCP = re.compile(rb"^pulumi-gcp==(\S+)", re.MULTILINE)


class Engine:
    """One stack of one exported revision."""

    def __init__(
        self, *, checkout: Path, folder: Path, environment: Path, stack: str, state: Path, ports: Ports
    ) -> None:
        """`checkout` is where this command runs, `folder` holds the revision's files, `environment` its packages.

        Raises PreviewError when the revision can't be worked with.
        """
        self._folder = folder
        self._stack = stack
        copy = Checkout(folder)
        copy.local.mkdir()
        (folder / ".venv").symlink_to(environment, target_is_directory=True)
        (copy.local / "pulumi").symlink_to((checkout / ".local" / "pulumi").resolve(), target_is_directory=True)
        self._program = copy.programs / "pulumi"
        _put_standin(copy)
        plugins.share(Checkout(checkout), copy)
        state.mkdir(parents=True, exist_ok=True)
        self._environment = {
            **variables.environment(copy, ports),
            "PULUMI_BACKEND_URL": f"{state.as_uri()}?metadata=skip",
            # The engine asks git how this checkout is, which around the copies would renew the index.
            "GIT_OPTIONAL_LOCKS": "0",
            # Makes --event-log an option.
            "PULUMI_DEBUG_COMMANDS": "true",
            "HEARTH_RECORDS_ONLY": f"http://127.0.0.1:{ports.apis}",
        }

    def init(self) -> None:
        """Make the stack. Raises PreviewError."""
        self._ask("stack", "init", self._stack)

    def refer(self, outputs: Mapping[str, Mapping[str, Any]]) -> None:
        """Put other stacks beside it, with the outputs that a program reads of them, by full name. Raises PreviewError.

        One that is there already gets these outputs.
        """
        for owner, stack, each in references.stacks(outputs):
            folder, file = references.folder(self._folder / ".local" / "references", owner, stack, each)
            self._ask("stack", "select", "--create", stack, folder=folder)
            self._ask("stack", "import", "--file", str(file), "--stack", stack, folder=folder)

    def up(self) -> processes.Done:
        """Deploy; the caller reads the exit code."""
        return self._run("up", "--yes", "--skip-preview", "--suppress-progress", "--stack", self._stack)

    def unprotect(self) -> frozenset[str]:
        """Lift the protection of every resource in the state, and return the URNs of those that had it.

        The engine ends a preview at the first protected resource that it would have to replace, so that nobody would
        see what else changes. Raises PreviewError.
        """
        exported = self._ask("stack", "export", "--stack", self._stack)
        state = json.loads(exported.stdout)
        resources = [each for each in state["deployment"].get("resources") or [] if each.pop("protect", False)]
        if resources:
            file = self._folder / ".local" / "unprotected.json"
            file.write_text(json.dumps(state), encoding="utf-8")
            self._ask("stack", "import", "--file", str(file), "--stack", self._stack)
        return frozenset(each["urn"] for each in resources)

    def preview(self, events: Path) -> list[dict[str, Any]]:
        """Show the engine's diff and return its events. Raises PreviewError when the revision can't be previewed."""
        sys.stdout.flush()
        done = self._run(
            *("preview", "--diff", "--stack", self._stack, "--event-log", str(events)),
            *("--color", "always" if has_colors(sys.stdout) else "never"),
            show=True,
        )
        if done.returncode:
            raise PreviewError("The engine refuses the head revision; its messages above say why.")
        with events.open(encoding="utf-8") as lines:
            return [json.loads(line) for line in lines]

    def _ask(self, *arguments: str, folder: Path | None = None) -> processes.Done:
        done = self._run(*arguments, folder=folder)
        if done.returncode:
            raise PreviewError(f"`pulumi {' '.join(arguments)}` failed:\n{output_of(done)}")
        return done

    def _run(self, *arguments: str, show: bool = False, folder: Path | None = None) -> processes.Done:
        return processes.run(
            [self._program, *arguments, "--non-interactive"], folder or self._folder, self._environment, show=show
        )


def _put_standin(copy: Checkout) -> None:
    """Where the engine looks for Google's provider, put the revision's own stand-in."""
    locked = _LOCKED_GCP.search((copy.root / "requirements.txt").read_bytes())
    if not locked:
        raise PreviewError(f"requirements.txt of the {copy.root.name} revision locks no pulumi-gcp.")
    plugin = copy.pulumi_home / "plugins" / f"resource-gcp-v{locked[1].decode()}" / "pulumi-resource-gcp"
    plugin.parent.mkdir(parents=True)
    plugin.write_text(plugins.script(copy), encoding="utf-8")
    plugin.chmod(0o755)


def output_of(done: processes.Done) -> str:
    """What a command said."""
    return (done.stderr + done.stdout).decode(errors="replace").strip()
