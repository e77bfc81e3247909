"""The secrets that people hold, such as an API token of somebody else's service, as variables of the service.

Those of `app:secrets` are kept in Secret Manager, each with the version before it, so that the revision before can
start again until the next value. Those of `app:secretReferences` somebody else keeps there: nothing of them is declared
but the right to read them. Left out: secrets as files, and such as the service never gets.
"""

from collections.abc import Sequence

import pulumi
from pulumi import Input, Output, ResourceOptions

from hearth.facts.names import SECRET_REFERENCE
from hearth.secret_values import SecretValues
from infra.settings import StackSettings
from infra.stored_secret import SecretReference, grant_reading, store_alternating


class OwnSecrets(pulumi.ComponentResource):
    """What the stack's file has in `app:secrets` and `app:secretReferences`."""

    env: dict[str, SecretReference]
    """By variable."""
    grants: list[Output[str]]
    """Ids of the grants that the service needs before it can start."""

    def __init__(
        self,
        name: str,
        stack: StackSettings,
        *,
        values: SecretValues,
        reader: Input[str],
        after: Sequence[pulumi.Resource],
        opts: ResourceOptions | None = None,
    ) -> None:
        super().__init__("hearth-app:infra:OwnSecrets", name, None, opts)
        self.env, self.grants = {}, []
        for variable in stack.secrets:
            self.env[variable], grant = store_alternating(
                f"{name}-{variable}",
                stack,
                secret_id=stack.names.own_secret(variable),
                data=values[variable],
                reader=reader,
                parent=self,
                after=after,
            )
            self.grants.append(grant)
        granted: set[tuple[str, str]] = set()
        for variable, written in stack.secret_references.items():
            match = SECRET_REFERENCE.fullmatch(written)
            assert match is not None
            project, secret = match["project"] or stack.project, match["secret"]
            # Cloud Run takes the bare id for the service's own project, and the whole name for any other.
            own = project == stack.project
            reference = secret if own else f"projects/{project}/secrets/{secret}"
            self.env[variable] = SecretReference(secret=reference, version=match["version"])
            if (project, secret) not in granted:
                granted.add((project, secret))
                at = secret if own else f"{project}-{secret}"
                self.grants.append(
                    grant_reading(
                        f"{name}-{at}",
                        project=project,
                        secret_id=secret,
                        reader=reader,
                        opts=ResourceOptions(parent=self),
                    )
                )
        self.register_outputs({})
