"""Bring a new revision up, and move the service to it if it is ready: what a deploy does after it was accepted."""

import logging
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from localcloud.build import image
from localcloud.build.environment import Environments, InstallError
from localcloud.cloud import Cloud
from localcloud.records import registry
from localcloud.run import launch, secret_env, spec
from localcloud.run.instance import NotStartedError
from localcloud.run.launch import Launch
from localcloud.run.runner import Runner
from localcloud.store import Document

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


class Deployer:
    """Makes runners of revisions."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._environments = Environments(cloud.environments)

    def runner(self, revision: Document) -> Runner:
        """A runner that does not run yet."""
        short = revision["name"].rpartition("/")[2]
        return Runner(
            self._cloud.store,
            short,
            revision,
            partial(self._prepare, revision),
            log_file=self.log_file(revision["service"]),
        )

    def pin(self, revision: Document) -> Document:
        """The revision with the digest that its image's tag means now, so that it runs the same ever after.

        Raises DeployFailed.
        """
        reference = revision["containers"][0]["image"]
        digest = registry.resolve(self._cloud.store, reference)
        if digest is None:
            raise DeployFailed(revision, f"Image '{reference}' not found.", reason="CONTAINER_MISSING")
        return revision | {"_digest": digest}

    async def prove(self, revision: Document) -> Runner:
        """A runner whose instance is ready. Raises DeployFailed; then nothing of it runs."""
        runner = self.runner(revision)
        container = revision["containers"][0]
        try:
            await runner.prove()
        except secret_env.SecretsError as fault:
            raise DeployFailed(revision, str(fault), reason="SECRETS_ACCESS_CHECK_FAILED") from fault
        except (image.ImageGoneError, launch.NothingToRunError, InstallError) as fault:
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

    async def _prepare(self, revision: Document) -> Launch:
        container, short = revision["containers"][0], revision["name"].rpartition("/")[2]
        project = revision["name"].split("/")[1]
        variables = secret_env.resolve(self._cloud.store, project, revision["serviceAccount"], container.get("env", []))
        found = image.load(self._cloud.images, revision["_digest"])
        environment = await self._environments.ensure(found.lock, partial(log.info, "environment: %s"))
        data = self._cloud.data / revision["service"]
        data.mkdir(parents=True, exist_ok=True)
        return launch.prepare(
            found,
            environment,
            container,
            service=revision["service"],
            revision=short,
            variables=variables,
            data=data,
        )
