"""Real gunicorn processes with the configuration that the image ships."""

import json
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
import requests

from flask_hearth.testing.processes import PATIENCE, Process
from tests.service.slow_app import WORK_ENDS

ROOT = Path(__file__).parents[2]
GOOD_KEY = "kPmVn2Q9sTzX4bW7cR1eY6uH3jL8dF5g"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"

Serve = Callable[[dict[str, str]], Process]


@pytest.fixture
def serve(start: Callable[..., Process], port: int, database_url: str) -> Serve:
    """Start the image's command with `slow_app` around the service, as Cloud Run would."""

    def run(environ: dict[str, str]) -> Process:
        command = ("-m", "gunicorn", "--config", "gunicorn.conf.py", "tests.service.slow_app:create_app()")
        return start(
            *command,
            folder=ROOT / "service",
            environ={
                "PORT": str(port),
                "PYTHONPATH": str(ROOT),
                "SECRET_KEY": GOOD_KEY,
                "DATABASE_URL": database_url,
                "AUTH": "none",
                **environ,
            },
        )

    return run


@pytest.fixture
def origin(port: int) -> str:
    return f"http://127.0.0.1:{port}"


def entries(process: Process) -> list[dict[str, Any]]:
    """What was logged; fails if a line is not JSON."""
    return [json.loads(line) for line in process.output.splitlines()]


@pytest.fixture
def end_of_work(tmp_path: Path) -> Path:
    """A file; once it is there, the slow view answers."""
    return tmp_path / "work may end"


def test_a_request_in_flight_at_sigterm_is_answered_and_the_log_is_complete(
    serve: Serve, origin: str, end_of_work: Path
) -> None:
    """Cloud Run stops instances all day, and counts on them to finish what they began.

    How long they have for it is among the settings, and set aside here.
    """
    patient = f"--graceful-timeout {PATIENCE:.0f}"
    server = serve({"K_SERVICE": "web", WORK_ENDS: str(end_of_work), "GUNICORN_CMD_ARGS": patient})
    server.wait_for("Booting worker")
    with ThreadPoolExecutor(1) as client:
        answer = client.submit(requests.get, f"{origin}/slow", timeout=PATIENCE)
        server.wait_for("work begins")
        server.running.send_signal(signal.SIGTERM)
        server.wait_for("Handling signal: term")
        end_of_work.touch()

        assert answer.result().status_code == 200
        assert answer.result().text == "done"

    assert server.ended() == 0
    messages = [entry["message"] for entry in entries(server)]
    assert messages.index("Handling signal: term") < messages.index("work ends")
    assert messages[-1] == "Shutting down: Master"


def test_health_is_answered_while_a_request_is_at_work(serve: Serve, origin: str, end_of_work: Path) -> None:
    server = serve({"GUNICORN_THREADS": "2", WORK_ENDS: str(end_of_work)})
    server.wait_for("Booting worker")
    with ThreadPoolExecutor(1) as client:
        slow = client.submit(requests.get, f"{origin}/slow", timeout=PATIENCE)
        try:
            server.wait_for("work begins")

            assert requests.get(f"{origin}/health/live", timeout=PATIENCE).json() == {"status": "live"}
            assert not slow.done()
        finally:
            end_of_work.touch()


def test_the_log_is_json_from_the_first_line_to_the_last(serve: Serve, origin: str) -> None:
    """Gunicorn's own lines too; requests without fault leave none, and a traceback is one entry with its trace."""
    server = serve({"LOG_LEVEL": "debug", "GOOGLE_CLOUD_PROJECT": "demo-hearth"})
    server.wait_for("Booting worker")
    for path in ("/health", "/health/ready", "/"):
        assert requests.get(origin + path, timeout=PATIENCE).status_code == 200
    traced = {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}

    broken = requests.get(f"{origin}/broken", headers=traced, timeout=PATIENCE)

    server.wait_for("ZeroDivisionError")
    assert broken.status_code == 500
    assert broken.headers["Content-Type"] == "application/problem+json"
    logged = entries(server)
    assert {entry["logger"] for entry in logged} == {"gunicorn.error", "app"}
    (fault,) = [entry for entry in logged if entry["logger"] == "app"]
    assert fault["severity"] == "ERROR"
    assert fault["logging.googleapis.com/trace"] == f"projects/demo-hearth/traces/{TRACE}"
    assert "ZeroDivisionError" in fault["stack_trace"]
    assert [entry["message"] for entry in logged if "/health" in entry["message"]] == []


def test_a_connection_is_kept_for_the_next_request(serve: Serve, port: int) -> None:
    server = serve({})
    server.wait_for("Booting worker")
    with closing(HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as client:
        client.request("GET", "/health")
        client.getresponse().read()
        kept = client.sock
        client.request("GET", "/health")

        assert client.getresponse().status == 200
        assert kept is not None
        assert client.sock is kept


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"SECRET_KEY": ""}, ["SECRET_KEY is not set"]),
        ({"SECRET_KEY": "x", "APP_ENV": "live", "PORT": "http"}, ["3 faults", "PORT", "APP_ENV", "SECRET_KEY"]),
        ({"K_SERVICE": "web", "APP_ENV": "development", "FLASK_DEBUG": "1"}, ["FLASK_DEBUG is '1' on Cloud Run"]),
    ],
)
def test_wrong_settings_end_the_server_at_once_with_the_message_alone(
    serve: Serve, environ: dict[str, str], words: list[str]
) -> None:
    """Not after attempts, and without a traceback in which the message would drown."""
    server = serve(environ)

    assert server.ended() == 1
    for word in words:
        assert word in server.output
    assert "Traceback" not in server.output
    assert "Booting worker" not in server.output


def test_no_forwarding_header_changes_what_the_app_sees(serve: Serve, origin: str) -> None:
    """On Cloud Run the peer is Google's front end, locally loopback; gunicorn would trust the latter alone."""
    server = serve({})
    server.wait_for("Booting worker")
    forged = {"X-Forwarded-Proto": "https", "SCRIPT_NAME": "/seen", "X-Forwarded-Prefix": "/elsewhere"}

    assert requests.get(f"{origin}/seen", headers=forged, timeout=PATIENCE).json() == ["http", "", "/seen"]
