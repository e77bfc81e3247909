"""Cloud Build, its source bucket and the registry that it pushes to."""

import hashlib
import re
from collections.abc import Callable
from typing import Any

from hearth.tests.provider.fake_server import NOT_FOUND, Answer, FakeServer, Request, error

_PACKAGE = "/artifactregistry/v1/(?P<package>projects/.+/packages/[^/]+)"
_BUILDS = "/cloudbuild/v1/projects/[^/]+/locations/[^/]+/builds"


def digest_of(image: str) -> str:
    return f"sha256:{hashlib.sha256(image.encode()).hexdigest()}"


class FakeBuilds:
    """Each build is asked after `polls` times before it ends as `outcome` says."""

    outcome: Callable[[dict[str, Any]], dict[str, Any]]

    def __init__(self, server: FakeServer) -> None:
        self.images: set[str] = set()
        """Digests in the registry, of whatever package."""
        self.objects: dict[str, bytes] = {}
        self.builds: list[dict[str, Any]] = []
        self.polls = 1
        self.outcome = lambda _build: {"status": "SUCCESS"}
        for method, pattern, handler in (
            ("GET", f"{_PACKAGE}/versions/(?P<digest>.+)", self._version),
            ("GET", "/storage/storage/v1/b/(?P<bucket>[^/]+)/o/(?P<object>.+)", self._object),
            ("POST", "/storage/upload/storage/v1/b/(?P<bucket>[^/]+)/o", self._upload),
            ("POST", _BUILDS, self._start),
            ("GET", _BUILDS, self._list),
            ("GET", f"{_BUILDS}/(?P<id>[^/]+)", self._get),
        ):
            server.route(method, pattern, handler)

    def _version(self, found: re.Match[str], request: Request) -> Answer:
        return Answer({"name": request.path}) if found["digest"] in self.images else NOT_FOUND

    def _object(self, found: re.Match[str], request: Request) -> Answer:
        return Answer({"name": request.path}) if request.path.rpartition("/o/")[2] in self._quoted() else NOT_FOUND

    def _upload(self, found: re.Match[str], request: Request) -> Answer:
        name = request.query["name"]
        if name in self.objects and request.query["ifGenerationMatch"] == "0":
            return error(412, "At least one of the pre-conditions you specified did not hold.", "")
        self.objects[name] = request.body
        return Answer({"name": name})

    def _start(self, found: re.Match[str], request: Request) -> Answer:
        build = {"id": f"b{len(self.builds) + 1}", "status": "QUEUED", "logUrl": "https://logs/b", "_polls": self.polls}
        build |= request.json
        self.builds.append(build)
        return Answer({"name": "operations/build/x", "metadata": {"build": _public(build)}})

    def _list(self, found: re.Match[str], request: Request) -> Answer:
        wanted = re.fullmatch(r'tags="(.+)"', request.query["filter"])
        assert wanted
        return Answer({"builds": [_public(build) for build in reversed(self.builds) if wanted[1] in build["tags"]]})

    def _get(self, found: re.Match[str], request: Request) -> Answer:
        build = next(build for build in self.builds if build["id"] == found["id"])
        build["_polls"] -= 1
        if build["status"] in {"QUEUED", "WORKING"}:
            build |= self.outcome(build) if build["_polls"] <= 0 else {"status": "WORKING"}
            if build["status"] == "SUCCESS":
                image = build["images"][0]
                self.images.add(digest_of(image))
                build["results"] = {"images": [{"name": image, "digest": digest_of(image)}]}
        return Answer(_public(build))

    def _quoted(self) -> set[str]:
        return {name.replace("/", "%2F") for name in self.objects}


def _public(build: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in build.items() if not key.startswith("_")}
