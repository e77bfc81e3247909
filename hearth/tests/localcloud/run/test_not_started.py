"""A service that does not come up is told of by what its startup probe met, and by where its process listens."""

import re
from pathlib import Path
from typing import Any

import pytest

from hearth.localcloud.run import listening
from hearth.tests.localcloud.build.playground import Playground, play, public

SERVER = """
import http.server, os, sys, time

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        status = 200 if self.path == "/fine" else 500
        print("asked for", self.path, flush=True)
        self.send_response(status)
        self.end_headers()

    def log_message(self, *_):
        pass

host, port = HOST, PORT
http.server.ThreadingHTTPServer((host, port), Handler).serve_forever()
"""
OWN = 'int(os.environ["PORT"])'


def serving(host: str = "", port: str = OWN) -> str:
    return SERVER.replace("HOST", repr(host)).replace(", PORT", f", {port}")


def probe(path: str) -> dict[str, Any]:
    return {"startupProbe": {"httpGet": {"path": path}, "periodSeconds": 1, "failureThreshold": 2}}


def image(program: str) -> dict[str, str]:
    return {"Dockerfile": 'FROM python\nWORKDIR /srv\nCOPY . .\nCMD ["python", "main.py"]', "main.py": program}


@pytest.mark.parametrize(
    ("program", "said"),
    [
        pytest.param(
            serving(),
            r"gave up after 2 s \(2 times 1 s\): GET /ready was answered with 500\. .*app:startupProbePath.*"
            r" Last lines .*\n(asked for /ready\n?)+$",
            id="500",
        ),
        pytest.param(
            serving(port="0"),
            r"nothing listened on port \d+\. The process listens on 0\.0\.0\.0:\d+ instead: bind 0\.0\.0\.0 and",
            id="another port",
        ),
        pytest.param(
            f"import os, signal, socket; held = socket.create_server(('', {OWN})); signal.pause()",
            r"GET /ready gave no answer within 1 s",
            id="no answer",
        ),
        pytest.param(
            "import signal; print('still loading', flush=True); signal.pause()",
            r"The process runs but listens on no port.*\nstill loading$",
            id="no port",
        ),
        pytest.param(
            "import sqlite3; sqlite3.connect(':memory:').execute('SELECT * FROM note')",
            r"exited with code 1 before it answered.*app:migrationCommand is the command that creates tables.*note$",
            id="no table",
        ),
        pytest.param(
            "import pathlib; pathlib.Path('/proc/version').write_text('x')",
            r"exited with code 1 before it answered.*\n\w+Error: \[Errno \d+\]",
            id="a file that it may not write",
        ),
    ],
)
def test_a_startup_probe_that_fails_says_what_it_met(tmp_path: Path, program: str, said: str) -> None:
    async def scenario(playground: Playground) -> None:
        error = (await playground.deploy(public(await playground.image(image(program)), probe("/ready"))))["error"]

        assert re.search(said, error["message"], flags=re.DOTALL), error["message"]

    play(tmp_path, scenario)


def test_a_service_that_listens_for_its_own_machine_alone_is_no_service(tmp_path: Path) -> None:
    """Here it could be reached; on Cloud Run it could not."""

    async def scenario(playground: Playground) -> None:
        reference = await playground.image(image(serving("127.0.0.1")))
        error = (await playground.deploy(public(reference, probe("/fine"))))["error"]

        assert re.search(r"listens on 127\.0\.0\.1:\d+, which can't be reached from outside", error["message"])

    play(tmp_path, scenario)


def test_where_processes_may_not_be_asked_the_message_says_less() -> None:
    found = listening.failure_message(
        "nothing listened on port 1", {"failureThreshold": 3, "periodSeconds": 2}, 1, None
    )

    assert found == "The startup probe gave up after 6 s (3 times 2 s): nothing listened on port 1."
    assert listening.unreachable(1, None) == ""
