"""From a container's declaration to what can be started: the image found, its packages installed, secrets read."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from hearth.localcloud.build import environment, image
from hearth.localcloud.build.environment import InstallError
from hearth.localcloud.cloud import Cloud
from hearth.localcloud.databases import firestore, sockets
from hearth.localcloud.databases.errors import DatabaseError
from hearth.localcloud.kept.placeholders import Placeholders
from hearth.localcloud.records import registry
from hearth.localcloud.run import launch, real_values, secret_env
from hearth.localcloud.run.launch import Launch

log = logging.getLogger(__name__)

CANNOT_RUN = (image.ImageGoneError, launch.NothingToRunError, InstallError, DatabaseError)
"""What `Preparation.launch` raises when the image is not one that can be started here; the texts are for people."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """One container to start."""

    project: str
    account: str
    """Email of the account it runs as, whose rights decide which secrets it gets."""
    container: Mapping[str, Any]
    digest: str
    platform: Mapping[str, str]
    """What Cloud Run itself sets."""
    volumes: Sequence[Mapping[str, Any]] = ()


class Preparation:
    """Shared by all that runs on one local cloud."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def digest(self, reference: str) -> str | None:
        """What the reference means now; None when there is no such image."""
        return registry.resolve(self._cloud.store, reference)

    def variables(self, project: str, account: str, container: Mapping[str, Any]) -> dict[str, str]:
        """The container's env with its secrets. Raises secret_env.SecretsError."""
        variables = secret_env.resolve(self._cloud.store, project, account, container.get("env", []))
        # Known before the change but for a secret's latest version, which may have come since.
        placeholders = Placeholders(self._cloud.store)
        for name, value in variables.items():
            if found := placeholders.origin(value):
                raise secret_env.SecretsError(real_values.refusal(f"The environment variable {name}", found))
        return variables

    async def launch(self, wanted: Wanted) -> Launch:
        """Raises secret_env.SecretsError, and CANNOT_RUN."""
        variables = self.variables(wanted.project, wanted.account, wanted.container)
        found = image.load(self._cloud.images, wanted.digest)
        packages = await environment.ensure(
            self._cloud.environments, found.lock, found.wheels, partial(log.info, "environment: %s")
        )
        data = self._cloud.data / wanted.project
        data.mkdir(parents=True, exist_ok=True)
        return launch.prepare(
            found,
            packages,
            wanted.container,
            platform=wanted.platform,
            variables=variables,
            data=data,
            identity=self._cloud.origin,
            replace_sockets=sockets.replacing(self._cloud.store, wanted.container, wanted.volumes),
            firestore=firestore.host(self._cloud.store),
        )
