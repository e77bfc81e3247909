"""A provider as the process that the engine starts."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from hearth import project

ROOT = project.root()
SECONDS = 120
"""Spent by a failure alone: on a busy machine all takes longer."""
PROGRAM = """
from hearth.plugin.kinds import Provider, ProviderError
from hearth.plugin.serve import serve

class Empty(Provider):
    name, version = "empty", "0.0.7"
    def kind(self, token):
        raise ProviderError(token)
    def configure(self, config):
        print("a stray print while working")

serve(Empty())
"""


@pytest.fixture
def plugin() -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "--logtostderr", "127.0.0.1:1"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        yield process
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)


def port(plugin: subprocess.Popen[str]) -> int:
    assert plugin.stdout is not None
    return int(plugin.stdout.readline())


def version(port: int) -> str:
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        info = provider_pb2_grpc.ResourceProviderStub(channel).GetPluginInfo(empty_pb2.Empty(), wait_for_ready=True)
        return str(info.version)


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_it_prints_its_port_serves_and_ends_quietly(plugin: subprocess.Popen[str], ending: signal.Signals) -> None:
    assert version(port(plugin)) == "0.0.7"

    plugin.send_signal(ending)
    out, err = plugin.communicate(timeout=SECONDS)

    assert (plugin.returncode, out, err) == (0, "", "")


def test_prints_of_a_kind_do_not_reach_standard_output(plugin: subprocess.Popen[str]) -> None:
    """The engine would take a line there for the port, or show it as the program's own."""
    with grpc.insecure_channel(f"127.0.0.1:{port(plugin)}") as channel:
        provider_pb2_grpc.ResourceProviderStub(channel).Configure(provider_pb2.ConfigureRequest(), wait_for_ready=True)
    plugin.terminate()
    out, err = plugin.communicate(timeout=SECONDS)

    assert (out, err) == ("", "a stray print while working\n")


def test_it_does_not_outlive_a_killed_engine() -> None:
    """A plugin left alone would go on changing things that nobody records."""
    engine_program = "import subprocess, sys; subprocess.Popen(sys.argv[1:]).wait()"
    with subprocess.Popen(
        [sys.executable, "-c", engine_program, sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as engine:
        try:
            port(engine)
            engine.kill()
            # The plugin holds the other end of this pipe, so the read ends when the plugin does.
            ended = threading.Thread(target=engine.communicate, daemon=True)
            ended.start()
            ended.join(timeout=SECONDS)
            assert not ended.is_alive()
        finally:
            with suppress(ProcessLookupError):
                os.killpg(engine.pid, signal.SIGKILL)
