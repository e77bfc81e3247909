"""`hearth:build:Image`: a container image in the stack's own repository, deployed by digest.

It is built of the checkout's files, known by their hash: no Docker on this machine, Cloud Build builds. Content of
which Cloud Build has the record and the registry the image is never built again, whoever started the build. Or it is a
copy of an image that another stack built, by `copyOf`: the other stack, with all its images, may then be destroyed.
"""

import re
from collections.abc import Callable
from pathlib import Path

from hearth.catalog.apis import ARTIFACT_REGISTRY, CLOUD_BUILD, STORAGE
from hearth.facts import images
from hearth.plugin.diff import changed_paths
from hearth.plugin.kinds import (
    UNKNOWN,
    CheckResult,
    Context,
    CreateResult,
    DiffResult,
    Kind,
    ProviderError,
    ReadResult,
    Values,
)
from hearth.provider.clients.artifact_registry import ArtifactRegistry, Package
from hearth.provider.clients.errors import ApiError
from hearth.provider.clients.session import Session
from hearth.provider.clock import Clock
from hearth.provider.image_build import ImageBuild
from hearth.provider.image_order import Order
from hearth.provider.source import Source
from hearth.provider.validation import PROJECT, REGION, RELATIVE, Inputs, Rule

_APIS = (ARTIFACT_REGISTRY, CLOUD_BUILD, STORAGE)
_IDENTITY = ("project", "region", "repository", "name")
_COPIED_BY = (*_IDENTITY, "copyOf")
_FOUND_BY = (*_IDENTITY, "contentHash", "bucket", "serviceAccount", "buildRegion")
_REPOSITORY = Rule(re.compile(r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?"), "the id of a repository, such as web")
_NAME = Rule(re.compile(r"[a-z0-9]+([._-]+[a-z0-9]+)*"), "an image's name in lower case, without slash or tag")
_COPIED = Rule(
    images.BY_DIGEST,
    "an image in Artifact Registry by digest, such as us-central1-docker.pkg.dev/PROJECT/REPOSITORY/IMAGE@sha256:...",
)
_ACCOUNT = Rule(re.compile(r"[^@\s]+@[^@\s]+"), "the email of a service account")
# Cloud Build, "Quotas and limits": a build runs at most a day.
_MOST_SECONDS = 86_400


Copying = Callable[[str, Package, str, Context], None]
"""Has the image of a reference by digest in a package, with a tag. Raises ProviderError."""


class Image(Kind):
    """`root` is the folder that the inputs' paths are relative to."""

    token = "hearth:build:Image"  # noqa: S105 - a type token

    def __init__(self, root: Path, session: Session, clock: Clock, copy: Copying) -> None:
        self._root = root
        self._session = session
        self._clock = clock
        self._copy = copy

    def check(self, context: Context, olds: Values | None, news: Values) -> CheckResult:
        """Adds `contentHash`, so that a change of any file in the image is a difference of inputs; not to a copy."""
        defaults = {
            "buildRegion": "global",
            "context": ".",
            "dockerfile": "service/Dockerfile",
            "timeoutSeconds": 1200,
            "contentHash": UNKNOWN,
        }
        inputs = Inputs(news, defaults, (*_IDENTITY, "bucket", "serviceAccount", "copyOf"))
        inputs.text("project", PROJECT)
        inputs.text("region", REGION)
        inputs.text("repository", _REPOSITORY)
        inputs.text("name", _NAME)
        inputs.text("bucket")
        inputs.text("serviceAccount", _ACCOUNT)
        inputs.text("buildRegion")
        inputs.text("context", RELATIVE)
        inputs.text("dockerfile", RELATIVE)
        inputs.integer("timeoutSeconds", 1, _MOST_SECONDS)
        inputs.reachable(self._session.endpoints, _APIS)
        if "copyOf" in inputs.values:
            inputs.text("copyOf", _COPIED)
            del inputs.values["contentHash"]
        elif not inputs.failures and inputs.known("context") and inputs.known("dockerfile"):
            try:
                inputs.values["contentHash"] = self._source(inputs.values).content_hash
            except ProviderError as fault:
                inputs.fail("context", str(fault))
        return inputs.checked()

    def diff(self, context: Context, id: str, old_inputs: Values, old: Values, news: Values) -> DiffResult:
        changed = changed_paths(old_inputs, news)
        return DiffResult(changed=changed, replace=changed & set(_IDENTITY))

    def create(self, context: Context, inputs: Values, *, preview: bool) -> CreateResult:
        if preview:
            return CreateResult("", self._foreseen(context, inputs))
        return CreateResult(_package(inputs).resource, self._built(context, inputs))

    def read(self, context: Context, id: str, inputs: Values | None, old: Values | None) -> ReadResult | None:
        """Gone when the registry no longer has the digest. Raises ProviderError for an import."""
        if inputs is None or old is None:
            raise ProviderError(
                f"{self.token} {id!r} can't be imported, and needs no import: declare it, and what was "
                "built of the same content is found by Cloud Build's record, without a build."
            )
        found = ArtifactRegistry(self._session).has(_package(inputs), old["digest"])
        return ReadResult(id, inputs, old) if found else None

    def update(
        self, context: Context, id: str, old_inputs: Values, old: Values, news: Values, *, preview: bool
    ) -> Values:
        return self._foreseen(context, news) if preview else self._built(context, news)

    def delete(self, context: Context, id: str, inputs: Values, old: Values) -> None:
        """Deletes nothing: revisions in use refer to the image, and old ones are the registry's clean-up policy's."""

    def _foreseen(self, context: Context, inputs: Values) -> Values:
        """Outputs of a preview: known of a copy and of content that was built already, unknown when it would build."""
        unknown = {**inputs, "ref": UNKNOWN, "digest": UNKNOWN}
        needed = _COPIED_BY if "copyOf" in inputs else _FOUND_BY
        if any(inputs.get(name, UNKNOWN) is UNKNOWN for name in needed):
            return unknown
        if "copyOf" in inputs:
            return _outputs(inputs, _digest(inputs["copyOf"]))
        try:
            digest = ImageBuild(self._session, self._clock, self._order(inputs), context).recorded()
        except ApiError as refused:
            # Before the first deployment the API is off, and a repository that does not exist may answer 403.
            if refused.refusal.disabled or refused.denied:
                return unknown
            raise
        return unknown if digest is None else _outputs(inputs, digest)

    def _built(self, context: Context, inputs: Values) -> Values:
        if "copyOf" not in inputs:
            return _outputs(inputs, ImageBuild(self._session, self._clock, self._order(inputs), context).digest())
        digest = _digest(inputs["copyOf"])
        self._copy(inputs["copyOf"], _package(inputs), f"copy-{digest.partition(':')[2][:40]}", context)
        return _outputs(inputs, digest)

    def _order(self, inputs: Values) -> Order:
        return Order(
            package=_package(inputs),
            content_hash=inputs["contentHash"],
            source=lambda: self._source(inputs),
            dockerfile=inputs["dockerfile"],
            bucket=inputs["bucket"],
            account=inputs["serviceAccount"],
            region=inputs["buildRegion"],
            seconds=inputs["timeoutSeconds"],
        )

    def _source(self, inputs: Values) -> Source:
        return Source(self._root, inputs["context"], inputs["dockerfile"])


def _package(inputs: Values) -> Package:
    return Package(
        project=inputs["project"], region=inputs["region"], repository=inputs["repository"], name=inputs["name"]
    )


def _digest(reference: str) -> str:
    return reference.rpartition("@")[2]


def _outputs(inputs: Values, digest: str) -> Values:
    return {**inputs, "ref": f"{_package(inputs).address}@{digest}", "digest": digest}
