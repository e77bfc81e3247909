"""Firebase Hosting v1beta1: sites, versions, files and releases of one site.

A version's name may be answered with the project's number instead of its id; calls are made by the last segment.
Left out: channels' own life (creating, TTL), cloning and domains.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from hearth.catalog.apis import FIREBASE_HOSTING
from hearth.provider.clients.errors import ApiError
from hearth.provider.clients.session import Body, Call, Session

LIVE = "live"
FINALIZED = "FINALIZED"
MAX_PATHS = 1000
"""Paths in one call of populateFiles (its reference)."""


def last_segment(name: str) -> str:
    """`abc` of `projects/123/sites/S/versions/abc`."""
    return name.rpartition("/")[2]


def upload_seconds(size: int) -> float:
    """How long an upload of `size` bytes may take; the rule of the Firebase CLI: 20 ms per kB, 30 s to 2 h."""
    return min(max(size / 1000 * 0.02, 30.0), 7200.0)


class FirebaseHosting:
    def __init__(self, session: Session, project: str, site: str) -> None:
        self._session = session
        self._project = project
        self._site = site
        self._base = f"projects/{project}/sites/{site}"

    def site(self) -> dict[str, Any] | None:
        """The site; None when there is none."""
        return self._found("GET", self._base, f"read the Hosting site {self._site}")

    def channel(self, channel: str) -> dict[str, Any] | None:
        what = f"read the channel {channel} of the site {self._site}"
        return self._found("GET", f"{self._base}/channels/{channel}", what)

    def create_version(self, labels: Mapping[str, str]) -> str:
        """The new version's full name. Repeatable: one that is never finalized is thrown away after 12 hours."""
        what = f"create a version of the site {self._site}"
        body = {"status": "CREATED", "labels": dict(labels)}
        return str(self._call("POST", f"{self._base}/versions", what, body=body, repeatable=True)["name"])

    def version(self, name: str) -> dict[str, Any]:
        return self._call("GET", self._version(name), f"read version {last_segment(name)}")

    def populate(self, name: str, files: Mapping[str, str]) -> tuple[str, list[str]]:
        """Add at most `MAX_PATHS` files (path to gzip hash); answers the upload URL and the hashes to upload."""
        what = f"list the files of version {last_segment(name)}"
        url = f"{self._version(name)}:populateFiles"
        answer = self._call("POST", url, what, body={"files": dict(files)}, repeatable=True)
        return str(answer.get("uploadUrl", "")), list(answer.get("uploadRequiredHashes") or [])

    def upload(self, upload_url: str, gzip_hash: str, content: bytes, path: str) -> None:
        """Upload gzipped bytes; `path` names the file to the reader."""
        self._session.call(
            Call(
                api=FIREBASE_HOSTING,
                project=self._project,
                method="POST",
                url=f"{upload_url}/{gzip_hash}",
                content=content,
                what=f"upload {path}",
                repeatable=True,
                read_seconds=upload_seconds(len(content)),
            )
        )

    def files(self, name: str, status: str) -> Iterator[dict[str, Any]]:
        """Files of a version that are EXPECTED (not uploaded yet) or ACTIVE."""
        token = ""
        while True:
            query: dict[str, str | int] = {"status": status, "pageSize": 1000}
            if token:
                query["pageToken"] = token
            what = f"list the files of version {last_segment(name)}"
            page = self._call("GET", f"{self._version(name)}/files", what, query=query)
            yield from page.get("files") or []
            token = str(page.get("nextPageToken") or "")
            if not token:
                return

    def finalize(self, name: str, config: Body) -> None:
        """Close a version. Not for repeating: a second PATCH of a finalized version is refused."""
        self._call(
            "PATCH",
            self._version(name),
            f"finalize version {last_segment(name)}",
            query={"updateMask": "status,config"},
            body={"status": FINALIZED, "config": config},
        )

    def releases(self, channel: str, limit: int) -> list[dict[str, Any]] | None:
        """The newest releases, newest first; None when there is no such channel or site."""
        page = self._found(
            "GET",
            f"{self._base}/channels/{channel}/releases",
            f"list the releases of the site {self._site}",
            query={"pageSize": limit},
        )
        return None if page is None else list(page.get("releases") or [])

    def release(self, channel: str, version: str, message: str) -> dict[str, Any]:
        """Make a finalized version (full name) public. Not for repeating: each call is a release."""
        return self._call(
            "POST",
            f"{self._base}/channels/{channel}/releases",
            f"release version {last_segment(version)} on the site {self._site}",
            query={"versionName": version},
            body={"message": message} if message else {},
        )

    def disable(self) -> None:
        """Serve nothing on the live channel, until the next release."""
        what = f"disable the site {self._site}"
        self._call("POST", f"{self._base}/releases", what, body={"type": "SITE_DISABLE"})

    def _version(self, name: str) -> str:
        return f"{self._base}/versions/{last_segment(name)}"

    def _found(
        self, method: str, url: str, what: str, query: Mapping[str, str | int] | None = None
    ) -> dict[str, Any] | None:
        try:
            return self._call(method, url, what, query=query)
        except ApiError as refused:
            if refused.missing:
                return None
            raise

    def _call(
        self,
        method: str,
        url: str,
        what: str,
        *,
        query: Mapping[str, str | int] | None = None,
        body: Body | None = None,
        repeatable: bool | None = None,
    ) -> dict[str, Any]:
        return self._session.call(
            Call(
                api=FIREBASE_HOSTING,
                project=self._project,
                method=method,
                url=url,
                what=what,
                query=query,
                body=body,
                repeatable=repeatable,
            )
        )
