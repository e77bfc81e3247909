"""gunicorn.conf.py, executed as gunicorn does, under many environments."""

import json
import runpy
from pathlib import Path
from typing import Any

import pytest
from gunicorn.config import Config  # type: ignore[import-untyped]

from flask_hearth.testing import sample

CONFIG = Path(__file__).parents[2] / "service" / "gunicorn.conf.py"
GOOD_KEY = "kPmVn2Q9sTzX4bW7cR1eY6uH3jL8dF5g"
READ = ("APP_ENV", "FLASK_DEBUG", "GOOGLE_CLOUD_PROJECT", "GUNICORN_THREADS", "GUNICORN_WORKERS", "K_SERVICE")


@pytest.fixture
def clean(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in (*READ, "LOG_LEVEL", "PORT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SECRET_KEY", GOOD_KEY)
    monkeypatch.setenv("DATABASE_URL", "firestore://demo-hearth")
    monkeypatch.setenv("AUTH", "none")
    return monkeypatch


def configured(environment: pytest.MonkeyPatch, environ: dict[str, str]) -> dict[str, Any]:
    for name, value in environ.items():
        environment.setenv(name, value)
    return runpy.run_path(str(CONFIG))


def test_without_a_word_it_fits_cloud_runs_defaults(clean: pytest.MonkeyPatch) -> None:
    settings = configured(clean, {})

    assert {name: settings[name] for name in Config().settings if name in settings} == {
        "accesslog": None,
        "bind": "0.0.0.0:8080",
        "control_socket_disable": True,
        "forwarded_allow_ips": "",
        "graceful_timeout": 8,
        "keepalive": 620,
        "logger_class": settings["Logger"],
        "loglevel": "info",
        "threads": 84,
        "timeout": 0,
        "worker_class": "gthread",
        "worker_connections": 1084,
        "worker_tmp_dir": "/dev/shm" if Path("/dev/shm").is_dir() else None,
        "workers": 1,
    }


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
def test_variables_are_honoured(clean: pytest.MonkeyPatch, environ: dict[str, str], expected: dict[str, Any]) -> None:
    settings = configured(clean, environ)

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
    clean: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], environ: dict[str, str], words: list[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        configured(clean, environ)

    printed = capsys.readouterr()
    assert stopped.value.code == 1
    for word in words:
        assert word in printed.out
    assert printed.err == ""


def test_on_cloud_run_all_faults_are_one_entry_of_the_log(
    clean: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Plain text would become an entry per line, without severity."""
    with pytest.raises(SystemExit):
        configured(clean, {"K_SERVICE": "web", "PORT": "x", "SECRET_KEY": "short"})

    (line,) = capsys.readouterr().out.splitlines()
    entry = json.loads(line)
    assert entry["severity"] == "CRITICAL"
    assert entry["message"].count("\n") == 2


def test_an_idle_connection_is_closed_by_the_front_end_first(clean: pytest.MonkeyPatch) -> None:
    """Closed by gunicorn first, a request already on its way would meet a closed socket."""
    settings = configured(clean, {})

    assert settings["keepalive"] > settings["FRONT_END_IDLE_SECONDS"] == 600


def test_health_checks_find_a_thread_when_every_request_slot_is_taken(clean: pytest.MonkeyPatch) -> None:
    settings = configured(clean, {})

    assert settings["threads"] == settings["CONCURRENCY"] + settings["SPARE_THREADS"]
    assert settings["SPARE_THREADS"] > 0


def test_the_bench_measures_with_the_values_that_the_service_has(clean: pytest.MonkeyPatch) -> None:
    """Its sample app has a configuration of its own, as it must do without this folder."""
    ours = configured(clean, {"PORT": "8080"})
    bench = runpy.run_path(str(Path(sample.__file__).parent / "gunicorn.conf.py"))
    names = set(Config().settings) & ours.keys() - {"logger_class"}

    assert {name: bench[name] for name in names} == {name: ours[name] for name in names}
