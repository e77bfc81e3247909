"""Firebase Hosting's API as recorded from its official client, with one project's sites."""

import gzip
import hashlib
import json
import re
from typing import Any

from hearth.tests.provider.fake_server import NOT_FOUND, Answer, FakeServer, Request, error

_NUMBER = "123456789012"
_SITE = "/firebasehosting/v1beta1/projects/[^/]+/sites/(?P<site>[^/:]+)"
_VERSION = f"{_SITE}/versions/(?P<version>[^/:]+)"


class FakeHosting:
    """Answers names with the project's number, as Hosting does."""

    def __init__(self, server: FakeServer, *sites: str) -> None:
        self._server = server
        self.sites = set(sites)
        self.versions: dict[str, dict[str, Any]] = {}
        self.files: dict[str, dict[str, str]] = {}
        self.contents: dict[str, bytes] = {}
        self.releases: dict[str, list[dict[str, Any]]] = {}
        """By site, newest first."""
        for method, pattern, handler in (
            ("GET", _SITE, self._site),
            ("POST", f"{_SITE}/versions", self._create),
            ("GET", _VERSION, self._get),
            ("PATCH", _VERSION, self._finalize),
            ("POST", f"{_VERSION}:populateFiles", self._populate),
            ("GET", f"{_VERSION}/files", self._list),
            ("POST", f"{_SITE}/channels/(?P<channel>[^/]+)/releases", self._release),
            ("GET", f"{_SITE}/channels/(?P<channel>[^/]+)/releases", self._releases),
            ("POST", f"{_SITE}/releases", self._disable),
            ("POST", "/upload/(?P<version>[^/]+)/(?P<hash>[0-9a-f]{64})", self._upload),
        ):
            server.route(method, pattern, handler)

    def live(self, site: str) -> dict[str, str] | None:
        """Content by path of what the site serves; None when nothing or disabled."""
        releases = self.releases.get(site)
        if not releases or "version" not in releases[0]:
            return None
        files = self.files[releases[0]["version"]["name"].rpartition("/")[2]]
        return {path: gzip.decompress(self.contents[zipped]).decode() for path, zipped in files.items()}

    @property
    def uploads(self) -> list[Request]:
        return self._server.seen("POST", "^/upload/")

    def _site(self, found: re.Match[str], request: Request) -> Answer:
        site = found["site"]
        return Answer({"defaultUrl": f"https://{site}.web.app"}) if site in self.sites else NOT_FOUND

    def _create(self, found: re.Match[str], request: Request) -> Answer:
        if found["site"] not in self.sites:
            return NOT_FOUND
        version = f"v{len(self.versions) + 1}"
        name = f"projects/{_NUMBER}/sites/{found['site']}/versions/{version}"
        self.versions[version] = {"name": name, "config": {}, **request.json}
        self.files[version] = {}
        return Answer(self.versions[version])

    def _get(self, found: re.Match[str], request: Request) -> Answer:
        return Answer(self.versions[found["version"]])

    def _populate(self, found: re.Match[str], request: Request) -> Answer:
        given = request.json["files"]
        if len(given) > 1000:
            return error(400, "Too many files", "INVALID_ARGUMENT")
        self.files[found["version"]] |= given
        missing = sorted({zipped for zipped in given.values() if zipped not in self.contents})
        body: dict[str, Any] = {"uploadUrl": f"{self._server.origin}/upload/{found['version']}"}
        return Answer(body | ({"uploadRequiredHashes": missing} if missing else {}))

    def _upload(self, found: re.Match[str], request: Request) -> Answer:
        if hashlib.sha256(request.body).hexdigest() != found["hash"]:
            return error(400, "content hash doesn't match content", "INVALID_ARGUMENT")
        self.contents[found["hash"]] = request.body
        return Answer(b"")

    def _list(self, found: re.Match[str], request: Request) -> Answer:
        files = [
            {"path": path, "hash": zipped, "status": "ACTIVE" if zipped in self.contents else "EXPECTED"}
            for path, zipped in sorted(self.files[found["version"]].items())
        ]
        chosen = [file for file in files if file["status"] == request.query["status"]]
        # Pages of two, so that whoever does not turn them is found out.
        start = int(request.query.get("pageToken", 0))
        more = {"nextPageToken": str(start + 2)} if len(chosen) > start + 2 else {}
        return Answer({"files": chosen[start : start + 2], **more})

    def _finalize(self, found: re.Match[str], request: Request) -> Answer:
        version = self.versions[found["version"]]
        missing = [path for path, zipped in self.files[found["version"]].items() if zipped not in self.contents]
        if version["status"] != "CREATED" or missing or request.query["updateMask"] != "status,config":
            return error(400, "Precondition check failed.", "FAILED_PRECONDITION")
        version |= request.json
        return Answer(version)

    def _release(self, found: re.Match[str], request: Request) -> Answer:
        version = self.versions[request.query["versionName"].rpartition("/")[2]]
        if version["status"] != "FINALIZED":
            return error(400, "Precondition check failed.", "FAILED_PRECONDITION")
        return self._released(
            found["site"], {"type": "DEPLOY", "version": json.loads(json.dumps(version)), **request.json}
        )

    def _disable(self, found: re.Match[str], request: Request) -> Answer:
        return self._released(found["site"], request.json)

    def _releases(self, found: re.Match[str], request: Request) -> Answer:
        if found["site"] not in self.sites:
            return NOT_FOUND
        return Answer({"releases": self.releases.get(found["site"], [])[: int(request.query["pageSize"])]})

    def _released(self, site: str, body: dict[str, Any]) -> Answer:
        releases = self.releases.setdefault(site, [])
        release = {"name": f"projects/{_NUMBER}/sites/{site}/channels/live/releases/{len(releases) + 1}", **body}
        releases.insert(0, release)
        return Answer(release)
