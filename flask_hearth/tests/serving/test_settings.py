"""What gunicorn is told, under many environments; and that both ways to tell it lead there."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from gunicorn.config import Config  # type: ignore[import-untyped]

from flask_hearth.serving import settings as serving
from flask_hearth.serving.settings import gunicorn_settings
from flask_hearth.settings import HearthSettings

ROOT = Path(__file__).parents[3]
ENVIRON = {
    "SECRET_KEY": "kPmVn2Q9sTzX4bW7cR1eY6uH3jL8dF5g",
    "DATABASE_URL": "firestore://demo-hearth",
    "AUTH": "none",
}


def configured(environ: dict[str, str]) -> dict[str, Any]:
    return gunicorn_settings({**ENVIRON, **environ}, HearthSettings)


def test_without_a_word_it_fits_cloud_runs_defaults() -> None:
    assert configured({}) == {
        "accesslog": None,
        "bind": "0.0.0.0:8080",
        "control_socket_disable": True,
        "forwarded_allow_ips": "",
        "graceful_timeout": 8,
        "keepalive": 620,
        "logger_class": "flask_hearth.serving.logger.Logger",
        "loglevel": "info",
        "threads": 84,
        "timeout": 0,
        "worker_class": "flask_hearth.serving.worker.Worker",
        "worker_connections": 1084,
        "worker_tmp_dir": "/dev/shm" if Path("/dev/shm").is_dir() else None,  # noqa: S108
        "workers": 1,
    }


def test_each_is_one_of_gunicorns_and_has_a_value_that_it_takes() -> None:
    config = Config()
    for name, value in configured({}).items():
        config.set(name, value)

    assert config.worker_class.__name__ == "Worker"


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"PORT": "9999"}, {"bind": "0.0.0.0:9999"}),
        ({"PORT": ""}, {"bind": "0.0.0.0:8080"}),
        ({"GUNICORN_WORKERS": "4"}, {"workers": 4}),
        ({"GUNICORN_THREADS": "12"}, {"threads": 12, "worker_connections": 1012}),
        ({"GUNICORN_THREADS": "1004"}, {"threads": 1004, "worker_connections": 2004}),
        ({"LOG_LEVEL": "error"}, {"loglevel": "error"}),
        ({"LOG_LEVEL": "warning"}, {"loglevel": "warning"}),
        # gunicorn's debug lines are one per request.
        ({"LOG_LEVEL": "debug"}, {"loglevel": "info"}),
        ({"APP_ENV": "development"}, {"loglevel": "info"}),
    ],
)
def test_variables_are_honoured(environ: dict[str, str], expected: dict[str, Any]) -> None:
    settings = configured(environ)

    assert {name: settings[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"PORT": "http"}, ["PORT is 'http'", "1 to 65535", "8080"]),
        ({"PORT": "0"}, ["PORT is '0'"]),
        ({"PORT": "65536"}, ["PORT is '65536'"]),
        ({"PORT": "-1"}, ["PORT is '-1'"]),
        ({"PORT": " 80"}, ["PORT is ' 80'"]),
        ({"PORT": "٨٠"}, ["PORT is"]),
        ({"GUNICORN_WORKERS": "0"}, ["GUNICORN_WORKERS is '0'", "unset it for 1"]),
        ({"GUNICORN_WORKERS": "1.5"}, ["GUNICORN_WORKERS is '1.5'"]),
        ({"GUNICORN_THREADS": "1005"}, ["GUNICORN_THREADS is '1005'", "1 to 1004", "unset it for 84"]),
        ({"SECRET_KEY": ""}, ["SECRET_KEY is not set"]),
        (
            {"PORT": "x", "GUNICORN_THREADS": "y", "GUNICORN_WORKERS": "z", "APP_ENV": "live"},
            ["4 faults", "PORT is 'x'", "GUNICORN_THREADS is 'y'", "GUNICORN_WORKERS is 'z'", "APP_ENV is 'live'"],
        ),
    ],
)
def test_bad_values_stop_start_up_with_a_clear_message(
    capsys: pytest.CaptureFixture[str], environ: dict[str, str], words: list[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        configured(environ)

    printed = capsys.readouterr()
    assert stopped.value.code == 1
    for word in words:
        assert word in printed.out
    assert printed.err == ""


def test_on_cloud_run_all_faults_are_one_entry_of_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    """Plain text would become an entry per line, without severity."""
    with pytest.raises(SystemExit):
        configured({"K_SERVICE": "web", "PORT": "x", "SECRET_KEY": "short"})

    (line,) = capsys.readouterr().out.splitlines()
    entry = json.loads(line)
    assert entry["severity"] == "CRITICAL"
    assert entry["message"].count("\n") == 2


def test_an_idle_connection_is_closed_by_the_front_end_first() -> None:
    """Closed by gunicorn first, a request already on its way would meet a closed socket."""
    assert configured({})["keepalive"] > serving.FRONT_END_IDLE_SECONDS == 600


def test_health_checks_find_a_thread_when_every_request_slot_is_taken() -> None:
    assert configured({})["threads"] == serving.CONCURRENCY + serving.SPARE_THREADS
    assert serving.SPARE_THREADS > 0


def ran(environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """A check by gunicorn of the configuration for any app, where nothing but Flask and gunicorn is installed."""
    program = (
        "import sys; sys.modules.update(dict.fromkeys(['pydantic', 'sqlalchemy', 'google.cloud']));"
        "sys.argv = ['gunicorn', '--config', 'python:flask_hearth.gunicorn', '--print-config', 'flask:Flask'];"
        "from gunicorn.app.wsgiapp import run; run()"
    )
    return subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )


def test_the_configuration_for_any_app_needs_no_settings_and_leaves_the_log_alone() -> None:
    printed = ran({"PORT": "8123"})
    told = {name.strip(): value for name, _, value in (line.partition(" = ") for line in printed.stdout.splitlines())}

    assert printed.returncode == 0, printed.stderr
    assert told["bind"] == "['0.0.0.0:8123']"
    assert told["threads"] == "84"
    assert "flask_hearth.serving.worker.Worker" in told["worker_class"]
    assert "glogging.Logger" in told["logger_class"]


def test_the_configuration_for_any_app_says_what_is_wrong_with_its_environment() -> None:
    printed = ran({"PORT": "http"})

    assert printed.returncode == 1
    assert "PORT is 'http'" in printed.stdout
    assert "Traceback" not in printed.stderr
