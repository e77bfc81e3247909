"""The service's log: one JSON object per line on standard output, as Cloud Logging reads it; plain text on a laptop.

No access log: Cloud Run writes one, and a second would double the bill and bury everything else under health
checks. No logging client either: it would cost more at each cold start than all the rest of the service.
"""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import TextIO

from flask import Flask, has_request_context, request

from flask_hearth import request_id, trace

_SEVERITIES = frozenset({"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"})
_TEXT = "%(asctime)s %(levelname)-8s %(name)s: %(message)s"


def init_app(app: Flask) -> None:
    """As HEARTH_LOG_LEVEL, HEARTH_LOG_STRUCTURED and HEARTH_GOOGLE_CLOUD_PROJECT say.

    Without a level, logging is left as it is: it is the whole process's, and the app may have set it up.
    """
    level: str | None = app.config.setdefault("HEARTH_LOG_LEVEL", None)
    structured: bool = app.config.setdefault("HEARTH_LOG_STRUCTURED", True)
    project: str | None = app.config.setdefault("HEARTH_GOOGLE_CLOUD_PROJECT", None)
    if level is not None:
        configure(level=level, structured=structured, project=project)


def configure(*, level: str, structured: bool, project: str | None = None, stream: TextIO | None = None) -> None:
    """Send every logger of this process to `stream` (standard output), from `level` up, and nowhere else any more."""
    handler = logging.StreamHandler(sys.stdout if stream is None else stream)
    handler.setFormatter(CloudFormatter(project) if structured else logging.Formatter(_TEXT))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)


class CloudFormatter(logging.Formatter):
    """A record as one line of JSON, with the special fields that Cloud Logging lifts out of it.

    cloud.google.com/logging/docs/structured-logging names the fields; Error Reporting reads tracebacks in
    `stack_trace`.
    """

    def __init__(self, project: str | None) -> None:
        super().__init__()
        self._project = project

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, object] = {
            "severity": record.levelname if record.levelname in _SEVERITIES else "DEFAULT",
            "message": record.getMessage(),
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "logger": record.name,
            "logging.googleapis.com/sourceLocation": {
                "file": record.pathname,
                "line": str(record.lineno),
                "function": record.funcName,
            },
        }
        if record.exc_info:
            # Inside the entry: printed, each line of it would become an entry of its own, without severity or trace.
            entry["stack_trace"] = self.formatException(record.exc_info)
        return json.dumps(entry | self._request())

    def _request(self) -> dict[str, object]:
        """What the entry shares with others of its request, and with the error that the client got."""
        if not has_request_context():
            return {}
        name = {"request_id": request_id.current()}
        return name | self._trace()

    def _trace(self) -> dict[str, object]:
        found = trace.read(request.headers)
        if found is None:
            return {}
        name = found.id if self._project is None else f"projects/{self._project}/traces/{found.id}"
        fields: dict[str, object] = {
            "logging.googleapis.com/trace": name,
            "logging.googleapis.com/trace_sampled": found.sampled,
        }
        if found.span:
            fields["logging.googleapis.com/spanId"] = found.span
        return fields
