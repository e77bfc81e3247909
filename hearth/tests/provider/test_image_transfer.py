"""Copies of images: byte for byte, taken up again, and what each thing that goes wrong is told as."""

import re
import threading
from collections.abc import Iterator

import pytest

from hearth.plugin.kinds import Context, ProviderError
from hearth.provider.clients.container_registry import Repository
from hearth.provider.clients.credentials import Tokens
from hearth.provider.image_manifest import digest_of
from hearth.provider.image_transfer import copy
from hearth.tests.provider.fake_registry import FakeRegistry, refusal
from hearth.tests.provider.fake_server import Answer, FakeServer, Request
from hearth.tests.provider.images import (
    DOCKER_LIST,
    DOCKER_MANIFEST,
    INDEX,
    MANIFEST,
    MadeImage,
    image,
    index,
    layer,
)

DEV, PROD, TAG = "shop-dev/web/web", "shop-prod/web/web", "copy-1"
TOKENS = Tokens({"GOOGLE_OAUTH_ACCESS_TOKEN": "local"})
SHARED = layer("shared")
AMD64, ARM64 = image(SHARED, layer("amd64")), image(SHARED, layer("arm64"))
IMAGE = index([AMD64, ARM64])


@pytest.fixture
def other() -> Iterator[FakeServer]:
    server = FakeServer()
    yield server
    server.close()


@pytest.fixture
def dev(server: FakeServer) -> FakeRegistry:
    """Where the image is."""
    registry = FakeRegistry(server)
    registry.hold(DEV, IMAGE)
    return registry


@pytest.fixture
def prod(other: FakeServer) -> FakeRegistry:
    """Another registry, as in another region."""
    return FakeRegistry(other)


def promote(
    dev: FakeRegistry, prod: FakeRegistry, *, digest: str = IMAGE.digest, context: Context | None = None
) -> list[float]:
    """Copy from the one to the other; the pauses in between."""
    pauses: list[float] = []
    source = Repository(dev.server.origin, DEV, TOKENS, denied="Ask dev.", pause=pauses.append)
    destination = Repository(prod.server.origin, PROD, TOKENS, denied="Ask prod.", pause=pauses.append)
    copy(source, destination, digest=digest, tag=TAG, context=context or Context(urn="urn"))
    return pauses


def held(registry: FakeRegistry, name: str = PROD) -> MadeImage:
    tagged = registry.tags.get(name, {}).get(TAG, "")
    return MadeImage(tagged, registry.blobs.get(name, {}), registry.manifests.get(name, {}))


@pytest.mark.parametrize(
    "whole",
    [
        IMAGE,
        image(SHARED, SHARED),
        image(SHARED, media_type=DOCKER_MANIFEST),
        index([image(SHARED, media_type=DOCKER_MANIFEST)], DOCKER_LIST),
        index([index([image(SHARED)])]),
    ],
    ids=["index", "one platform", "docker", "docker list", "index of an index"],
)
def test_everything_that_an_image_is_made_of_is_copied_byte_for_byte_and_tagged(
    dev: FakeRegistry, prod: FakeRegistry, whole: MadeImage
) -> None:
    dev.hold(DEV, whole)
    promote(dev, prod, digest=whole.digest)

    assert held(prod) == whole


def test_within_one_registry_blobs_are_mounted_and_not_read(dev: FakeRegistry) -> None:
    promote(dev, dev)

    assert held(dev) == IMAGE
    assert not dev.requests("GET", DEV, "blobs/")


@pytest.mark.parametrize("answer", [None, refusal(403, "DENIED", "no"), refusal(405, "UNSUPPORTED", "no mounts")])
def test_what_a_registry_does_not_mount_is_read_and_written(dev: FakeRegistry, answer: Answer | None) -> None:
    dev.mounts = False
    if answer is not None:
        dev.server.fail("POST", "uploads/", answer)
    promote(dev, dev)

    assert held(dev) == IMAGE
    assert len([*dev.requests("GET", DEV, "blobs/")]) == len(IMAGE.blobs)


def test_an_image_that_is_there_needs_no_source(dev: FakeRegistry, prod: FakeRegistry) -> None:
    """The stack that built it may have been destroyed since."""
    promote(dev, prod)
    dev.server.requests.clear()
    prod.server.requests.clear()

    promote(dev, prod)
    assert dev.server.requests == []
    assert {request.method for request in prod.server.requests} == {"GET"}


@pytest.mark.parametrize("points_to", ["nothing", "another image"])
def test_a_tag_that_was_deleted_or_moved_is_set_again(dev: FakeRegistry, prod: FakeRegistry, points_to: str) -> None:
    promote(dev, prod)
    stranger = image(layer("stranger"))
    prod.hold(PROD, stranger)
    prod.tags[PROD] = {} if points_to == "nothing" else {TAG: stranger.digest}
    dev.server.requests.clear()

    promote(dev, prod)
    assert held(prod).digest == IMAGE.digest
    assert dev.server.requests == []


def test_a_copy_that_broke_off_is_taken_up_where_it_was(dev: FakeRegistry, prod: FakeRegistry) -> None:
    """One platform had come through whole, and of the other its config."""
    config = next(iter(ARM64.blobs))
    prod.hold(PROD, AMD64)
    prod.hold(PROD, MadeImage("", {config: ARM64.blobs[config]}))
    promote(dev, prod)

    assert held(prod) == IMAGE
    assert not dev.requests("GET", DEV, f"manifests/{AMD64.digest}")
    read = {request.path.rpartition("/")[2] for request in dev.requests("GET", DEV, "blobs/")}
    assert read == ARM64.blobs.keys() - {config} - AMD64.blobs.keys()


@pytest.mark.parametrize(("side", "method"), [("prod", "PUT"), ("prod", "POST"), ("dev", "GET")])
@pytest.mark.parametrize("fault", [None, refusal(429, "TOOMANYREQUESTS", "slow down"), refusal(503, "X", "busy")])
def test_a_blob_whose_copy_breaks_off_or_meets_a_busy_registry_is_copied_anew(
    dev: FakeRegistry, prod: FakeRegistry, side: str, method: str, fault: Answer | None
) -> None:
    faulty = prod if side == "prod" else dev
    faulty.server.fail(method, "/blobs/", fault, times=2)
    pauses = promote(dev, prod)

    assert held(prod) == IMAGE
    assert len(pauses) == 2


def test_a_stopped_copy_leaves_nothing_tagged_and_the_next_one_goes_on(dev: FakeRegistry, prod: FakeRegistry) -> None:
    cancelled = threading.Event()
    prod.server.on_request = lambda request: cancelled.set() if request.method == "PUT" else None

    with pytest.raises(ProviderError, match=r"Stopped before the image was copied.*skips what is there"):
        promote(dev, prod, context=Context(urn="urn", cancelled=cancelled))
    assert held(prod).digest == ""
    assert len(held(prod).blobs) == 1
    promote(dev, prod)
    assert held(prod) == IMAGE


NO_RIGHT = refusal(403, "DENIED", "Permission denied on resource (or it may not exist).")
NO_LOGIN = refusal(401, "UNAUTHORIZED", "authentication failed")
BUSY = refusal(503, "UNAVAILABLE", "try later")


@pytest.mark.parametrize(
    ("side", "method", "path", "answer", "words"),
    [
        ("dev", "GET", "manifests/", refusal(404, "NAME_UNKNOWN", "no such"), "is not in the registry, and .* no copy"),
        ("dev", "GET", "manifests/", NO_RIGHT, r"Could not read .*may not exist\) \(403\)\. Ask dev"),
        ("dev", "GET", "manifests/", NO_LOGIN, r"\(401\)\. Log in again with `gcloud auth .*Ask dev"),
        ("dev", "GET", "manifests/", Answer(b"<html>Proxy</html>", 407), r"<html>Proxy</html> \(407\)"),
        ("dev", "GET", "blobs/", refusal(404, "BLOB_UNKNOWN", "blob unknown"), "a part of the image is gone"),
        ("dev", "GET", "blobs/", BUSY, r"try later \(503\)\. Run again .*: what is copied is not copied again"),
        ("dev", "GET", "blobs/", None, r"Could not read .*no answer from 127\.0\.0\.1:\d+ in 6 attempts"),
        ("dev", "GET", "blobs/", Answer(b"other bytes"), "has another digest: it was damaged, or replaced"),
        ("dev", "GET", "manifests/", Answer(b"{}", headers={"Content-Type": MANIFEST}), "has another digest"),
        ("prod", "GET", "manifests/", NO_RIGHT, r"\(403\)\. Ask prod"),
        ("prod", "HEAD", "manifests/", NO_RIGHT, r"it gave no reason \(403\)\. Ask prod"),
        ("prod", "POST", "uploads/", NO_RIGHT, r"Could not copy sha256:.*\(403\)\. Ask prod"),
        ("prod", "POST", "uploads/", refusal(404, "NAME_UNKNOWN", "no repo"), "There is no such repository"),
        ("prod", "PUT", "uploads/", refusal(400, "DIGEST_INVALID", "no match"), r"no match \(400\)"),
        ("prod", "PUT", "manifests/", refusal(429, "TOOMANYREQUESTS", "quota"), r"quota \(429\)\. Run again"),
        ("prod", "PUT", "manifests/", Answer(b"", 201, {"Docker-Content-Digest": "sha256:1"}), "has another digest"),
        (
            "prod",
            "POST",
            "uploads/",
            Answer(b"", 202, {"Location": "https://elsewhere.example/upload"}),
            "wants the upload sent to https://elsewhere.example/upload, to which no access token is sent",
        ),
    ],
)
def test_what_goes_wrong_is_told_with_why_and_what_to_do(
    dev: FakeRegistry, prod: FakeRegistry, side: str, method: str, *, path: str, answer: Answer | None, words: str
) -> None:
    faulty = prod if side == "prod" else dev
    faulty.server.fail(method, path, answer, times=100)

    with pytest.raises(ProviderError, match=words):
        promote(dev, prod)
    assert prod.tags.get(PROD, {}).keys() <= {TAG} if method == "PUT" else not held(prod).digest


@pytest.mark.parametrize(
    ("media_type", "content", "words"),
    [
        ("application/vnd.docker.distribution.manifest.v1+prettyjws", b"{}", "what belongs to one is not known here"),
        ("", b"{}", "is a document without a media type"),
        (MANIFEST, b"<html>", "is no valid .*'config'"),
        (MANIFEST, b"[]", "is no valid"),
        (MANIFEST, b'{"layers": []}', "'config'"),
        (MANIFEST, b'{"config": {"digest": "sha512:1", "size": 1}}', "by digest .sha256. and size"),
        (INDEX, b'{"manifests": [{"digest": "sha256:1", "size": 1}]}', "'manifests'"),
        (INDEX, b'{"manifests": [7]}', "'manifests'"),
    ],
)
def test_what_is_not_understood_is_refused_and_not_half_copied(
    dev: FakeRegistry, prod: FakeRegistry, media_type: str, content: bytes, words: str
) -> None:
    strange = MadeImage(digest_of(content), {}, {digest_of(content): (media_type, content)})
    dev.hold(DEV, strange)

    with pytest.raises(ProviderError, match=words):
        promote(dev, prod, digest=strange.digest)
    assert not [request for request in prod.server.requests if request.method not in {"GET", "HEAD"}]


@pytest.mark.parametrize("more", [0, 3 << 20])
def test_bytes_that_are_not_the_digests_never_reach_the_other_registry_whole(
    dev: FakeRegistry, prod: FakeRegistry, more: int
) -> None:
    prod.checks = False
    damaged = next(iter(IMAGE.blobs))
    dev.blobs[DEV][damaged] = b"x" * (len(IMAGE.blobs[damaged]) + more)

    with pytest.raises(ProviderError, match=f"as {damaged} has another digest"):
        promote(dev, prod)
    assert not held(prod).blobs
    assert not held(prod).digest


def test_a_store_that_a_registry_refers_to_is_read_without_the_token(
    dev: FakeRegistry, prod: FakeRegistry, other: FakeServer
) -> None:
    def refer(found: re.Match[str], _request: Request) -> Answer:
        return Answer(b"", 307, {"Location": f"{other.origin}/store/{found['digest']}"})

    for digest, content in IMAGE.blobs.items():
        other.answer("GET", f"/store/{digest}", content)
    dev.server.route("GET", f"/v2/{DEV}/blobs/(?P<digest>[^/]+)", refer)
    promote(dev, prod)

    assert held(prod) == IMAGE
    sent = {bool(request.headers.get("authorization")) for request in other.seen("GET", "^/store/")}
    assert sent == {False}
    assert {request.headers["authorization"] for request in dev.server.requests} == {"Bearer local"}
