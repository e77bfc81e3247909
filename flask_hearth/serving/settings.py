"""What gunicorn is told on Cloud Run, by the names of its settings, and what is checked before it starts.

Reads PORT, which Cloud Run sets, and GUNICORN_WORKERS and GUNICORN_THREADS, which the stack sets beside the
concurrency they must fit. Bad ones stop start-up together with the app's bad settings, as one message.
"""

import logging
import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from flask_hearth import logs
from flask_hearth.settings_error import SettingsError

if TYPE_CHECKING:
    from flask_hearth.settings import HearthSettings

CONCURRENCY: Final = 80
"""Requests at a time per instance, as long as nothing else is said: Cloud Run's usual value for one CPU."""

SPARE_THREADS: Final = 4
"""Above concurrency, so that health checks are answered while every request thread is busy."""

MAX_THREADS: Final = 1000 + SPARE_THREADS
"""Cloud Run's highest concurrency is 1000."""

IDLE_CONNECTIONS: Final = 1000
"""Kept-alive connections beside the threads; gunicorn would close those above without waiting."""

FRONT_END_IDLE_SECONDS: Final = 600
"""How long Google's front end keeps an idle connection to its backend (Cloud Load Balancing, "Timeouts")."""


def gunicorn_settings(environ: Mapping[str, str], app_settings: "type[HearthSettings] | None" = None) -> dict[str, Any]:
    """The settings of gunicorn. Ends the process with 1 where the environment is a bad one, after saying why.

    With the app's own settings, these are checked as well, and gunicorn writes to the log that they describe; without,
    its log is as gunicorn has it.
    """
    faults: list[str] = []
    port = _number(environ, "PORT", 8080, 65535, faults)
    # One process: Cloud Run scales by instances, and each process would hold the app in memory again.
    workers = _number(environ, "GUNICORN_WORKERS", 1, 64, faults)
    # Fewer threads than concurrency, and requests would queue in the socket, unseen by the autoscaler.
    threads = _number(environ, "GUNICORN_THREADS", CONCURRENCY + SPARE_THREADS, MAX_THREADS, faults)
    checked = _checked(environ, app_settings, faults)
    return {
        # Cloud Run connects from outside the container: loopback would refuse it.
        "bind": f"0.0.0.0:{port}",
        "workers": workers,
        "threads": threads,
        "worker_class": "flask_hearth.serving.worker.Worker",
        "worker_connections": threads + IDLE_CONNECTIONS,
        # The worker's heartbeat, not a limit on requests: where CPU is taken away between requests it would kill
        # healthy workers. Cloud Run limits requests itself.
        "timeout": 0,
        # Cloud Run kills ten seconds after SIGTERM; two of them are left for the last log lines.
        "graceful_timeout": 8,
        # Who closes an idle connection last wins: closing first means that a request already on its way meets a closed
        # socket, and the front end answers it with 502 or 503.
        "keepalive": FRONT_END_IDLE_SECONDS + 20,
        # The heartbeat file would else be on the container's disk, where a slow write blocks the worker.
        "worker_tmp_dir": "/dev/shm" if os.access("/dev/shm", os.W_OK) else None,  # noqa: S108 - no file of a guessable name
        # Nobody sends commands to a container's gunicorn; the socket would need a writable home.
        "control_socket_disable": True,
        # Nobody's forwarding headers change what the app sees (scheme, script name), on Cloud Run as elsewhere.
        "forwarded_allow_ips": "",
        "accesslog": None,
        **({} if checked is None else _logging(checked)),
    }


def _number(environ: Mapping[str, str], name: str, default: int, highest: int, faults: list[str]) -> int:
    text = environ.get(name) or str(default)
    if text.isascii() and text.isdigit() and 1 <= int(text) <= highest:
        return int(text)
    faults.append(
        f"{name} is {text!r}: gunicorn could not start with it. Set a whole number from 1 to {highest}, "
        f"or unset it for {default}."
    )
    return default


def _checked(
    environ: Mapping[str, str], app_settings: "type[HearthSettings] | None", faults: list[str]
) -> "HearthSettings | None":
    try:
        checked = None if app_settings is None else app_settings.from_env(environ)
    except SettingsError as error:
        faults += error.faults
    if not faults:
        return checked
    # Told as one log entry where logs are read by line, and as plain text to a person. Ending here, and not in a
    # worker, spares the traceback, and gunicorn's attempts to start the worker again.
    logs.configure(level="info", structured="K_SERVICE" in environ)
    logging.getLogger("app").critical("%s", SettingsError(faults))
    sys.exit(1)


def _logging(checked: "HearthSettings") -> dict[str, Any]:
    logs.configure(level=checked.log_level, structured=not checked.is_development, project=checked.google_cloud_project)
    return {
        "logger_class": "flask_hearth.serving.logger.Logger",
        # gunicorn's debug level is a line per request: the access log that Cloud Run writes already, health checks
        # included.
        "loglevel": "info" if checked.log_level == "debug" else checked.log_level,
    }
