"""A Pulumi language host for Python, for a CLI that was built from Go modules.

The engine starts it as `pulumi-language-python ENGINE_ADDRESS` and talks to it by gRPC (`pulumirpc.LanguageRuntime`).
The official host is a Go program whose module no proxy serves; this one does what `up`, `preview`, `refresh`,
`import`, `destroy` and project-local providers need: it runs programs, in this process and therefore in this
interpreter's environment, and plugins, each as a process of the environment that their PulumiPlugin.yaml names.

Left out: templates, code generation, installing dependencies, debuggers, and any package manager but pip.
The official host keeps a process for each program apart; sharing this one saves half a second on every command.
"""

import contextlib
import json
import os
import queue
import runpy
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any

import grpc
from google.protobuf import empty_pb2, struct_pb2
from pulumi import RunError
from pulumi.automation._server import LanguageServer
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2

# A plugin holds one thread for as long as it lives; a project with more of them than this would hang.
_WORKERS = 64
# The engine gives this host five seconds to go, plugins included.
_PATIENCE = 2.0
_ANY_SIZE = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]


class LanguageHost(LanguageServer):
    """`pulumirpc.LanguageRuntime` for one engine, at `engine` (host:port)."""

    def __init__(self, engine: str) -> None:
        super().__init__(lambda: None)
        self._engine = engine
        self._plugins: set[subprocess.Popen[bytes]] = set()

    def Handshake(  # noqa: N802
        self, request: language_pb2.LanguageHandshakeRequest, context: grpc.ServicerContext
    ) -> language_pb2.LanguageHandshakeResponse:
        self._engine = request.engine_address
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(  # noqa: N802
        self, request: empty_pb2.Empty, context: grpc.ServicerContext
    ) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo(version=version("pulumi"))

    def GetRequiredPackages(  # noqa: N802
        self, request: language_pb2.GetRequiredPackagesRequest, context: grpc.ServicerContext
    ) -> language_pb2.GetRequiredPackagesResponse:
        """Plugins of the installed Pulumi packages, so that the engine misses one before anything is deployed."""
        return language_pb2.GetRequiredPackagesResponse(packages=installed_packages(sys.path))

    def GetProgramDependencies(  # noqa: N802
        self, request: language_pb2.GetProgramDependenciesRequest, context: grpc.ServicerContext
    ) -> language_pb2.GetProgramDependenciesResponse:
        packages = [language_pb2.DependencyInfo(name=name, version=version(name)) for name in ("pulumi", "pulumi-gcp")]
        return language_pb2.GetProgramDependenciesResponse(dependencies=packages)

    def GenerateProgram(  # noqa: N802
        self, request: language_pb2.GenerateProgramRequest, context: grpc.ServicerContext
    ) -> language_pb2.GenerateProgramResponse:
        """Answer `pulumi import` with what it imported, as comments in Pulumi's own notation instead of as Python.

        Without an answer the import would succeed and yet end in an error.
        """
        lines = [line for text in request.source.values() for line in text.splitlines() if line.strip()]
        shown = ["# Declare this in your program (written as PCL; the official language host writes Python):", *lines]
        return language_pb2.GenerateProgramResponse(source={"__main__.py": "\n# ".join(shown).encode() + b"\n"})

    def Run(  # noqa: N802
        self, request: language_pb2.RunRequest, context: grpc.ServicerContext
    ) -> language_pb2.RunResponse:
        """Run the program; what went wrong is logged to the engine, so that `bail` alone tells of it here."""
        os.chdir(request.pwd)
        self.program = lambda: run_program(Path(request.info.program_directory, request.info.entry_point))
        # The SDK's inline server, which this one extends, takes the engine's address from there.
        del request.args[:]
        request.args.append(self._engine)
        try:
            result = super().Run(request, context)  # type: ignore[no-untyped-call]
        except RunError:
            # Raised while the SDK clears away the tasks that were left: what made the program fail reaches several
            # of them, and has been logged by then.
            return language_pb2.RunResponse(bail=True)
        return language_pb2.RunResponse(bail=bool(result.error))

    def RunPlugin(  # noqa: N802
        self, request: language_pb2.RunPluginRequest, context: grpc.ServicerContext
    ) -> Iterator[language_pb2.RunPluginResponse]:
        """Run a plugin's folder and stream its output until it ends or the engine drops the call."""
        folder = Path(request.info.program_directory)
        try:
            interpreter = interpreter_of(Path(request.info.root_directory), request.info.options)
        except FileNotFoundError as error:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(error))
        plugin = subprocess.Popen(
            [interpreter, "-u", folder, *request.args],
            cwd=request.pwd,
            env=dict(item.split("=", 1) for item in request.env),
            # A pipe that nobody writes to: it closes when this host dies, however that happens.
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            # Of its own group, so that Ctrl-C, which the terminal sends to all, leaves it to finish its call.
            start_new_session=True,
        )
        self._plugins.add(plugin)
        # In a thread of its own: gRPC calls back on the thread that serves everyone.
        if not context.add_callback(threading.Thread(target=_end, args=(plugin,)).start):
            _end(plugin)
        yield from _stream(plugin)
        self._plugins.discard(plugin)
        yield language_pb2.RunPluginResponse(exitcode=plugin.wait())

    def close(self) -> None:
        """End every plugin that still runs."""
        for plugin in list(self._plugins):
            _end(plugin)


def run_program(path: Path) -> None:
    """Run a program's folder or file as `__main__`.

    Raises RunError: the program failed; its text is what the user should read, without this host's own frames.
    """
    folder = path if path.is_dir() else path.parent
    # Kept after the program's main module has ended: outputs are still resolved then, and may import.
    sys.path.insert(0, str(folder.resolve()))
    try:
        runpy.run_path(str(path.resolve()), run_name="__main__")
    except RunError:
        raise
    except SystemExit as error:
        if error.code:
            raise RunError(f"The program ended with exit code {error.code}.") from error
    except BaseException as error:
        frames = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in frames if frame.filename not in (__file__, runpy.__file__, "<frozen runpy>")]
        said = "".join(traceback.format_exception_only(error))
        raise RunError(f"The program failed:\n{''.join(traceback.format_list(own))}{said}") from error


def installed_packages(path: list[str]) -> list[plugin_pb2.PackageDependency]:
    """Resource plugins that Pulumi packages on the import path name in their `pulumi-plugin.json`."""
    found = []
    for entry in path:
        for file in Path(entry).glob("*/pulumi-plugin.json"):
            plugin: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
            if plugin.get("resource") and "version" in plugin:
                found.append(
                    plugin_pb2.PackageDependency(
                        name=plugin["name"],
                        kind="resource",
                        version="v" + plugin["version"].removeprefix("v"),
                        server=plugin.get("server", ""),
                    )
                )
    return found


def interpreter_of(root: Path, options: struct_pb2.Struct) -> Path:
    """The interpreter for a plugin in `root`: that of its option `virtualenv`, else this one.

    Raises FileNotFoundError: the option names a folder that is no virtual environment.
    """
    if "virtualenv" not in options:
        return Path(sys.executable)
    environment = root / str(options["virtualenv"])
    interpreter = environment / "bin" / "python"
    if not interpreter.exists():
        raise FileNotFoundError(
            f"{environment} is not a virtual environment, but runtime.options.virtualenv of the plugin in {root} "
            "names it. Run `make up`, which makes it, or correct the option."
        )
    return interpreter


def _stream(plugin: subprocess.Popen[bytes]) -> Iterator[language_pb2.RunPluginResponse]:
    pieces: queue.SimpleQueue[language_pb2.RunPluginResponse | None] = queue.SimpleQueue()

    def read(stream: IO[bytes], response: Callable[[bytes], language_pb2.RunPluginResponse]) -> None:
        while piece := os.read(stream.fileno(), 65536):
            pieces.put(response(piece))
        pieces.put(None)

    assert plugin.stdout  # noqa: S101
    assert plugin.stderr  # noqa: S101
    out = (plugin.stdout, lambda piece: language_pb2.RunPluginResponse(stdout=piece))
    err = (plugin.stderr, lambda piece: language_pb2.RunPluginResponse(stderr=piece))
    for reader in (out, err):
        threading.Thread(target=read, args=reader, daemon=True).start()
    open_streams = 2
    while open_streams:
        piece = pieces.get()
        if piece is None:
            open_streams -= 1
        else:
            yield piece


def _end(plugin: subprocess.Popen[bytes]) -> None:
    """End a plugin's process group: politely, then not."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if plugin.poll() is not None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(plugin.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            plugin.wait(_PATIENCE)


def _when_the_engine_is_gone(done: threading.Event) -> None:
    """Set `done` when the engine's end of standard input closes, as it does even when the engine is killed."""
    with contextlib.suppress(OSError):
        while os.read(0, 4096):
            pass
    done.set()


def main(arguments: list[str]) -> None:
    done = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: done.set())
    host = LanguageHost(arguments[-1] if arguments else "")
    server = grpc.server(ThreadPoolExecutor(max_workers=_WORKERS), options=_ANY_SIZE)
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(host, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    threading.Thread(target=_when_the_engine_is_gone, args=(done,), daemon=True).start()
    done.wait()
    host.close()
    server.stop(grace=None)
    # A program still running in a worker must not hold the process: the engine has asked it to go.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
