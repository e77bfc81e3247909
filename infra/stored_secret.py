"""A value in Secret Manager, and the right of one account to read it.

Functions, not a component: their resources belong to the component that keeps something secret. Left out: `latest`. A
reference names its version by number, so that a new value is a new revision. With `store`, the version before is
destroyed at the deployment's end, when nothing refers to it any more but earlier revisions, which can't start again
from then on; with `store_alternating` it stays until the next value, so that those before it can.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_gcp as gcp
from pulumi import Input, Output, ResourceOptions

from hearth.resources import AlternatingValue
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
    secret = declare_secret(name, stack, secret_id, parent, after)
    version = _version(name, secret, data, parent)
    opts = ResourceOptions(parent=parent)
    granted = grant_reading(name, project=stack.project, secret_id=secret.secret_id, reader=reader, opts=opts)
    return SecretReference(secret=secret.secret_id, version=version.version), granted


def store_alternating(
    name: str,
    stack: StackSettings,
    *,
    secret_id: str,
    data: Input[str],
    reader: Input[str],
    parent: pulumi.Resource,
    after: Sequence[pulumi.Resource],
) -> tuple[SecretReference, Output[str]]:
    """As `store`, with two versions: that of the value, and that of the one before."""
    secret = declare_secret(name, stack, secret_id, parent, after)
    value = AlternatingValue(name, value=data, opts=ResourceOptions(parent=parent))
    first = _version(f"{name}-first", secret, value.first, parent)
    second = _version(f"{name}-second", secret, value.second, parent)
    current = Output.all(value.current, first.version, second.version).apply(lambda all: all[1 + (all[0] == "second")])
    opts = ResourceOptions(parent=parent)
    granted = grant_reading(name, project=stack.project, secret_id=secret.secret_id, reader=reader, opts=opts)
    return SecretReference(secret=secret.secret_id, version=current), granted


def grant_reading(
    name: str, *, project: Input[str], secret_id: Input[str], reader: Input[str], opts: ResourceOptions
) -> Output[str]:
    """The right to read this one secret. Returns the grant's id."""
    return gcp.secretmanager.SecretIamMember(
        f"{name}-reader",
        project=project,
        secret_id=secret_id,
        role="roles/secretmanager.secretAccessor",
        member=reader,
        opts=opts,
    ).id


def declare_secret(
    name: str, stack: StackSettings, secret_id: str, parent: pulumi.Resource, after: Sequence[pulumi.Resource]
) -> gcp.secretmanager.Secret:
    """A secret without a version."""
    return gcp.secretmanager.Secret(
        name,
        project=stack.project,
        secret_id=secret_id,
        replication=_replication(stack),
        deletion_protection=stack.deletion_protection,
        opts=ResourceOptions(parent=parent, depends_on=after, protect=stack.protect),
    )


def _replication(stack: StackSettings) -> gcp.secretmanager.SecretReplicationArgs:
    """Automatic replication is refused where an organization limits locations (`constraints/gcp.resourceLocations`).

    Source: Secret Manager, "Choose a replication policy".
    """
    if stack.secret_replication == "automatic":
        return gcp.secretmanager.SecretReplicationArgs(auto=gcp.secretmanager.SecretReplicationAutoArgs())
    place = gcp.secretmanager.SecretReplicationUserManagedReplicaArgs(location=stack.region)
    return gcp.secretmanager.SecretReplicationArgs(
        user_managed=gcp.secretmanager.SecretReplicationUserManagedArgs(replicas=[place])
    )


def _version(
    name: str, secret: gcp.secretmanager.Secret, data: Input[str], parent: pulumi.Resource
) -> gcp.secretmanager.SecretVersion:
    return gcp.secretmanager.SecretVersion(
        name, secret=secret.id, secret_data=data, opts=ResourceOptions(parent=parent)
    )
