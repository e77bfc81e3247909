"""The service's secrets, in Secret Manager, and the right to read them.

The session key is made by the provider and never leaves state (encrypted) and Secret Manager: no person types it, and
it is in no plain configuration, environment or output. A new key is a new version, and the service names its version
by number, so it is a new revision as well: all instances of one agree about the key.
The previous key stays valid, so a rotation signs nobody out. A second rotation does: rotate twice if a key leaked.

Left out: secrets that people hold, such as an API token of somebody else's service (OwnSecrets).
"""

from collections.abc import Sequence

import pulumi
from pulumi import Input, Output, ResourceOptions

from hearth.resources import RandomKey
from infra.settings import StackSettings
from infra.stored_secret import SecretReference, store

# Flask's guide recommends 32; HMAC-SHA1, which signs its sessions, gains nothing beyond 64.
_KEY_BYTES = 32

VARIABLES = ("SECRET_KEY", "SECRET_KEY_FALLBACKS")


class AppSecrets(pulumi.ComponentResource):
    """SECRET_KEY and SECRET_KEY_FALLBACKS."""

    env: dict[str, SecretReference]
    """By the environment variable that the service reads."""
    grants: list[Output[str]]
    """Ids of the grants that the service needs before it can start."""

    def __init__(
        self,
        name: str,
        stack: StackSettings,
        *,
        reader: Input[str],
        after: Sequence[pulumi.Resource],
        opts: ResourceOptions | None = None,
    ) -> None:
        super().__init__("hearth-app:infra:AppSecrets", name, None, opts)
        names = stack.names
        key = RandomKey(
            f"{name}-session-key",
            size=_KEY_BYTES,
            rotation=stack.secret_key_rotation,
            opts=ResourceOptions(parent=self),
        )
        kept = (
            (f"{name}-session-key", names.secret_key, key.value),
            (f"{name}-previous-session-key", names.previous_secret_key, key.previous),
        )
        self.env, self.grants = {}, []
        for variable, (resource, secret_id, data) in zip(VARIABLES, kept, strict=True):
            self.env[variable], grant = store(
                resource, stack, secret_id=secret_id, data=data, reader=reader, parent=self, after=after
            )
            self.grants.append(grant)
        self.register_outputs({})
