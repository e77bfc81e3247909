"""gunicorn's own messages in the service's log. Left out: an access log, which Cloud Run writes already."""

from gunicorn.config import Config  # type: ignore[import-untyped]
from gunicorn.glogging import Logger as GunicornLogger  # type: ignore[import-untyped]


class Logger(GunicornLogger):  # type: ignore[misc]  # untyped
    """gunicorn's messages as entries of the service's log, in the same shape, instead of text on stderr."""

    def setup(self, cfg: Config) -> None:
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True
