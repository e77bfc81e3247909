"""The resource types of the provider `hearth` (hearth/provider/), as the program declares them.

Types and names only. What each of them does, checks and stores is the provider's business.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi import Input, Output, ResourceOptions


class Image(pulumi.CustomResource):
    """A container image of the checkout, built by Cloud Build unless it built that content already; or a copy."""

    ref: Output[str]
    """The image by digest; unknown in a preview that would build."""
    digest: Output[str]

    def __init__(
        self,
        name: str,
        *,
        project: Input[str],
        region: Input[str],
        repository: Input[str],
        image: Input[str],
        bucket: Input[str],
        service_account: Input[str],
        build_region: Input[str],
        context: Input[str],
        dockerfile: Input[str],
        copy_of: Input[str] | None = None,
        opts: ResourceOptions | None = None,
    ) -> None:
        """`image` is its name in the repository; `context` and `dockerfile` are relative to the checkout's root.

        With `copy_of`, an image in Artifact Registry by digest, nothing is built: that image is copied.
        """
        properties = {
            "project": project,
            "region": region,
            "repository": repository,
            "name": image,
            "bucket": bucket,
            "serviceAccount": service_account,
            "buildRegion": build_region,
            "context": context,
            "dockerfile": dockerfile,
            "copyOf": copy_of,
            "ref": None,
            "digest": None,
        }
        super().__init__("hearth:build:Image", name, properties, opts)


class JobExecution(pulumi.CustomResource):
    """A Cloud Run job that was run, to a good end, as it is declared now."""

    execution: Output[str]
    """Full name of the execution that succeeded."""

    def __init__(
        self,
        name: str,
        *,
        project: Input[str],
        region: Input[str],
        job: Input[str],
        image: Input[str],
        template: Input[str],
        opts: ResourceOptions | None = None,
    ) -> None:
        """`image` is the one that the job must be on; another `template` (a fingerprint) runs it again."""
        properties = {
            "project": project,
            "region": region,
            "job": job,
            "image": image,
            "template": template,
            "execution": None,
            "completed": None,
        }
        super().__init__("hearth:run:JobExecution", name, properties, opts)


class Settled(pulumi.CustomResource):
    """The point at which enabled APIs answer and new grants have taken effect."""

    attempt: Output[int]
    """1, and one more whenever something of `needed_by` had not come up. In a template, it makes another revision."""

    def __init__(
        self,
        name: str,
        *,
        project: Input[str],
        region: Input[str],
        apis: Sequence[Input[str]] = (),
        grants: Sequence[Input[str]] = (),
        settle_seconds: Input[int] = 0,
        needed_by: Sequence[Input[str]] = (),
        opts: ResourceOptions | None = None,
    ) -> None:
        """`grants` are any texts that change when a grant does, such as ids: another set is waited for anew.

        `needed_by` are Cloud Run's services and jobs that start with these grants, by their relative names.
        """
        properties = {
            "project": project,
            "region": region,
            "apis": list(apis),
            "grants": list(grants),
            "settleSeconds": settle_seconds,
            "neededBy": list(needed_by) or None,
            "attempt": None,
        }
        super().__init__("hearth:project:Settled", name, properties, opts)


class PublicGrant(pulumi.CustomResource):
    """Everybody's right to call a Cloud Run service. Whatever makes the service ask for it depends on this."""

    def __init__(
        self,
        name: str,
        *,
        project: Input[str],
        region: Input[str],
        service: Input[str],
        settle_seconds: Input[int],
        opts: ResourceOptions | None = None,
    ) -> None:
        properties = {"project": project, "region": region, "service": service, "settleSeconds": settle_seconds}
        super().__init__("hearth:run:PublicGrant", name, properties, opts)


class RandomKey(pulumi.CustomResource):
    """A random key that stays the same until `rotation` changes."""

    value: Output[str]
    """URL-safe base64 without padding; secret."""
    previous: Output[str]
    """The one before the last change of `rotation`; before the first, one that nobody ever used. Secret."""

    def __init__(
        self, name: str, *, size: Input[int], rotation: Input[str], opts: ResourceOptions | None = None
    ) -> None:
        """`size` is in bytes."""
        # The provider marks it as secret too; said here, it holds for the state even if the provider forgets.
        options = ResourceOptions.merge(opts, ResourceOptions(additional_secret_outputs=["value", "previous"]))
        properties = {"bytes": size, "rotation": rotation, "value": None, "previous": None}
        super().__init__("hearth:secret:RandomKey", name, properties, options)


class KeyVersion(pulumi.CustomResource):
    """A version of a secret in Secret Manager that holds a random key, of which nothing else has a copy."""

    version: Output[str]
    """Its number."""

    def __init__(
        self,
        name: str,
        *,
        project: Input[str],
        secret: Input[str],
        size: Input[int],
        rotation: Input[str] = "",
        follows: Input[str] | None = None,
        opts: ResourceOptions | None = None,
    ) -> None:
        """`size` is in bytes, of a key that is drawn; another `rotation` is another key.

        `follows` is the id of another KeyVersion: this one holds the key that that one had before its last change.
        """
        properties = {
            "project": project,
            "secret": secret,
            "bytes": size,
            "rotation": rotation,
            "follows": follows,
            "version": None,
        }
        super().__init__("hearth:secret:KeyVersion", name, properties, opts)


class AlternatingValue(pulumi.CustomResource):
    """A value and the one before it: a new one takes the place of the one before the last."""

    first: Output[str]
    """Secret, as `second`; until the first change both hold the same."""
    second: Output[str]
    current: Output[str]
    """Which of the two holds the value: `first` or `second`."""

    def __init__(self, name: str, *, value: Input[str], opts: ResourceOptions | None = None) -> None:
        # The provider marks them as secret too; said here, it holds for the state even if the provider forgets.
        secret = ["value", "first", "second"]
        options = ResourceOptions.merge(opts, ResourceOptions(additional_secret_outputs=secret))
        properties = {"value": Output.secret(value), "first": None, "second": None, "current": None}
        super().__init__("hearth:secret:AlternatingValue", name, properties, options)


class SiteRelease(pulumi.CustomResource):
    """Files and configuration as released on a channel of a Hosting site."""

    version: Output[str]
    release: Output[str]
    url: Output[str]

    def __init__(
        self,
        name: str,
        *,
        project: Input[str],
        site: Input[str],
        channel: Input[str],
        public: Input[str],
        files: Mapping[str, str],
        config: Mapping[str, Any],
        caching: Mapping[str, str],
        service: Mapping[str, Input[str]],
        opts: ResourceOptions | None = None,
    ) -> None:
        """`files` maps paths below `public`, such as `/style.css`, to the SHA-256 of their bytes; a path may also be
        the digested name of a file there.

        `config` is a ServingConfig as Hosting's API has it, without the Cache-Control of files: that is `caching`,
        apart for `digested` and `plain` names. `service` has `name` (full), `image` (by digest) and `template` (a
        fingerprint); the site is released when that service is ready on that image.
        """
        properties = {
            "project": project,
            "site": site,
            "channel": channel,
            "public": public,
            "files": dict(files),
            "config": dict(config),
            "caching": dict(caching),
            "service": dict(service),
            "version": None,
            "release": None,
            "url": None,
        }
        super().__init__("hearth:hosting:SiteRelease", name, properties, opts)
