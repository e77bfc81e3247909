"""A value in Secret Manager, and the right of one account to read it.

A function, not a component: its resources belong to the component that keeps something secret. Left out: `latest`. A
reference names its version by number, so that a new value is a new revision. The version before is destroyed at the
deployment's end, when nothing refers to it any more but earlier revisions, which can't start again from then on.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_gcp as gcp
from pulumi import Input, Output, ResourceOptions

from infra.settings import StackSettings


@dataclass(frozen=True, kw_only=True)
class SecretReference:
    """A version of a secret, as an environment variable of Cloud Run refers to it."""

    secret: Input[str]
    version: Input[str]


def store(
    name: str,
    stack: StackSettings,
    *,
    secret_id: str,
    data: Input[str],
    reader: Input[str],
    parent: pulumi.Resource,
    after: Sequence[pulumi.Resource],
) -> tuple[SecretReference, Output[str]]:
    """Declare the secret, its version and the reader's grant. Returns the reference and the grant's id."""
    secret = gcp.secretmanager.Secret(
        name,
        project=stack.project,
        secret_id=secret_id,
        replication=gcp.secretmanager.SecretReplicationArgs(auto=gcp.secretmanager.SecretReplicationAutoArgs()),
        deletion_protection=stack.deletion_protection,
        opts=ResourceOptions(parent=parent, depends_on=after, protect=stack.protect),
    )
    version = gcp.secretmanager.SecretVersion(
        name, secret=secret.id, secret_data=data, opts=ResourceOptions(parent=parent)
    )
    accessor = gcp.secretmanager.SecretIamMember(
        f"{name}-reader",
        project=stack.project,
        secret_id=secret.secret_id,
        role="roles/secretmanager.secretAccessor",
        member=reader,
        opts=ResourceOptions(parent=parent),
    )
    return SecretReference(secret=secret.secret_id, version=version.version), accessor.id
