"""Carry out one build: fetch the source, build the image, push it.

It knows nothing of the API; `builds` records what it reports. Every failure is a BuildFailure with the type that
Cloud Build's failureInfo would have.
"""

import asyncio
import re
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hearth.catalog.apis import ARTIFACT_REGISTRY
from hearth.localcloud import grants
from hearth.localcloud.build import archive, dockerfile, environment, image, layout, locks, source, steps
from hearth.localcloud.build.environment import InstallError, Log
from hearth.localcloud.build.instructions import DockerfileError
from hearth.localcloud.cloud import Cloud
from hearth.localcloud.errors import ApiError
from hearth.localcloud.records import registry

_REFERENCE = re.compile(
    r"(?P<region>[a-z0-9-]+)-docker\.pkg\.dev/(?P<project>[a-z][a-z0-9-]*)/(?P<repository>[a-z][a-z0-9-]*)"
    r"/(?P<package>[a-z0-9]+(?:[._/-]+[a-z0-9]+)*)(?::(?P<tag>[\w][\w.-]{0,127}))?"
)


class BuildFailure(Exception):
    """A build that ended without what it was asked for."""

    def __init__(self, type: str, detail: str) -> None:
        super().__init__(detail)
        self.type = type
        """FailureType of Cloud Build's API, such as FETCH_SOURCE_FAILED."""


@dataclass(frozen=True)
class Reference:
    """An image name in Artifact Registry."""

    text: str
    repository: str
    """Relative name, `projects/P/locations/R/repositories/REPO`."""
    package: str
    tag: str


def reference(text: str) -> Reference:
    """Raises BuildFailure for a name that is not one of Artifact Registry's."""
    found = _REFERENCE.fullmatch(text)
    if not found:
        raise BuildFailure(
            "PUSH_FAILED",
            f"failed to push {text!r}: expected REGION-docker.pkg.dev/PROJECT/REPOSITORY/NAME[:TAG].",
        )
    repository = f"projects/{found['project']}/locations/{found['region']}/repositories/{found['repository']}"
    return Reference(text, repository, found["package"], found["tag"] or "latest")


class Worker:
    """Builds images of one local cloud."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    async def work(self, build: Mapping[str, Any], log: Log, warn: Log) -> list[dict[str, str]]:
        """Do the build; returns results.images. Raises BuildFailure."""
        wanted = [reference(text) for text in build.get("images", [])]
        built: dict[str, str] = {}
        with tempfile.TemporaryDirectory(prefix="build-", dir=self._cloud.root) as scratch:
            try:
                log("FETCHSOURCE")
                blob = source.find(self._cloud, build)
                await asyncio.to_thread(archive.unpack, blob, Path(scratch))
            except archive.SourceError as fault:
                raise BuildFailure("FETCH_SOURCE_FAILED", str(fault)) from fault
            log("BUILD")
            for at, raw in enumerate(build.get("steps", [])):
                try:
                    step = steps.read(raw, at)
                    made = await self._build(step, Path(scratch), log, warn)
                except (steps.StepError, DockerfileError, InstallError) as fault:
                    raise BuildFailure("USER_BUILD_STEP", f"build step {at} failed: {fault}") from fault
                built |= dict.fromkeys(map(tagged, step.tags), made.digest)
        log("PUSH")
        return self.push(build, wanted, built, log)

    def push(
        self, build: Mapping[str, Any], wanted: Iterable[Reference], built: Mapping[str, str], log: Log
    ) -> list[dict[str, str]]:
        """Register what was built, digests by tagged name; returns results.images. Raises BuildFailure."""
        account = build.get("serviceAccount", "").rpartition("/")[2]
        return [self._push(each, built, account, log) for each in wanted]

    async def _build(self, step: steps.DockerBuild, root: Path, log: Log, warn: Log) -> image.Image:
        path = root / step.dockerfile
        if not path.is_file():
            raise DockerfileError(f"unable to read {step.dockerfile}: the source has no such file.")
        if not (root / step.context).is_dir():
            raise DockerfileError(f"the context {step.context} is not a folder of the source.")
        stages = dockerfile.parse(path.read_text(encoding="utf-8", errors="replace"), step.build_args)
        stage, made = layout.lay_out(
            stages, await asyncio.to_thread(layout.scan, root / step.context), target=step.target
        )
        for command in made.not_run:
            log(f"not run here: {command}")
        wheels = {file.parent for file in made.wheels}
        if made.lock and not made.hashed:
            lock = await locks.resolved(self._cloud.locks, made.lock.source, wheels, log)
            if lock != made.lock.source:
                named = made.lock.source.relative_to(root)
                warn(locks.WARNING.format(name=named, loose=named.with_suffix(".in")))
                # So that the image keeps what it was built with.
                made.lock = replace(made.lock, source=lock)
        await environment.ensure(self._cloud.environments, made.lock.source if made.lock else None, wheels, log)
        built = await asyncio.to_thread(image.write, self._cloud.images, stage, made)
        log(image.describe(built))
        return built

    def _push(self, wanted: Reference, built: Mapping[str, str], account: str, log: Log) -> dict[str, str]:
        digest = built.get(tagged(wanted.text))
        if digest is None:
            raise BuildFailure(
                "PUSH_IMAGE_NOT_FOUND",
                f"failed to find one or more images after execution of build steps: [{wanted.text!r}]",
            )
        home, member = wanted.repository.split("/")[1], grants.service_account(account)
        key = f"{ARTIFACT_REGISTRY.prefix}/{wanted.repository}"
        if account and not grants.is_granted(self._cloud.store, key, home, grants.PUSH_IMAGE, member):
            raise BuildFailure(
                "PUSH_NOT_AUTHORIZED",
                f"failed to push {wanted.text}: denied: Permission 'artifactregistry.repositories.uploadArtifacts' "
                f"denied on resource '{wanted.repository}' (or it may not exist); the build runs as {account}",
            )
        try:
            registry.put_image(self._cloud.store, wanted.repository, wanted.package, digest, [wanted.tag])
        except ApiError as fault:
            raise BuildFailure("PUSH_FAILED", f"failed to push {wanted.text}: {fault.message}") from fault
        log(f"pushed {wanted.text}: digest {digest}")
        return {"name": wanted.text, "digest": digest}


def tagged(text: str) -> str:
    """The name with the tag that it means."""
    return text if ":" in text.rpartition("/")[2] else f"{text}:latest"
