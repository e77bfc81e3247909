"""Bring the content of an image into the registry by Cloud Build, whatever was begun before.

Everything is found again by content: the source in the bucket and the record of a build, running or ended, carry its
hash. So a run that was killed, cancelled or cut off is taken up where it stopped, and two runs share one build. What a
build pushed is known from its record alone.
"""

import re

from hearth.plugin.kinds import Context, ProviderError
from hearth.provider.clients.artifact_registry import ArtifactRegistry
from hearth.provider.clients.cloud_build import SUCCESS, Build, CloudBuild
from hearth.provider.clients.cloud_logging import CloudLogging
from hearth.provider.clients.errors import ApiError, NoAnswer
from hearth.provider.clients.session import Session
from hearth.provider.clients.storage import Storage
from hearth.provider.clock import Clock, Deadline, format_duration
from hearth.provider.image_order import Order
from hearth.provider.progress import Progress

_GRANTS_SECONDS = 300.0
"""How long a refusal may come from a grant that was made a moment ago and has not taken yet."""
_GRANTS_PAUSE = 15.0
_QUEUE_SECONDS = 600.0
_FIRST_POLL = 1.0
_LONGEST_POLL = 5.0
_STARTS = 3
_LOG_LINES = 20
_LOG_PAUSE = 3.0
# Cloud Build, "FailureType". A step that fails with the same words is the user's own and not one of these.
_REFUSALS = frozenset({"PUSH_NOT_AUTHORIZED", "LOGGING_FAILURE"})
_MAYBE_REFUSALS = frozenset({"", "FAILURE_TYPE_UNSPECIFIED", "FETCH_SOURCE_FAILED", "PUSH_FAILED"})
_REFUSED = re.compile(r"\b403\b|denied|does not have .*(access|permission)|not authori[sz]ed|forbidden", re.IGNORECASE)


class ImageBuild:
    """One order, carried out once."""

    def __init__(self, session: Session, clock: Clock, order: Order, context: Context) -> None:
        self._registry = ArtifactRegistry(session)
        self._storage = Storage(session)
        self._builds = CloudBuild(session, order.package.project, order.region)
        self._logs = CloudLogging(session, order.package.project)
        self._clock = clock
        self._order = order
        self._context = context

    def digest(self) -> str:
        """The digest of the image with this content, built if need be.

        Raises ProviderError when the build fails, is refused for longer than a new grant takes, or is cancelled.
        """
        found = self.recorded()
        return found if found is not None else self._pushed(self._build())

    def recorded(self) -> str | None:
        """The digest by the record of a build of this content, if the registry still has the image."""
        order = self._order
        for build in self._builds.with_tag(order.tag):
            digest = build.digest(order.image) if build.status == SUCCESS and order.is_of(build.raw) else None
            if digest is not None and self._registry.has(order.package, digest):
                return digest
        return None

    def _build(self) -> Build:
        """A successful build, after as many tries as a new grant may take to reach every server."""
        grants = Deadline.after(self._clock, _GRANTS_SECONDS)
        while True:
            try:
                build = self._watch(self._running() or self._start())
            except ApiError as refused:
                if not refused.denied or grants.passed:
                    raise
                why = refused.refusal.message
            else:
                if build.status == SUCCESS:
                    return build
                if not _refused(build) or grants.passed:
                    raise self._failure(build)
                why = build.failure_reason
            self._context.say(
                "refused, probably because new grants have not taken effect; trying again for "
                f"{format_duration(grants.left)} ({why})"
            )
            self._wait(_GRANTS_PAUSE, "the build was allowed")

    def _running(self) -> Build | None:
        order = self._order
        for build in self._builds.with_tag(order.tag):
            if build.running and order.is_of(build.raw):
                self._context.say(f"found a running build of the same content, {build.id}")
                return build
        return None

    def _start(self) -> Build:
        order = self._order
        if not self._storage.has(order.package.project, order.bucket, order.object):
            archive = self._archive()
            self._context.say(f"uploading {len(archive) / 1024:.0f} KiB of source")
            self._storage.put(order.package.project, order.bucket, order.object, archive)
        for left in reversed(range(_STARTS)):
            self._context.say("starting the build")
            try:
                return self._builds.start(order.body())
            except (ApiError, NoAnswer) as unclear:
                if isinstance(unclear, ApiError) and unclear.definite:
                    raise
                # It may have been started all the same.
                self._wait(_LONGEST_POLL, "the build was started")
                if (found := self._running()) is not None:
                    return found
                if not left:
                    raise
        raise AssertionError("the last start returns or raises")

    def _archive(self) -> bytes:
        source = self._order.source()
        if source.content_hash != self._order.content_hash:
            raise ProviderError(
                "Files of the image's source changed during the deployment, so nothing was built. Run again."
            )
        return source.archive()

    def _watch(self, build: Build) -> Build:
        began = self._clock.now()
        limit = self._context.timeout or self._order.seconds + _QUEUE_SECONDS
        deadline = Deadline.after(self._clock, limit)
        progress = Progress(self._clock, self._context.say)
        pause = _FIRST_POLL
        while build.running:
            status = f"build {build.id}: {build.status.lower()}"
            progress(status, f"{status} ({format_duration(self._clock.now() - began)})")
            if deadline.passed:
                raise ProviderError(
                    f"Build {build.id} is still {build.status.lower()} after {format_duration(limit)}. It is still "
                    "running, and the next `pulumi up` waits for it again. Its log: "
                    f"{build.log_url or 'in Cloud Build'}"
                )
            self._wait(min(pause, deadline.left), f"build {build.id} ended; it is still running")
            pause = min(_LONGEST_POLL, pause * 1.5)
            build = self._builds.get(build.id)
        return build

    def _pushed(self, build: Build) -> str:
        order = self._order
        digest = build.digest(order.image)
        if digest is None or not self._registry.has(order.package, digest):
            raise ProviderError(
                f"Build {build.id} succeeded, but {order.image} ({digest or 'no digest'}) is not in the registry. "
                "Perhaps it was deleted by hand or by a cleanup policy. Run again to build it again."
            )
        for warning in build.warnings:
            self._context.warn(warning)
        self._context.say(f"built {digest}")
        return digest

    def _failure(self, build: Build) -> ProviderError:
        order = self._order
        # A detail of several lines is the end of the log already.
        told = build.failure_reason.splitlines() if "\n" in build.failure_reason else []
        said = f": {build.failure_reason}" if build.failure_reason and not told else ""
        text = f"Build {build.id} of {order.package.address} ended as {build.status}{said}."
        if build.status == "TIMEOUT":
            text += f" Set timeoutSeconds to more than {order.seconds}."
        lines = told or self._logs.last_build_lines(build.id, _LOG_LINES)
        # Entries reach Cloud Logging a moment after the build that wrote them has ended.
        if not lines and not self._clock.wait(_LOG_PAUSE, self._context.cancelled):
            lines = self._logs.last_build_lines(build.id, _LOG_LINES)
        if lines:
            text += "\nIts last lines:\n" + "\n".join(f"    {line}" for line in lines)
        return ProviderError(f"{text}\nThe whole log: {build.log_url or f'Cloud Build, build {build.id}'}")

    def _wait(self, seconds: float, before: str) -> None:
        if self._clock.wait(seconds, self._context.cancelled):
            raise ProviderError(
                f"Stopped before {before}. Nothing is lost: the next `pulumi up` uses a running or finished build."
            )


def _refused(build: Build) -> bool:
    """Whether the build's account could not read the source, write its log or push, for want of a grant."""
    if build.failure_type in _REFUSALS:
        return True
    return build.failure_type in _MAYBE_REFUSALS and bool(_REFUSED.search(build.failure_reason))
