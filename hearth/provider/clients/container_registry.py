"""Images in a registry, as far as copying one needs it (OCI Distribution Specification 1.1, which names the endpoints).

Left out: exchanging credentials for a token of the registry's own, since Artifact Registry takes an access token of
Google's as it is ("Docker API"); uploads in several requests, which save nothing where an upload begins anew.
"""

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from threading import Event
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests

from hearth.plugin.kinds import ProviderError
from hearth.provider.clients.credentials import Bearer, Tokens
from hearth.provider.clients.endpoints import loopback
from hearth.provider.clients.repeats import answered
from hearth.provider.clients.session import AGENT, CONNECT_SECONDS, READ_SECONDS
from hearth.provider.image_manifest import INDEXES, MANIFESTS, Manifest, Part

_ACCEPT = ", ".join(sorted(INDEXES | MANIFESTS))
_CHUNK_BYTES = 1 << 20
_REFUSED_MOUNT = frozenset({400, 401, 403, 404, 405})


class Repository:
    """The images of one name in one registry.

    `origin` is its scheme and host. `denied` says what to do about a refusal. Of one thread.
    """

    def __init__(
        self, origin: str, name: str, tokens: Tokens, *, denied: str, pause: Callable[[float], None] = time.sleep
    ) -> None:
        self.origin = origin
        self.name = name
        self._tokens = tokens
        self._denied = denied
        self._pause = pause
        self._http = requests.Session()
        # A proxy is no way to this machine.
        self._http.trust_env = not loopback(origin)

    def __str__(self) -> str:
        return f"{urlsplit(self.origin).netloc}/{self.name}"

    def manifest(self, reference: str) -> Manifest | None:
        """By tag or digest; None when there is none. Raises ProviderError, as everything here."""
        what = f"read {self}, {reference}"
        answer = self._answered("GET", f"manifests/{reference}", what, headers={"Accept": _ACCEPT})
        if answer.status_code == HTTPStatus.NOT_FOUND:
            return None
        self._expect(answer, what, HTTPStatus.OK)
        found = Manifest(answer.content, answer.headers.get("Content-Type", "").partition(";")[0].strip())
        if reference.startswith("sha256:") and found.digest != reference:
            raise _mismatch(self, reference)
        return found

    def has(self, kind: str, digest: str) -> bool:
        """Whether one of the `manifests` or `blobs` is there."""
        what = f"look for {digest} in {self}"
        answer = self._answered("HEAD", f"{kind}/{digest}", what, headers={"Accept": _ACCEPT})
        if answer.status_code == HTTPStatus.NOT_FOUND:
            return False
        self._expect(answer, what, HTTPStatus.OK)
        return True

    def put(self, manifest: Manifest, reference: str) -> None:
        """Everything that the manifest names has to be there already."""
        what = f"write {manifest.digest} to {self}"
        headers = {"Content-Type": manifest.media_type}
        # The specification has 201 alone; go-containerregistry, which Google wrote, takes the others as well.
        answer = self._answered("PUT", f"manifests/{reference}", what, headers=headers, data=manifest.content)
        self._expect(answer, what, HTTPStatus.CREATED, HTTPStatus.OK, HTTPStatus.ACCEPTED)
        if answer.headers.get("Docker-Content-Digest", manifest.digest) != manifest.digest:
            raise _mismatch(self, manifest.digest)

    def take(self, blob: Part, source: "Repository", cancelled: Event) -> None:
        """Have the registry mount the blob from the other repository, or else copy it from there, in small pieces.

        A copy that breaks off begins anew.
        """
        what = f"copy {blob.digest} to {self}"
        answer = answered(
            lambda: self._copied(blob, source, cancelled),
            what=what,
            url=self.origin,
            repeatable=True,
            pause=self._pause,
        )
        self._expect(answer, what, HTTPStatus.CREATED)

    def _copied(self, blob: Part, source: "Repository", cancelled: Event) -> requests.Response:
        begun = self._begin({"mount": blob.digest, "from": source.name} if source.origin == self.origin else {})
        if begun.status_code in _REFUSED_MOUNT and source.origin == self.origin:
            begun = self._begin({})
        if begun.status_code != HTTPStatus.ACCEPTED:
            return begun
        where = urljoin(begun.url, begun.headers.get("Location", ""))
        if urlsplit(where)[:2] != urlsplit(self.origin)[:2]:
            raise ProviderError(f"{self} wants the upload sent to {where}, to which no access token is sent.")
        with source.opened(blob, cancelled) as content:
            headers = {"Content-Type": "application/octet-stream"}
            return self._send("PUT", where, headers=headers, params={"digest": blob.digest}, data=content)

    def _begin(self, mount: dict[str, str]) -> requests.Response:
        return self._send("POST", self._url("blobs/uploads/"), params=mount)

    @contextmanager
    def opened(self, blob: Part, cancelled: Event) -> Iterator["_Content"]:
        """A blob's bytes, which are read as they are asked for."""
        what = f"read {blob.digest} of {self}"
        headers = {"Accept-Encoding": "identity"}
        with self._answered("GET", f"blobs/{blob.digest}", what, headers=headers, stream=True) as answer:
            self._expect(answer, what, HTTPStatus.OK)
            yield _Content(answer.iter_content(_CHUNK_BYTES), blob, cancelled, self)

    def _url(self, below: str) -> str:
        return f"{self.origin}/v2/{self.name}/{below}"

    def _answered(self, method: str, below: str, what: str, **more: Any) -> requests.Response:
        url = self._url(below)
        return answered(lambda: self._send(method, url, **more), what=what, url=url, repeatable=True, pause=self._pause)

    def _send(self, method: str, url: str, *, headers: dict[str, str] | None = None, **more: Any) -> requests.Response:
        # Reading may lead to a store of the registry's; requests then leaves the token behind, as the host is another.
        return self._http.request(
            method,
            url,
            headers={"User-Agent": AGENT, **(headers or {})},
            auth=Bearer(self._tokens.token(url)),
            timeout=(CONNECT_SECONDS, READ_SECONDS),
            allow_redirects=method in {"GET", "HEAD"},
            **more,
        )

    def _expect(self, answer: requests.Response, what: str, *wanted: HTTPStatus) -> None:
        code = answer.status_code
        if code in wanted:
            return
        fix = ""
        if code == HTTPStatus.UNAUTHORIZED:
            fix = "Log in again with `gcloud auth application-default login`, or renew GOOGLE_OAUTH_ACCESS_TOKEN. "
        if code in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            fix += self._denied
        elif code == HTTPStatus.NOT_FOUND:
            fix = "There is no such repository, or a part of the image is gone from it."
        elif code == HTTPStatus.TOO_MANY_REQUESTS or code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            fix = "Run again in a minute: what is copied is not copied again."
        raise ProviderError(f"Could not {what}: {_said(answer)} ({code}). {fix}".rstrip())


class _Content:
    """Has a length, so that it is sent as one body of known size."""

    def __init__(self, chunks: Iterable[bytes], blob: Part, cancelled: Event, origin: Repository) -> None:
        self._chunks = chunks
        self._blob = blob
        self._cancelled = cancelled
        self._origin = origin

    def __len__(self) -> int:
        return self._blob.size

    def __iter__(self) -> Iterator[bytes]:
        """Keeps the last piece back until everything is checked, so that nothing wrong is ever whole elsewhere."""
        found, read, held = hashlib.sha256(), 0, b""
        for chunk in self._chunks:
            if self._cancelled.is_set():
                raise stopped()
            if held:
                yield held
            found.update(chunk)
            read += len(chunk)
            held = chunk
            if read > self._blob.size:
                break
        if (read, f"sha256:{found.hexdigest()}") != (self._blob.size, self._blob.digest):
            raise _mismatch(self._origin, self._blob.digest)
        yield held


def stopped() -> ProviderError:
    return ProviderError(
        "Stopped before the image was copied. Nothing is lost: the next `pulumi up` skips what is there already."
    )


def _mismatch(where: Repository, digest: str) -> ProviderError:
    return ProviderError(
        f"What {where} has as {digest} has another digest: it was damaged, or replaced. Nothing was deployed. Run "
        "again; if it happens again, build the image again."
    )


def _said(answer: requests.Response) -> str:
    """The registry's own words ("Error Codes")."""
    try:
        errors = answer.json()["errors"]
        return "; ".join(str(each.get("message") or each["code"]).rstrip(".") for each in errors)
    except (ValueError, LookupError, TypeError, AttributeError):
        return " ".join(answer.text.split())[:300] or "it gave no reason"
