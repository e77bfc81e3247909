"""The provider: its kinds, over one session."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hearth.catalog.apis import ARTIFACT_REGISTRY, SERVICE_USAGE
from hearth.plugin.kinds import Kind, Provider, ProviderError
from hearth.provider.alternating_value import AlternatingValue
from hearth.provider.clients.credentials import Tokens
from hearth.provider.clients.endpoints import Endpoints, loopback
from hearth.provider.clients.session import Session
from hearth.provider.clock import Clock
from hearth.provider.image import Image
from hearth.provider.image_transfer import RecordCopy, Transfer
from hearth.provider.job_execution import JobExecution
from hearth.provider.key_version import KeyVersion
from hearth.provider.public_grant import PublicGrant
from hearth.provider.random_key import RandomKey
from hearth.provider.schema import RESOURCES
from hearth.provider.settled import Settled
from hearth.provider.site_release import SiteRelease
from hearth.target import is_records_only


class HearthProvider(Provider):
    """Takes no configuration: where APIs are and who calls is the environment's, as for Google's own provider.

    `root` is the checkout, which paths in inputs are relative to.
    """

    name = "hearth"
    version = "0.1.0"

    def __init__(self, root: Path, environ: Mapping[str, str]) -> None:
        tokens = Tokens(environ)
        session = Session(Endpoints(environ), tokens)
        clock = Clock()
        local = loopback(ARTIFACT_REGISTRY.base(environ))
        kinds: tuple[Kind, ...] = (
            Image(root, session, clock, RecordCopy(session) if local else Transfer(tokens)),
            JobExecution(session, clock),
            AlternatingValue(),
            RandomKey(),
            KeyVersion(session),
            PublicGrant(session, clock),
            # Records have nothing to take effect in.
            Settled(
                session,
                clock,
                waits=not is_records_only(environ),
                one_server=loopback(SERVICE_USAGE.base(environ)),
            ),
            SiteRelease(root, session, clock),
        )
        self._kinds = {kind.token: kind for kind in kinds}

    def kind(self, token: str) -> Kind:
        found = self._kinds.get(token)
        if found is None:
            raise ProviderError(f"{self.name} has no resource type {token!r}; it has {', '.join(self._kinds)}.")
        return found

    def schema(self) -> Mapping[str, Any]:
        return {"resources": RESOURCES}
