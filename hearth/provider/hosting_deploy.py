"""One deployment to Firebase Hosting: version, files, finalize, release.

Nothing is public before the release, the last call. A run that ends before leaves a version that Hosting throws away
after 12 hours, and the site as it was; the next run begins a new version, for which nothing that was uploaded has to
be uploaded again. Calls that must not be made twice are looked up when their answer is lost.
"""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from itertools import islice
from threading import Event
from typing import Any

from hearth.plugin.kinds import Context, ProviderError
from hearth.provider.clients.errors import ApiError, NoAnswer
from hearth.provider.clients.firebase_hosting import FINALIZED, MAX_PATHS, FirebaseHosting, last_segment
from hearth.provider.clock import Clock, Deadline, format_duration
from hearth.provider.progress import Progress
from hearth.provider.site_content import Compressed

_LABELS = {"deployment-tool": "hearth"}
_UPLOADS = 16
"""Uploads at once. The Firebase CLI's 200 make Hosting answer 409s and time-outs."""
_ROUNDS = 3
_TRIES = 3
_PAUSE = 2.0
_NEW_SITE_SECONDS = 120.0
"""How long a site that was created a moment ago may be unknown to some of Hosting's servers."""
_NEW_SITE_PAUSE = 5.0
_RECENT_RELEASES = 10


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """What is to be public."""

    channel: str
    files: Mapping[str, Compressed]
    """By path on the site."""
    config: Mapping[str, Any]
    message: str
    new_site: bool
    """Whether the site may have been created in this run."""


@dataclass(frozen=True, kw_only=True)
class Released:
    version: str
    release: str
    """Full names, as Hosting answers them."""


class HostingDeploy:
    def __init__(self, hosting: FirebaseHosting, clock: Clock, context: Context) -> None:
        self._hosting = hosting
        self._clock = clock
        self._context = context
        self._progress = Progress(clock, context.say)

    def run(self, deployment: Deployment) -> Released:
        """Deploy. Raises ProviderError, with the old release still being served."""
        version = self._create(deployment)
        self._upload(version, deployment.files)
        self._finalize(version, deployment.config)
        release = self._release(deployment, version)
        self._context.say(f"released version {last_segment(version)}")
        return Released(version=version, release=release)

    def _create(self, deployment: Deployment) -> str:
        patience = Deadline.after(self._clock, _NEW_SITE_SECONDS if deployment.new_site else 0)
        while True:
            try:
                return self._hosting.create_version(_LABELS)
            except ApiError as refused:
                if not refused.missing:
                    raise
                if patience.passed:
                    raise ProviderError(
                        f"{refused} Either Hosting has no such site, or the default URL of the Cloud Run service in "
                        "its rewrites is off. Declare the site, and leave `defaultUriDisabled` false."
                    ) from None
            self._progress("site", f"waiting until Hosting knows the new site ({format_duration(patience.left)} left)")
            self._wait(min(_NEW_SITE_PAUSE, patience.left))

    def _upload(self, version: str, files: Mapping[str, Compressed]) -> None:
        """Fill the version, and see that all of it arrived."""
        if not files:
            return
        by_hash = {file.gzip_hash: (path, file) for path, file in files.items()}
        upload_url, missing = self._populate(version, files)
        for _ in range(_ROUNDS):
            unknown = missing - set(by_hash)
            if unknown:
                raise ProviderError(
                    f"Hosting asks for the file {min(unknown)}, which is not part of this deployment. "
                    "Nothing was released. Run again."
                )
            self._send(upload_url, [by_hash[gzip_hash] for gzip_hash in sorted(missing)])
            missing = {str(file.get("hash", "")) for file in self._hosting.files(version, "EXPECTED")}
            if not missing:
                return
        paths = ", ".join(by_hash[gzip_hash][0] for gzip_hash in sorted(missing & set(by_hash))[:3])
        raise ProviderError(
            f"{len(missing)} files ({paths}, …) are still missing on Hosting after {_ROUNDS} uploads. Nothing was "
            "released. Run again in a minute."
        )

    def _populate(self, version: str, files: Mapping[str, Compressed]) -> tuple[str, set[str]]:
        upload_url, missing = "", set[str]()
        remaining = iter(sorted(files.items()))
        while batch := dict(islice(remaining, MAX_PATHS)):
            self._stop_if_cancelled()
            hashes = {path: file.gzip_hash for path, file in batch.items()}
            upload_url, required = self._hosting.populate(version, hashes)
            missing.update(required)
        return upload_url, missing

    def _send(self, upload_url: str, files: Iterable[tuple[str, Compressed]]) -> None:
        wanted = list(files)
        given_up = Event()

        def send(item: tuple[str, Compressed]) -> None:
            if given_up.is_set():
                return
            try:
                self._send_one(upload_url, *item)
            except BaseException:
                # One failure fails the deployment: whatever is still queued would be sent in vain.
                given_up.set()
                raise

        with ThreadPoolExecutor(_UPLOADS) as pool:
            for done, _ in enumerate(pool.map(send, wanted), start=1):
                self._progress("uploads" if done < len(wanted) else "all", f"uploaded {done} of {len(wanted)} files")

    def _send_one(self, upload_url: str, path: str, file: Compressed) -> None:
        self._stop_if_cancelled()
        try:
            self._hosting.upload(upload_url, file.gzip_hash, file.file.read_bytes(), path)
        except ApiError as refused:
            # It is there already: uploaded before, or by somebody else meanwhile.
            if refused.refusal.code != HTTPStatus.CONFLICT:
                raise

    def _finalize(self, version: str, config: Mapping[str, Any]) -> None:
        for left in reversed(range(_TRIES)):
            try:
                self._hosting.finalize(version, config)
            except (ApiError, NoAnswer) as unclear:
                if self._hosting.version(version).get("status") == FINALIZED:
                    return
                if not left or _refused(unclear):
                    raise
                self._wait(_PAUSE)
            else:
                return

    def _release(self, deployment: Deployment, version: str) -> str:
        for left in reversed(range(_TRIES)):
            try:
                return str(self._hosting.release(deployment.channel, version, deployment.message)["name"])
            except (ApiError, NoAnswer) as unclear:
                found = self._find_release(deployment.channel, version)
                if found is not None:
                    return found
                if not left or _refused(unclear):
                    raise
                self._wait(_PAUSE)
        raise AssertionError("the last try returns or raises")

    def _find_release(self, channel: str, version: str) -> str | None:
        for release in self._hosting.releases(channel, _RECENT_RELEASES) or []:
            if last_segment(str((release.get("version") or {}).get("name", ""))) == last_segment(version):
                return str(release["name"])
        return None

    def _wait(self, seconds: float) -> None:
        self._clock.wait(seconds, self._context.cancelled)
        self._stop_if_cancelled()

    def _stop_if_cancelled(self) -> None:
        if self._context.cancelled.is_set():
            raise ProviderError(
                "Stopped before the release: the site has not changed. The next `pulumi up` continues and uploads "
                "nothing twice."
            )


def _refused(unclear: ApiError | NoAnswer) -> bool:
    """Whether the answer is a definite no, rather than trouble that may pass."""
    return isinstance(unclear, ApiError) and unclear.definite
