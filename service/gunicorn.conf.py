"""gunicorn on Cloud Run; gunicorn takes the lowercase names below as its settings.

Reads PORT, which Cloud Run sets, and GUNICORN_WORKERS and GUNICORN_THREADS, which the stack sets beside the
concurrency they must fit. Bad ones stop start-up together with the app's bad settings, as one message.
"""

import logging
import os
import sys
from collections.abc import Mapping
from typing import Final

from gunicorn.config import Config  # type: ignore[import-untyped]
from gunicorn.glogging import Logger as GunicornLogger  # type: ignore[import-untyped]

from app.settings import AppSettings, SettingsError
from flask_hearth import logs

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


class Logger(GunicornLogger):  # type: ignore[misc]  # untyped
    """gunicorn's own messages as entries of the service's log, in the same shape, instead of text on stderr."""

    def setup(self, cfg: Config) -> None:
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True


def _number(environ: Mapping[str, str], name: str, default: int, highest: int, faults: list[str]) -> int:
    text = environ.get(name) or str(default)
    if text.isascii() and text.isdigit() and 1 <= int(text) <= highest:
        return int(text)
    faults.append(
        f"{name} is {text!r}: gunicorn could not start with it. Set a whole number from 1 to {highest}, "
        f"or unset it for {default}."
    )
    return default


def _settings(environ: Mapping[str, str], faults: list[str]) -> AppSettings:
    try:
        settings = AppSettings.from_env(environ)
    except SettingsError as error:
        faults += error.faults
    else:
        if not faults:
            return settings
    # Told as one log entry where logs are read by line, and as plain text to a person. Ending here, and not in a
    # worker, spares the traceback, and gunicorn's attempts to start the worker again.
    logs.configure(level="info", structured="K_SERVICE" in environ)
    logging.getLogger("app").critical("%s", SettingsError(faults))
    sys.exit(1)


_faults: list[str] = []
_port = _number(os.environ, "PORT", 8080, 65535, _faults)

# One process: Cloud Run scales by instances, and each process would hold the app in memory again.
workers = _number(os.environ, "GUNICORN_WORKERS", 1, 64, _faults)
# Fewer threads than concurrency, and requests would queue in the socket, unseen by the autoscaler.
threads = _number(os.environ, "GUNICORN_THREADS", CONCURRENCY + SPARE_THREADS, MAX_THREADS, _faults)

_checked = _settings(os.environ, _faults)
logs.configure(level=_checked.log_level, structured=not _checked.is_development, project=_checked.google_cloud_project)

# Cloud Run connects from outside the container: loopback would refuse it.
bind = f"0.0.0.0:{_port}"

worker_class = "gthread"
worker_connections = threads + IDLE_CONNECTIONS

# The worker's heartbeat, not a limit on requests: where CPU is taken away between requests it would kill healthy
# workers. Cloud Run limits requests itself.
timeout = 0
# Cloud Run kills ten seconds after SIGTERM; two of them are left for the last log lines.
graceful_timeout = 8
# Who closes an idle connection last wins: closing first means that a request already on its way meets a closed
# socket, and the front end answers it with 502 or 503.
keepalive = FRONT_END_IDLE_SECONDS + 20

# The heartbeat file would else be on the container's disk, where a slow write blocks the worker.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
# Nobody sends commands to a container's gunicorn; the socket would need a writable home.
control_socket_disable = True
# Nobody's forwarding headers change what the app sees (scheme, script name), the same on Cloud Run as elsewhere.
forwarded_allow_ips = ""

logger_class = Logger
# gunicorn's debug level is a line per request: the access log that Cloud Run writes already, health checks included.
loglevel = "info" if _checked.log_level == "debug" else _checked.log_level
accesslog = None
