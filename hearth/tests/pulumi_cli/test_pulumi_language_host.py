"""Our Python language host, as the engine talks to it: over gRPC, with its own standard input as the lifeline."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import grpc
import psutil
import pytest
from google.protobuf import empty_pb2, struct_pb2
from pulumi import RunError
from pulumi.runtime.proto import language_pb2, language_pb2_grpc

from hearth.pulumi_cli import language_host

_SECONDS = 120.0
"""Spent by a failure alone: on a busy machine all takes longer."""


class Host:
    """A language host in a process of its own."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-P", language_host.__file__, "127.0.0.1:1"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        assert self.process.stdout
        self.channel = grpc.insecure_channel(f"127.0.0.1:{int(self.process.stdout.readline())}")
        self.stub = language_pb2_grpc.LanguageRuntimeStub(self.channel)

    def close(self) -> None:
        self.channel.close()
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.communicate()


@pytest.fixture
def host() -> Iterator[Host]:
    started = Host()
    try:
        yield started
    finally:
        started.close()


@pytest.fixture
def plugin(tmp_path: Path) -> Path:
    folder = tmp_path / "plugin"
    folder.mkdir()
    return folder


def request(folder: Path, *arguments: str, **options: str) -> language_pb2.RunPluginRequest:
    info = language_pb2.ProgramInfo(root_directory=str(folder), program_directory=str(folder), entry_point=".")
    info.options.CopyFrom(struct_pb2.Struct())
    info.options.update(options)
    return language_pb2.RunPluginRequest(
        pwd=str(folder.parent),
        args=arguments,
        env=["PATH=/usr/bin:/bin", "GIVEN=a=b"],
        kind="resource",
        info=info,
    )


def run(host: Host, message: language_pb2.RunPluginRequest) -> tuple[str, str, int | None]:
    """What a plugin wrote to stdout and stderr, and its exit code."""
    out, err, code = b"", b"", None
    for piece in host.stub.RunPlugin(message, timeout=_SECONDS):
        match piece.WhichOneof("output"):
            case "stdout":
                out += piece.stdout
            case "stderr":
                err += piece.stderr
            case _:
                code = piece.exitcode
    return out.decode(), err.decode(), code


def is_gone(pid: int) -> bool:
    """Wait until a process has ended, as a zombie or for good."""
    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline:
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.02)
    return False


def test_the_host_tells_its_version_and_the_plugins_that_programs_need(host: Host) -> None:
    info = host.stub.GetPluginInfo(empty_pb2.Empty(), timeout=_SECONDS)
    packages = host.stub.GetRequiredPackages(language_pb2.GetRequiredPackagesRequest(), timeout=_SECONDS).packages

    assert info.version == version("pulumi")
    assert [(package.name, package.version) for package in packages] == [("gcp", f"v{version('pulumi-gcp')}")]


def test_what_was_imported_is_shown_as_comments_since_no_python_is_generated(host: Host) -> None:
    pcl = 'resource site "hearth:hosting:SiteRelease" {\n\n    channel = "live"\n}\n'
    answer = host.stub.GenerateProgram(language_pb2.GenerateProgramRequest(source={"main.pp": pcl}))

    _, *shown = answer.source["__main__.py"].decode().splitlines()
    assert shown == ['# resource site "hearth:hosting:SiteRelease" {', '#     channel = "live"', "# }"]


def test_a_plugin_runs_with_its_arguments_environment_and_folder(host: Host, plugin: Path) -> None:
    (plugin / "__main__.py").write_text(
        "import os, sys\n"
        "print(sys.argv[1:], os.environ['GIVEN'], os.getcwd())\n"
        "print('to stderr', file=sys.stderr)\n"
        "sys.exit(3)\n",
        encoding="utf-8",
    )

    out, err, code = run(host, request(plugin, "127.0.0.1:1234"))

    assert (out, err, code) == (f"['127.0.0.1:1234'] a=b {plugin.parent}\n", "to stderr\n", 3)


def test_a_plugin_runs_in_the_environment_that_it_names(host: Host, plugin: Path, tmp_path: Path) -> None:
    interpreter = tmp_path / "environment" / "bin" / "python"
    interpreter.parent.mkdir(parents=True)
    interpreter.write_text('#!/bin/sh\necho "another python: $1 $2"\n', encoding="utf-8")
    interpreter.chmod(0o755)

    out, _, code = run(host, request(plugin, virtualenv="../environment"))

    assert (out, code) == (f"another python: -u {plugin}\n", 0)


def test_a_plugin_whose_environment_is_missing_is_refused_with_its_path(host: Host, plugin: Path) -> None:
    with pytest.raises(grpc.RpcError) as raised:
        run(host, request(plugin, virtualenv="../nowhere"))

    assert raised.value.code() == grpc.StatusCode.FAILED_PRECONDITION
    assert "nowhere is not a virtual environment" in raised.value.details()


def start_stubborn(host: Host, plugin: Path) -> tuple[grpc.Call, list[int]]:
    """A plugin with a child, both deaf to SIGTERM; the call that holds it, and their process ids."""
    (plugin / "__main__.py").write_text(
        "import os, signal, subprocess\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "child = subprocess.Popen(['sleep', '600'])\n"
        "print(os.getpid(), child.pid, flush=True)\n"
        "child.wait()\n",
        encoding="utf-8",
    )
    call = host.stub.RunPlugin(request(plugin), timeout=_SECONDS)
    return call, [int(pid) for pid in next(call).stdout.split()]


def test_a_plugin_that_the_engine_drops_is_ended_with_its_children(host: Host, plugin: Path) -> None:
    call, pids = start_stubborn(host, plugin)

    call.cancel()

    assert all(is_gone(pid) for pid in pids)
    assert host.process.poll() is None


def test_a_killed_engine_takes_host_and_plugins_along(host: Host, plugin: Path) -> None:
    """All that a killed engine does is to let go of the host's standard input."""
    _, pids = start_stubborn(host, plugin)

    assert host.process.stdin
    host.process.stdin.close()

    assert host.process.wait(_SECONDS) == 0
    assert all(is_gone(pid) for pid in pids)
    host.process.stdin = None


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_host_ends_without_a_word(host: Host, number: signal.Signals) -> None:
    os.killpg(host.process.pid, number)

    out, err = host.process.communicate(timeout=_SECONDS)

    assert (host.process.returncode, out, err) == (0, b"", b"")


# --- Programs ---


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "path", list(sys.path))
    return tmp_path / "__main__.py"


def test_a_failing_program_shows_its_own_frames_only(program: Path) -> None:
    program.write_text("def broken():\n    raise KeyError('region')\nbroken()\n", encoding="utf-8")

    with pytest.raises(RunError) as raised:
        language_host.run_program(program.parent)

    message = str(raised.value)
    assert "KeyError: 'region'" in message
    assert message.count(f'File "{program}"') == 2
    assert "runpy" not in message
    assert "language_host.py" not in message


def test_a_refusal_of_the_program_keeps_its_own_words(program: Path) -> None:
    program.write_text("import pulumi\nraise pulumi.RunError('app:cpu is wrong')\n", encoding="utf-8")

    with pytest.raises(RunError, match=r"^app:cpu is wrong$"):
        language_host.run_program(program.parent)


@pytest.mark.parametrize("code", ["1", "'settings are wrong'"])
def test_a_program_that_exits_with_an_error_has_failed(program: Path, code: str) -> None:
    program.write_text(f"import sys\nsys.exit({code})\n", encoding="utf-8")

    with pytest.raises(RunError, match="ended with exit code"):
        language_host.run_program(program.parent)


def test_a_program_may_exit_when_it_is_done(program: Path) -> None:
    program.write_text("import sys\nsys.exit()\n", encoding="utf-8")

    language_host.run_program(program.parent)


def test_a_programs_folder_stays_importable_for_what_runs_after_it(program: Path) -> None:
    """Outputs are resolved after the main module has ended; what they import then must be found."""
    program.write_text("", encoding="utf-8")

    language_host.run_program(program.parent)

    assert sys.path[0] == str(program.parent.resolve())
