"""A copy of the checkout with a local cloud of its own, and the commands that a user would give in it."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import psutil
import requests

from hearth import project
from hearth.localcloud.cloud import Ports
from hearth.localcloud.commands import background, variables
from hearth.localcloud.commands.checkout import Checkout
from hearth.localcloud.commands.ports import VARIABLES
from hearth.testing import stacks
from hearth.tests import example
from hearth.tests.installed import share_packages, with_cli
from hearth.tests.ports import held_ports

CHECKOUT = project.root()
SECONDS = 600.0
"""For whatever is waited for; spent by a failure alone, as on a busy machine all takes longer."""
APP = stacks.configuration(example.stack_file("local"))["app:name"]
"""What the app, and so its Cloud Run service, is called; names of other resources begin with it."""
T = TypeVar("T")

Done = subprocess.CompletedProcess[str]


@dataclass(frozen=True)
class Deployment:
    checkout: Checkout
    ports: Ports
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def root(self) -> Path:
        return self.checkout.root

    @property
    def site(self) -> str:
        return f"http://127.0.0.1:{self.ports.edge}"

    @property
    def service(self) -> str:
        return f"http://127.0.0.1:{self.ports.service}"

    # --- Commands ---

    def start(self, *command: str, **more: str) -> subprocess.Popen[str]:
        """`python -m hearth COMMAND` in a process group of its own, with ports set by hand."""
        by_hand = {VARIABLES[name]: str(port) for name, port in asdict(self.ports).items()}
        process = subprocess.Popen(
            [self.checkout.python, "-m", "hearth", *command],
            cwd=self.root,
            env={**self._clean(), **by_hand, **more},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.started.append(process)
        return process

    def make(self, *command: str, **more: str) -> Done:
        """Run a command to its end; output and errors are in `stdout`."""
        return _finish(self.start(*command, **more))

    def up(self) -> str:
        """`make up` that must succeed; what it printed."""
        done = self.make("up")
        assert done.returncode == 0, done.stdout
        return done.stdout

    def pulumi(self, *arguments: str, env: dict[str, str] | None = None) -> Done:
        """Plain `pulumi` as after `eval "$(make -s env)"`, or in `env`."""
        process = subprocess.Popen(
            [self.checkout.programs / "pulumi", *arguments, "--non-interactive"],
            cwd=self.root,
            env=env or variables.environment(self.checkout, self.ports, self._clean()),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        return _finish(process)

    def changes(self) -> dict[str, dict[str, Any]]:
        """What a preview would change: resources that are not the same, by type, with their detailed diff."""
        done = self.pulumi("preview", "--json", "--diff", "--stack", "local")
        assert done.returncode == 0, done.stdout
        plan = json.loads(done.stdout[done.stdout.index("{") :])
        return {
            _type_of(step["urn"]): {"op": step["op"], **(step.get("detailedDiff") or {})}
            for step in plan["steps"]
            if step["op"] not in {"same", "read"}
        }

    # --- What is there ---

    def state(self) -> dict[str, Any]:
        """The deployment in the stack's state."""
        done = self.pulumi("stack", "export", "--stack", "local")
        assert done.returncode == 0, done.stdout
        deployment: dict[str, Any] = json.loads(done.stdout)["deployment"]
        return deployment

    def saved(self) -> dict[str, Any]:
        """The deployment as the engine saved it last; empty while there is none. For looking on while it works."""
        for file in (self.checkout.state / ".pulumi" / "stacks").glob("*/local.json"):
            with contextlib.suppress(ValueError):
                latest: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))["checkpoint"].get("latest") or {}
                return latest
        return {}

    def resource(self, type_: str) -> dict[str, Any]:
        """The only resource of a type in the stack's state."""
        (found,) = [each for each in self.state()["resources"] if each["type"] == type_]
        assert isinstance(found, dict)
        return found

    def get(self, path: str = "/", base: str | None = None) -> requests.Response:
        return requests.get((base or self.site) + path, timeout=SECONDS)

    def log(self) -> str:
        """The local cloud's own log so far."""
        return (self.checkout.cloud / "logs" / "cloud.log").read_text(encoding="utf-8")

    def cloud(self) -> int | None:
        """The local cloud's process id."""
        return background.holder(self.checkout.cloud)

    def processes(self) -> set[int]:
        """Every process that works in this copy: the cloud, its instances, plugins."""
        found = set()
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if process.status() != psutil.STATUS_ZOMBIE and _is_below(process.cwd(), self.root):
                    found.add(process.pid)
        return found

    def edit(self, path: str, old: str, new: str) -> None:
        file = self.root / path
        text = file.read_text(encoding="utf-8")
        assert old in text, f"{path} does not contain {old!r}"
        file.write_text(text.replace(old, new), encoding="utf-8")

    @contextlib.contextmanager
    def for_now(self, path: str, old: str, new: str) -> Iterator[None]:
        """Edited for as long as the context is open."""
        self.edit(path, old, new)
        yield
        self.edit(path, new, old)

    # --- Ends ---

    def kill(self) -> None:
        """End whatever is left, however the test went."""
        for pid in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for process in self.started:
            if process.returncode is None:
                process.communicate()

    @staticmethod
    def _clean() -> dict[str, str]:
        """The environment of the tests, without what a `make env` may have left in it."""
        ours = {"GOOGLE_OAUTH_ACCESS_TOKEN", *VARIABLES.values()}
        return {
            name: value
            for name, value in with_cli(os.environ).items()
            if name not in ours and not name.startswith("PULUMI_") and not name.endswith("_CUSTOM_ENDPOINT")
        }


@contextlib.contextmanager
def copied(folder: Path) -> Iterator[Deployment]:
    """A copy of the checkout's files, without its history, sharing its environment."""
    shutil.copytree(
        CHECKOUT,
        folder,
        ignore=shutil.ignore_patterns(".git", ".venv", ".local", "__pycache__", "tests", "docs", "bench"),
    )
    example.put_into(folder)
    (folder / ".venv").symlink_to(CHECKOUT / ".venv")
    checkout = Checkout(folder.resolve())
    share_packages(checkout.cloud)
    with held_ports() as ports:
        deployment = Deployment(checkout, ports)
        try:
            yield deployment
        finally:
            deployment.kill()


def eventually(what: Callable[[], T | None]) -> T:
    """The first truthy answer; AssertionError when there is none."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        if found := what():
            return found
        time.sleep(0.02)
    raise AssertionError(f"did not happen within {SECONDS:.0f} s")


def _finish(process: subprocess.Popen[str]) -> Done:
    try:
        out, _ = process.communicate(timeout=SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        out, _ = process.communicate()
        raise AssertionError(f"{process.args!r} took more than {SECONDS:.0f} s:\n{out}") from None
    return subprocess.CompletedProcess(process.args, process.returncode, out, "")


def _type_of(urn: str) -> str:
    return urn.split("::")[2].rpartition("$")[2]


def _is_below(folder: str, root: Path) -> bool:
    return Path(folder).is_relative_to(root)
