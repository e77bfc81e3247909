"""The provider: its kinds, over one session."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from infra.provider.clients.credentials import Tokens
from infra.provider.clients.endpoints import Endpoints
from infra.provider.clients.session import Session
from infra.provider.clock import Clock
from infra.provider.image import Image
from infra.provider.job_execution import JobExecution
from infra.provider.random_key import RandomKey
from infra.provider.schema import RESOURCES
from infra.provider.settled import Settled
from infra.provider.site_release import SiteRelease
from plugin.kinds import Kind, Provider, ProviderError


class HearthProvider(Provider):
    """Takes no configuration: where APIs are and who calls is the environment's, as for Google's own provider.

    `root` is the checkout, which paths in inputs are relative to.
    """

    name = "hearth"
    version = "0.1.0"

    def __init__(self, root: Path, environ: Mapping[str, str]) -> None:
        session = Session(Endpoints(environ), Tokens(environ))
        clock = Clock()
        kinds: tuple[Kind, ...] = (
            Image(root, session, clock),
            JobExecution(session, clock),
            RandomKey(),
            Settled(session, clock),
            SiteRelease(root, session, clock),
        )
        self._kinds = {kind.token: kind for kind in kinds}

    def kind(self, token: str) -> Kind:
        found = self._kinds.get(token)
        if found is None:
            raise ProviderError(f"{self.name} has no resource type {token!r}; it has {', '.join(self._kinds)}.")
        return found

    def schema(self) -> Mapping[str, Any]:
        return RESOURCES
