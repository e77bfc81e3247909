"""The service's secrets, in Secret Manager, and the right to read them.

The session key is drawn by the provider straight into Secret Manager and is nowhere else: no person types it, and it is
in no configuration, environment, output or state. A new key is a new version, and the service names its version by
number, so it is a new revision as well: all instances of one agree about the key.
The previous key stays valid, so a rotation signs nobody out. A second rotation does: rotate twice if a key leaked.

Left out: secrets that people hold, such as an API token of somebody else's service (OwnSecrets).
"""

from collections.abc import Sequence

import pulumi
from pulumi import Input, Output, ResourceOptions

from hearth.resources import KeyVersion
from infra.settings import StackSettings
from infra.stored_secret import SecretReference, declare_secret, grant_reading

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
        self.env, self.grants = {}, []

        def keep(variable: str, resource: str, secret_id: str, *, follows: KeyVersion | None = None) -> KeyVersion:
            secret = declare_secret(resource, stack, secret_id, self, after)
            key = KeyVersion(
                resource,
                project=stack.project,
                secret=secret.secret_id,
                size=_KEY_BYTES,
                rotation="" if follows else stack.secret_key_rotation,
                follows=follows.id if follows else None,
                # Stacks deployed before there were KeyVersions have it as a version of Google's provider. By this the
                # engine takes that one over as it is; without it, it would destroy the key that signed all sessions.
                opts=ResourceOptions(
                    parent=self, aliases=[pulumi.Alias(type_="gcp:secretmanager/secretVersion:SecretVersion")]
                ),
            )
            self.env[variable] = SecretReference(secret=secret.secret_id, version=key.version)
            self.grants.append(
                grant_reading(
                    resource,
                    project=stack.project,
                    secret_id=secret.secret_id,
                    reader=reader,
                    opts=ResourceOptions(parent=self),
                )
            )
            return key

        current, fallback = VARIABLES
        names = stack.names
        key = keep(current, f"{name}-session-key", names.secret_key)
        keep(fallback, f"{name}-previous-session-key", names.previous_secret_key, follows=key)
        self.register_outputs({})
