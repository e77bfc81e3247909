"""Bring a new revision up, and move the service to it if it is ready: what a deploy does after it was accepted."""

import logging
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from hearth.localcloud.cloud import Cloud
from hearth.localcloud.run import launch, secret_env, spec
from hearth.localcloud.run.instance import NotStartedError
from hearth.localcloud.run.preparation import CANNOT_RUN, Preparation, Wanted
from hearth.localcloud.run.revision_runner import RevisionRunner
from hearth.localcloud.store import Document

log = logging.getLogger(__name__)

_NOT_READY = "Revision '{revision}' is not ready and cannot serve traffic. {why}"
_PROBE_FAILED = (
    "The user-provided container failed the configured startup probe checks. "
    "Logs for this revision might contain more information."
)
_NOT_LISTENING = (
    "The user-provided container failed to start and listen on the port defined provided by the PORT={port} "
    "environment variable within the allocated timeout. This can happen when the container port is misconfigured or if "
    "the timeout is too short. The health check timeout can be extended. Logs for this revision might contain more "
    "information."
)


class DeployFailed(Exception):
    """The revision did not become ready. The text is Cloud Run's, followed by what only a local cloud can show."""

    def __init__(self, revision: Mapping[str, Any], why: str, *, reason: str, revision_reason: str = "") -> None:
        short = revision["name"].rpartition("/")[2]
        super().__init__(_NOT_READY.format(revision=short, why=why))
        self.reason = reason
        """CommonReason of the service's condition."""
        self.revision_reason = revision_reason


class RunnerFactory:
    """Makes runners of revisions."""

    def __init__(self, cloud: Cloud, preparation: Preparation) -> None:
        self._cloud = cloud
        self._preparation = preparation

    def create(self, revision: Document) -> RevisionRunner:
        """A runner that does not run yet."""
        short = revision["name"].rpartition("/")[2]
        wanted = Wanted(
            project=revision["name"].split("/")[1],
            account=revision["serviceAccount"],
            container=revision["containers"][0],
            digest=revision["_digest"],
            platform=launch.service_variables(revision["service"], short),
            volumes=revision.get("volumes", ()),
        )
        prepare = partial(self._preparation.launch, wanted)
        return RevisionRunner(self._cloud.store, short, revision, prepare, log_file=self.log_file(revision["service"]))

    def pin_image(self, revision: Document) -> Document:
        """The revision with the digest that its image's tag means now, so that it runs the same ever after.

        Raises DeployFailed.
        """
        reference = revision["containers"][0]["image"]
        digest = self._preparation.digest(reference)
        if digest is None:
            raise DeployFailed(revision, f"Image '{reference}' not found.", reason="CONTAINER_MISSING")
        return revision | {"_digest": digest}

    async def start(self, revision: Document) -> RevisionRunner:
        """A runner whose instance is ready. Raises DeployFailed; then nothing of it runs."""
        runner = self.create(revision)
        container = revision["containers"][0]
        try:
            await runner.start()
        except secret_env.SecretsError as fault:
            raise DeployFailed(revision, str(fault), reason="SECRETS_ACCESS_CHECK_FAILED") from fault
        except CANNOT_RUN as fault:
            raise DeployFailed(revision, str(fault), reason="REVISION_FAILED") from fault
        except NotStartedError as fault:
            default = container["startupProbe"]["periodSeconds"] == spec.DEFAULT_STARTUP["periodSeconds"]
            port = container["ports"][0]["containerPort"]
            why = _NOT_LISTENING.format(port=port) if default else _PROBE_FAILED
            lines = "\n".join(fault.lines) or "(it wrote nothing)"
            raise DeployFailed(
                revision,
                f"{why}\n\n{fault} Last lines of {self.log_file(revision['service'])}:\n{lines}",
                reason="REVISION_FAILED",
                revision_reason="HEALTH_CHECK_CONTAINER_ERROR",
            ) from fault
        return runner

    def log_file(self, service: str) -> Path:
        """Where a service (short name) logs."""
        return self._cloud.logs / "services" / f"{service}.log"
