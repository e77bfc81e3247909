"""A promotion into a real registry, Debian's docker-registry; what goes wrong is played in test_image_transfer."""

import shutil
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from flask_hearth.testing.ports import reserve_port
from flask_hearth.testing.processes import Process, wait_until
from hearth.plugin.kinds import Context, ProviderError
from hearth.provider.clients.container_registry import Repository
from hearth.provider.clients.credentials import Tokens
from hearth.provider.image_manifest import Manifest, digest_of
from hearth.provider.image_transfer import copy
from hearth.tests.provider.images import DOCKER_LIST, DOCKER_MANIFEST, MadeImage, image, index, layer

PROGRAM = shutil.which("docker-registry") or ""
DEV, PROD, TAG = "shop-dev/web/web", "shop-prod/web/web", "copy-1"
TOKENS = Tokens({"GOOGLE_OAUTH_ACCESS_TOKEN": "local"})
SHARED = layer("shared")
OCI = index([image(SHARED, layer("amd64")), image(SHARED, layer("arm64"))])
DOCKER = index([image(SHARED, layer("amd64"), media_type=DOCKER_MANIFEST)], DOCKER_LIST)
CONFIGURATION = """
version: 0.1
log: {{accesslog: {{disabled: false}}, level: warn}}
storage: {{filesystem: {{rootdirectory: "{folder}"}}}}
http: {{addr: "127.0.0.1:{port}"}}
"""

pytestmark = pytest.mark.skipif(not PROGRAM, reason="no docker-registry here: apt-get install docker-registry")


class Registry:
    """One that runs, with a folder of its own."""

    def __init__(self, folder: Path, port: int) -> None:
        self.origin = f"http://127.0.0.1:{port}"
        folder.mkdir()
        self._folder = folder
        configuration = CONFIGURATION.format(folder=folder / "content", port=port)
        (folder / "registry.yml").write_text(configuration, encoding="utf-8")
        self.start()

    def start(self) -> None:
        """With all that it held before."""
        command = [PROGRAM, "serve", str(self._folder / "registry.yml")]
        self.process = Process(command, self._folder, {}, self._folder / "log")
        wait_until(self._answers, lambda: self.process.output)

    def repository(self, name: str) -> Repository:
        return Repository(self.origin, name, TOKENS, denied="Ask somebody.", pause=lambda _seconds: None)

    def push(self, whole: MadeImage, name: str = DEV) -> None:
        """As another client does."""
        for digest, content in whole.blobs.items():
            begun = requests.post(f"{self.origin}/v2/{name}/blobs/uploads/", timeout=60)
            requests.put(
                begun.headers["Location"], params={"digest": digest}, data=content, timeout=60
            ).raise_for_status()
        for digest, (media_type, content) in whole.manifests.items():
            requests.put(
                f"{self.origin}/v2/{name}/manifests/{digest}",
                data=content,
                headers={"Content-Type": media_type},
                timeout=60,
            ).raise_for_status()

    def written(self, name: str = PROD) -> list[str]:
        """The requests that changed something, from its own log."""
        lines = self.process.output.splitlines()
        return [line for line in lines if f"/v2/{name}/" in line and ('"PUT ' in line or '"POST ' in line)]

    def _answers(self) -> bool:
        try:
            return requests.get(f"{self.origin}/v2/", timeout=5).ok
        except requests.ConnectionError:
            return False


def started(folder: Path) -> Iterator[Registry]:
    with reserve_port() as port:
        registry = Registry(folder, port)
        try:
            yield registry
        finally:
            registry.process.end()


@pytest.fixture
def dev(tmp_path: Path) -> Iterator[Registry]:
    yield from started(tmp_path / "dev")


@pytest.fixture
def prod(tmp_path: Path) -> Iterator[Registry]:
    yield from started(tmp_path / "prod")


def promote(source: Repository, destination: Repository, digest: str) -> list[str]:
    """What was said about it."""
    said: list[str] = []
    copy(source, destination, digest=digest, tag=TAG, context=Context(urn="urn", say=said.append))
    return said


def content(repository: Repository, whole: MadeImage) -> MadeImage:
    """What the registry gives, under its tag, of what the image is made of."""
    tagged = repository.manifest(TAG)
    manifests: dict[str, tuple[str, bytes]] = {}
    for digest in whole.manifests:
        found = repository.manifest(digest)
        assert isinstance(found, Manifest)
        manifests[digest] = (found.media_type, found.content)
    blobs = {
        digest: requests.get(f"{repository.origin}/v2/{repository.name}/blobs/{digest}", timeout=60).content
        for digest in whole.blobs
    }
    return MadeImage(tagged.digest if tagged else "", blobs, manifests)


@pytest.mark.parametrize("whole", [OCI, DOCKER], ids=["oci", "docker"])
def test_an_index_goes_to_another_registry_with_all_its_parts_and_a_tag(
    dev: Registry, prod: Registry, whole: MadeImage
) -> None:
    dev.push(whole)
    destination = prod.repository(PROD)
    promote(dev.repository(DEV), destination, whole.digest)

    assert content(destination, whole) == whole


def test_within_a_registry_it_is_mounted(dev: Registry) -> None:
    dev.push(OCI)
    destination = dev.repository(PROD)
    promote(dev.repository(DEV), destination, OCI.digest)

    assert content(destination, OCI) == OCI
    begun = [line for line in dev.written() if "uploads/" in line]
    assert len(begun) == len(OCI.blobs)
    assert all("mount=" in line and '" 201 ' in line for line in begun)


def test_once_copied_it_outlives_the_registry_that_it_came_from(dev: Registry, prod: Registry) -> None:
    dev.push(OCI)
    source, destination = dev.repository(DEV), prod.repository(PROD)
    promote(source, destination, OCI.digest)
    dev.process.end()
    before = prod.written()

    assert promote(source, destination, OCI.digest) == []
    assert prod.written() == before
    assert content(destination, OCI) == OCI


def test_a_copy_that_was_cut_off_is_taken_up_again(dev: Registry, prod: Registry) -> None:
    """Its source dies between two layers."""
    dev.push(OCI)
    source, destination = dev.repository(DEV), prod.repository(PROD)
    said: list[str] = []

    def say(message: str) -> None:
        said.append(message)
        if len(said) == 3:
            dev.process.end()

    context = Context(urn="urn", say=say)
    with pytest.raises(ProviderError, match="no answer from"):
        copy(source, destination, digest=OCI.digest, tag=TAG, context=context)
    assert destination.manifest(TAG) is None
    dev.start()
    again = promote(source, destination, OCI.digest)

    assert content(destination, OCI) == OCI
    # Each says what is copied from where, then a line a blob: the one that had come through is not copied again.
    assert said[1] not in again
    assert len(again) == 1 + len(OCI.blobs) - 1


def test_a_large_layer_is_never_in_memory_whole(dev: Registry, prod: Registry) -> None:
    large = image(layer("large", 20 << 20))
    dev.push(large)
    source, destination = dev.repository(DEV), prod.repository(PROD)
    tracemalloc.start()
    try:
        promote(source, destination, large.digest)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert destination.has("blobs", digest_of(layer("large", 20 << 20)))
    assert peak < 8 << 20
