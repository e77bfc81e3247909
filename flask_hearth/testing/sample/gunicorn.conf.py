# ruff: noqa: N999 - a name that gunicorn chose
"""gunicorn with the values that a service's own configuration has, for the sample app.

Without that one's checks, as nobody sets these variables by hand. A test beside the service's compares the two.
"""

import os

from gunicorn.glogging import Logger as GunicornLogger  # type: ignore[import-untyped]

from flask_hearth import logs
from flask_hearth.settings import HearthSettings

_settings = HearthSettings.from_env(os.environ)
logs.configure(level=_settings.log_level, structured=not _settings.is_development)


class Logger(GunicornLogger):  # type: ignore[misc]  # untyped
    """gunicorn's own messages in the service's log."""

    def setup(self, cfg: object) -> None:
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True


bind = f"0.0.0.0:{os.environ['PORT']}"
workers = int(os.environ.get("GUNICORN_WORKERS", "1"))
threads = int(os.environ.get("GUNICORN_THREADS", "84"))
worker_class = "gthread"
worker_connections = threads + 1000
timeout = 0
graceful_timeout = 8
keepalive = 620
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108
control_socket_disable = True
forwarded_allow_ips = ""
logger_class = Logger
loglevel = "info" if _settings.log_level == "debug" else _settings.log_level
accesslog = None
