"""A registry of images, as far as it is asked; the real one is in test_real_registry."""

import re
from collections.abc import Iterable

from hearth.provider.image_manifest import digest_of
from hearth.tests.provider.fake_server import Answer, FakeServer, Request
from hearth.tests.provider.images import MadeImage

_NAME = "/v2/(?P<name>[a-z0-9/-]+)"


def refusal(status: int, code: str, message: str) -> Answer:
    return Answer({"errors": [{"code": code, "message": message}]}, status)


UNKNOWN = refusal(404, "MANIFEST_UNKNOWN", "manifest unknown")


class FakeRegistry:
    """Keeps content by repository's name, and refuses a manifest whose parts are not there."""

    def __init__(self, server: FakeServer) -> None:
        self.server = server
        self.mounts = True
        """Whether it mounts a blob of another of its repositories."""
        self.checks = True
        """Whether it compares what is uploaded with its digest."""
        self.blobs: dict[str, dict[str, bytes]] = {}
        self.manifests: dict[str, dict[str, tuple[str, bytes]]] = {}
        self.tags: dict[str, dict[str, str]] = {}
        for method in ("GET", "HEAD"):
            server.route(method, f"{_NAME}/manifests/(?P<reference>[^/]+)", self._manifest)
            server.route(method, f"{_NAME}/blobs/(?P<digest>[^/]+)", self._blob)
        server.route("PUT", f"{_NAME}/manifests/(?P<reference>[^/]+)", self._put)
        server.route("POST", f"{_NAME}/blobs/uploads/", self._begin)
        server.route("PUT", f"{_NAME}/blobs/uploads/1", self._upload)

    def hold(self, name: str, image: MadeImage) -> None:
        self.blobs.setdefault(name, {}).update(image.blobs)
        self.manifests.setdefault(name, {}).update(image.manifests)

    def requests(self, method: str, name: str, below: str) -> Iterable[Request]:
        return self.server.seen(method, f"/v2/{name}/{below}")

    def _manifest(self, found: re.Match[str], request: Request) -> Answer:
        reference = self.tags.get(found["name"], {}).get(found["reference"], found["reference"])
        held = self.manifests.get(found["name"], {}).get(reference)
        return UNKNOWN if held is None else Answer(held[1], headers={"Content-Type": held[0]})

    def _blob(self, found: re.Match[str], request: Request) -> Answer:
        held = self.blobs.get(found["name"], {}).get(found["digest"])
        return refusal(404, "BLOB_UNKNOWN", "blob unknown to registry") if held is None else Answer(held)

    def _put(self, found: re.Match[str], request: Request) -> Answer:
        name, digest = found["name"], digest_of(request.body)
        there = {*self.blobs.get(name, {}), *self.manifests.get(name, {})}
        if set(re.findall(r'"digest": "(sha256:[0-9a-f]{64})"', request.body.decode())) - there:
            return refusal(400, "MANIFEST_BLOB_UNKNOWN", "blob unknown to registry")
        self.manifests.setdefault(name, {})[digest] = (request.headers["content-type"], request.body)
        if found["reference"] != digest:
            self.tags.setdefault(name, {})[found["reference"]] = digest
        return Answer(b"", 201, {"Docker-Content-Digest": digest})

    def _begin(self, found: re.Match[str], request: Request) -> Answer:
        mounted = self.blobs.get(request.query.get("from", ""), {}).get(request.query.get("mount", ""))
        if self.mounts and mounted is not None:
            self.blobs.setdefault(found["name"], {})[request.query["mount"]] = mounted
            return Answer(b"", 201)
        return Answer(b"", 202, {"Location": f"/v2/{found['name']}/blobs/uploads/1?_state=begun"})

    def _upload(self, found: re.Match[str], request: Request) -> Answer:
        digest = request.query["digest"]
        if request.query["_state"] != "begun" or (self.checks and digest != digest_of(request.body)):
            return refusal(400, "DIGEST_INVALID", "provided digest did not match uploaded content")
        self.blobs.setdefault(found["name"], {})[digest] = request.body
        return Answer(b"", 201)
