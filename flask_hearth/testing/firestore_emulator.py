"""Google's Firestore emulator for tests, from an installed Cloud SDK.

Its Java program is started directly: `gcloud emulators firestore start` takes longer, and leaves it behind.
"""

import os
import shutil
import signal
import subprocess
from contextlib import ExitStack, suppress
from pathlib import Path

import requests

from flask_hearth.testing import ports
from flask_hearth.testing.processes import wait_until

_JAR = "platform/cloud-firestore-emulator/cloud-firestore-emulator.jar"
_MAIN = "com.google.cloud.datastore.emulator.firestore.CloudFirestore"
_JAVA = ("-Xmx512m", "-XX:+UseSerialGC", "-Duser.language=en")


class FirestoreEmulator:
    """One emulator, in memory, on a port that it keeps. Each project is a world of its own."""

    def __init__(self, jar: Path, log: Path) -> None:
        self._jar = jar
        self._log = log
        self._running: subprocess.Popen[bytes] | None = None
        self._holding = ExitStack()
        self._port = self._holding.enter_context(ports.reserve_port())
        try:
            self.start()
        except BaseException:
            self.end()
            raise

    @staticmethod
    def installed() -> Path | None:
        """The emulator's program, if there are it and a Java to run it."""
        gcloud = shutil.which("gcloud")
        roots = [Path("/usr/lib/google-cloud-sdk"), Path.home() / "google-cloud-sdk"]
        if gcloud:
            roots.insert(0, Path(gcloud).resolve().parents[1])
        found = [root / _JAR for root in roots if (root / _JAR).exists()]
        return found[0] if found and shutil.which("java") else None

    @property
    def host(self) -> str:
        """For FIRESTORE_EMULATOR_HOST."""
        return f"127.0.0.1:{self._port}"

    @property
    def is_running(self) -> bool:
        return self._running is not None

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._running = subprocess.Popen(
                ["java", *_JAVA, "-cp", self._jar, _MAIN, "start", "--host=127.0.0.1", f"--port={self._port}"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        wait_until(self._answers, lambda: self._log.read_text(encoding="utf-8"))

    def stop(self) -> None:
        """At once; all documents are gone."""
        if self._running is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._running.pid, signal.SIGKILL)
            self._running.wait()
            self._running = None

    def end(self) -> None:
        self.stop()
        self._holding.close()

    def _answers(self) -> bool:
        try:
            return requests.get(f"http://{self.host}/", timeout=5).ok
        except requests.RequestException:
            return False
