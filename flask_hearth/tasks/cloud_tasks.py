"""A queue of Cloud Tasks, by its REST API: one method, for which no client of its own has to be in the image.

The address in a task is a placeholder, and the task carries no token: the queue itself says which host is called, and
as whom (Cloud Tasks, "Configure queue-level routing"). So the service need not know its own address, which its
deployment would have to learn before there is one. Imported with the first task, as it takes a while.
"""

import base64
import hashlib
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Final

import google.auth
import requests
from google.auth.exceptions import GoogleAuthError
from google.auth.transport.requests import AuthorizedSession
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from flask_hearth import task_names
from flask_hearth.tasks.queues import QueueError, Task

GOOGLE: Final = "https://cloudtasks.googleapis.com"
LOCAL_PREFIX: Final = "/cloudtasks"
"""Where a local cloud has the API; Google has it at a host of its own."""

DEADLINE: Final = "1800s"
"""The longest that a queue waits for an answer (Cloud Tasks v2, Task.dispatchDeadline: 15 seconds to 30 minutes). The
service's own time limit ends a call before; with a shorter deadline, the next attempt would run beside it."""

_SCOPE: Final = "https://www.googleapis.com/auth/cloud-platform"
_TIMEOUT_SECONDS: Final = 10
_PASSING: Final = (429, 500, 502, 503, 504)


class CloudTasks:
    """A queue by its full name, `projects/P/locations/L/queues/Q`; of a local cloud, where there is an `origin`."""

    def __init__(self, queue: str, origin: str | None) -> None:
        self._queue, self._origin = queue, origin

    def add(self, task: Task) -> bool:
        """Whether it was added. Raises QueueError."""
        made: dict[str, Any] = {
            "dispatchDeadline": DEADLINE,
            "httpRequest": {
                "url": f"https://replaced.invalid{task_names.PATH}/{task.name}",
                "httpMethod": "POST",
                "headers": {"Content-Type": "application/json"},
                "body": base64.b64encode(task.body).decode(),
            },
        }
        if task.delay:
            made["scheduleTime"] = (datetime.now(UTC) + task.delay).isoformat().replace("+00:00", "Z")
        if task.deduplication_key is not None:
            # Hashed, as Google recommends: names in a sequence make the whole queue slow.
            digest = hashlib.sha256(f"{task.name}\0{task.deduplication_key}".encode()).hexdigest()
            made["name"] = f"{self._queue}/tasks/{digest}"
        base = f"{self._origin}{LOCAL_PREFIX}" if self._origin else GOOGLE
        try:
            answer = self._session.post(f"{base}/v2/{self._queue}/tasks", json={"task": made}, timeout=_TIMEOUT_SECONDS)
        except (requests.RequestException, GoogleAuthError) as error:
            raise QueueError(f"{self._queue} can't be reached: {error}") from error
        if answer.status_code == requests.codes.conflict and "name" in made:
            return False
        if not answer.ok:
            raise QueueError(f"{self._queue} answered {answer.status_code}: {answer.text[:500]}")
        return True

    @cached_property
    def _session(self) -> requests.Session:
        # A local cloud checks no caller, and this machine's credentials are none of its business.
        session = requests.Session() if self._origin else AuthorizedSession(google.auth.default(scopes=[_SCOPE])[0])
        # POST, too: a task that is enqueued twice is called twice, which may happen in any case.
        retry = Retry(
            total=2, backoff_factor=0.2, status_forcelist=_PASSING, allowed_methods=None, raise_on_status=False
        )
        for scheme in ("http://", "https://"):
            session.mount(scheme, HTTPAdapter(max_retries=retry))
        return session
