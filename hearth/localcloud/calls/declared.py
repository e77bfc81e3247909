"""Queues, jobs and triggers as they are declared, with Google's defaults for what is not (Cloud Tasks v2, Queue; Cloud
Scheduler v1, Job).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from hearth.localcloud.kept import records
from hearth.localcloud.store import Document, Store

QUEUE: Final = "gcp:cloudtasks/queue:Queue"
JOB: Final = "gcp:cloudscheduler/job:Job"
TRIGGER: Final = "gcp:eventarc/trigger:Trigger"


@dataclass(frozen=True, kw_only=True)
class Retries:
    """When a call that failed comes again."""

    least: float
    most: float
    doublings: int

    def pause(self, failures: int) -> float:
        """Seconds after so many failures, one or more: doubled some times, then growing evenly, up to the most."""
        doubled = self.least * 2.0 ** min(failures - 1, self.doublings)
        return min(self.most, doubled * max(1, failures - self.doublings))


def each(store: Store, type: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Name, `projects/P/locations/L/...`, and inputs of all records of a type."""
    for record in records.all_of(store):
        if record["type"] == type:
            yield record["id"], record["inputs"]


def find(store: Store, type: str, name: str) -> Mapping[str, Any] | None:
    """The inputs of the one of this name."""
    return next((inputs for found, inputs in each(store, type) if found == name), None)


def queue_retries(queue: Mapping[str, Any]) -> tuple[Retries, int]:
    """With the number of attempts; -1 is no end."""
    config = queue.get("retryConfig") or {}
    retries = Retries(
        least=seconds(config.get("minBackoff"), 0.1),
        most=seconds(config.get("maxBackoff"), 3600),
        doublings=int(config.get("maxDoublings", 16)),
    )
    return retries, int(config.get("maxAttempts", 100))


def job_retries(job: Mapping[str, Any]) -> tuple[Retries, int]:
    """With the number of retries."""
    config = job.get("retryConfig") or {}
    retries = Retries(
        least=seconds(config.get("minBackoffDuration"), 5),
        most=seconds(config.get("maxBackoffDuration"), 3600),
        doublings=int(config.get("maxDoublings", 5)),
    )
    return retries, int(config.get("retryCount", 0))


def rates(queue: Mapping[str, Any]) -> tuple[int, float]:
    """Calls at a time, and calls begun in a second."""
    limits = queue.get("rateLimits") or {}
    return int(limits.get("maxConcurrentDispatches", 1000)), float(limits.get("maxDispatchesPerSecond", 500))


def seconds(duration: Any, default: float) -> float:
    """Of a duration such as `3.5s`."""
    return float(str(duration).removesuffix("s")) if duration else default


def token(target: Mapping[str, Any]) -> Document | None:
    """`serviceAccountEmail` and `audience` of the ID token that a target asks for."""
    found: Document | None = target.get("oidcToken")
    return found
