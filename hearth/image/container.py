"""One container of the image: started, asked, stopped, and never left behind."""

import http.client
import json
import subprocess
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Self

from hearth.image.engines import Engine, Sandbox
from hearth.image.errors import ImageError
from hearth.localcloud.run import ports

START_SECONDS = 60
"""What the stack's start-up probe allows (infra/web_service.py)."""

_PAUSE = 0.01
# Another program may take a port before the container gets to it.
_TRIES = 3


@dataclass(frozen=True)
class Answer:
    """Of one request. Header names in lowercase."""

    status: int
    headers: dict[str, str]
    body: str

    @property
    def kind(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0]

    def json(self) -> Any:
        return json.loads(self.body)


class Container:
    """Runs from `with` on, and serves on a port that is free. What it prints is in `log` once it has ended."""

    def __init__(self, engine: Engine, image: str, box: Sandbox) -> None:
        self._engine = engine
        self._image = image
        self._box = box
        self._tries = _TRIES
        self._output = tempfile.TemporaryFile("w+b")  # noqa: SIM115 - open for as long as the container runs
        self._running: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self._start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._running is not None and self._running.poll() is None:
            # The client alone would leave the container running.
            subprocess.run(self._engine.line("rm", "--force", self._box.name), capture_output=True, check=False)
            self._running.wait()
        self._output.close()

    def _start(self) -> None:
        self._tries -= 1
        self.port = ports.free()
        box = replace(self._box, port=self.port, env={**self._box.env, "PORT": str(self.port)})
        command = self._engine.run(self._image, box=box)
        self._running = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self._output, stderr=self._output)

    @property
    def log(self) -> str:
        self._output.seek(0)
        return self._output.read().decode(errors="replace")

    def ask(self, path: str, method: str = "GET", body: object = None, seconds: float = 10) -> Answer:
        """Raises OSError or HTTPException where there is no answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)
        try:
            sent = None if body is None else json.dumps(body)
            connection.request(method, path, sent, {"Content-Type": "application/json"} if sent else {})
            answer = connection.getresponse()
            headers = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, headers, answer.read().decode(errors="replace"))
        finally:
            connection.close()

    def first(self, path: str, *statuses: int) -> float:
        """Seconds from here until `path` is answered with one of `statuses`. Raises ImageError, with the log."""
        began = time.monotonic()
        last = "nothing was answered"
        while (took := time.monotonic() - began) < START_SECONDS:
            if self._running is None or self._running.poll() is not None:
                if self._tries and not ports.is_free(self.port):
                    self._start()
                    continue
                raise ImageError(f"The container ended before it answered {path}. It said:\n{self.log.strip()}")
            with suppress(OSError, http.client.HTTPException):
                answer = self.ask(path, seconds=2)
                if answer.status in statuses:
                    return time.monotonic() - began
                last = f"the last answer was {answer.status}"
            # Polled, as a probe does it: a container tells nobody that it listens.
            time.sleep(_PAUSE)
        raise ImageError(
            f"No {statuses[0]} from {path} in {took:.0f} s, {last}. The container said:\n{self.log.strip()}"
        )

    def python(self, program: str) -> str:
        """What a Python program prints that runs beside the service, as its user. Raises ImageError."""
        command = self._engine.line("exec", self._box.name, "python", "-c", program)
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise ImageError(f"No program can be run beside the service: {done.stderr.strip()}")
        return done.stdout.strip()

    def terminate(self) -> None:
        """SIGTERM, and nothing after it; does not wait."""
        command = self._engine.line("kill", "--signal=TERM", self._box.name)
        subprocess.run(command, capture_output=True, check=True)

    def ended(self, seconds: float) -> int | None:
        """The exit code of its process 1, or None when it has not ended in that time."""
        if self._running is None:
            return None
        try:
            return self._running.wait(seconds)
        except subprocess.TimeoutExpired:
            return None
