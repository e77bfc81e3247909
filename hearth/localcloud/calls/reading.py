"""A task as a request has it, checked as Cloud Tasks checks it (Cloud Tasks v2, tasks.create).

Left out: App Engine's targets, which the local cloud does not play.
"""

import base64
import binascii
import json
import re
import secrets
import time
from typing import Any, Final
from urllib.parse import urlsplit

from hearth.localcloud import bodies, times
from hearth.localcloud.calls import declared
from hearth.localcloud.errors import ApiError
from hearth.localcloud.store import Document

_MOST_BYTES: Final = 100 * 1024
_MOST_DELAY_SECONDS: Final = 30 * 24 * 3600
"""Cloud Tasks, "Quotas and limits"."""
_DEADLINES: Final = (15.0, 1800.0)
USUAL_DEADLINE: Final = 600.0
_FIELDS: Final = ("name", "httpRequest", "scheduleTime", "dispatchDeadline")
_REQUEST_FIELDS: Final = ("url", "httpMethod", "headers", "body", "oidcToken")
_TOKEN_FIELDS: Final = ("serviceAccountEmail", "audience")
_METHODS: Final = ("POST", "GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS")
_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,500}")
_HEADER: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+: [^\0\r\n]*")
"""RFC 9110, section 5.6.2 for the name."""


def read(queue: str, task: Any) -> Document:
    """What is stored of it: as sent, with what Google adds, and `_due`, a Unix time. Raises ApiError (400)."""
    if not isinstance(task, dict):
        raise ApiError(400, "task is required, an object.")
    bodies.refuse_unknown(task, _FIELDS, "task")
    name = bodies.text(task, "name") or f"{queue}/tasks/{secrets.randbelow(10**20)}"
    if name.rpartition("/")[0] != f"{queue}/tasks" or not _ID.fullmatch(name.rpartition("/")[2]):
        raise ApiError(400, f"Task name must be {queue}/tasks/ID, with letters, digits, - and _ in the id.")
    due = _due(task)
    found: Document = {
        "name": name,
        "httpRequest": _request(task.get("httpRequest")),
        "createTime": times.now(),
        "dispatchDeadline": f"{_deadline(task):g}s",
        "dispatchCount": 0,
        "scheduleTime": times.at(due),
        "_due": due,
    }
    if len(json.dumps(found)) > _MOST_BYTES * 4 // 3:
        raise ApiError(400, f"Task size too large: a task has at most {_MOST_BYTES} bytes.")
    return found


def _request(request: Any) -> Document:
    if not isinstance(request, dict):
        raise ApiError(400, "task.httpRequest is required; the local cloud plays no other target.")
    bodies.refuse_unknown(request, _REQUEST_FIELDS, "task.http_request")
    url = bodies.text(request, "url")
    if urlsplit(url).scheme not in {"http", "https"}:
        raise ApiError(400, "HttpRequest.url must start with 'http://' or 'https://'.")
    body = bodies.text(request, "body")
    try:
        base64.b64decode(body, validate=True)
    except binascii.Error as error:
        raise ApiError(400, f"task.http_request.body is not base64: {error}") from error
    headers = request.get("headers") or {}
    if not isinstance(headers, dict) or not all(_HEADER.fullmatch(f"{name}: {headers[name]}") for name in headers):
        raise ApiError(400, "task.http_request.headers is no object of HTTP headers, texts of one line.")
    method = bodies.text(request, "httpMethod") or "POST"
    if method not in _METHODS:
        raise ApiError(400, f"task.http_request.http_method is none of {', '.join(_METHODS)}.")
    made: Document = {"url": url, "httpMethod": method, "headers": headers, "body": body}
    if "oidcToken" in request:
        token = request["oidcToken"]
        if not isinstance(token, dict):
            raise ApiError(400, "task.http_request.oidc_token is an object, with serviceAccountEmail.")
        bodies.refuse_unknown(token, _TOKEN_FIELDS, "task.http_request.oidc_token")
        if not bodies.text(token, "serviceAccountEmail"):
            raise ApiError(400, "task.http_request.oidc_token.service_account_email is required.")
        made["oidcToken"] = token
    return made


def _deadline(task: Document) -> float:
    try:
        found = declared.seconds(task.get("dispatchDeadline"), USUAL_DEADLINE)
    except ValueError as error:
        raise ApiError(400, f"task.dispatch_deadline is no duration: {error}") from error
    if not _DEADLINES[0] <= found <= _DEADLINES[1]:
        raise ApiError(400, "task.dispatch_deadline must be between 15s and 1800s.")
    return found


def _due(task: Document) -> float:
    text = bodies.text(task, "scheduleTime")
    if not text:
        return time.time()
    when = times.local(text)
    if when is None or when.timestamp() > time.time() + _MOST_DELAY_SECONDS:
        raise ApiError(400, "task.schedule_time is no time (RFC 3339), or more than 30 days away.")
    return when.timestamp()
