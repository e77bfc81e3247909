"""Copy an image from one repository of a registry into another, byte for byte and so under the same digest.

What the image is made of comes first and its manifest last, so that an image that is there is whole; what is there
already is skipped, so that a copy that was broken off is taken up again.
"""

from hearth.facts import images
from hearth.plugin.kinds import Context, ProviderError
from hearth.provider.clients.artifact_registry import ArtifactRegistry, Package
from hearth.provider.clients.container_registry import Repository, stopped
from hearth.provider.clients.credentials import Tokens
from hearth.provider.clients.session import Session
from hearth.provider.image_manifest import Manifest

_MAY_NOT_READ = (
    "Whoever deploys needs roles/artifactregistry.reader on that repository: add them to app:imageReaders of the stack "
    "that built the image, deploy that, and wait some minutes (docs/deploying.md, `From CI`, 4). If that stack was "
    "destroyed, the image went with it."
)
_MAY_NOT_WRITE = (
    "Whoever deploys needs roles/artifactregistry.writer on the stack's own repository (docs/deploying.md, 5)."
)
_MEBIBYTE = 1 << 20


class Transfer:
    """Copies between repositories of Artifact Registry."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    def __call__(self, reference: str, package: Package, tag: str, context: Context) -> None:
        """Have the image of that reference, by digest, in the package, with the tag. Raises ProviderError."""
        named = images.BY_DIGEST.fullmatch(reference)
        if named is None:
            raise ProviderError(f"{reference!r} is no image in Artifact Registry by digest.")
        host, _, name = package.address.partition("/")
        copy(
            Repository(f"https://{named['host']}", named["name"], self._tokens, denied=_MAY_NOT_READ),
            Repository(f"https://{host}", name, self._tokens, denied=_MAY_NOT_WRITE),
            digest=named["digest"],
            tag=tag,
            context=context,
        )


class RecordCopy:
    """On a local cloud, whose images are folders of files beside its registry, and which has one folder for each."""

    def __init__(self, session: Session) -> None:
        self._registry = ArtifactRegistry(session)

    def __call__(self, reference: str, package: Package, tag: str, context: Context) -> None:
        """As of `Transfer`."""
        context.say("the local cloud has no layers: it copies the record of the image, and nothing more")
        self._registry.copy_record(reference, package, tag)


def copy(source: Repository, destination: Repository, *, digest: str, tag: str, context: Context) -> None:
    """Have the image of that digest in the destination, with the tag. Raises ProviderError."""
    tagged = destination.manifest(tag)
    if tagged is not None and tagged.digest == digest:
        return
    manifest = destination.manifest(digest)
    if manifest is None:
        context.say(f"copying {digest} from {source}")
        manifest = _taken(source, destination, digest, context)
    # Only now, so that a clean-up that takes what has no tag leaves it, and finds nothing half copied under one.
    destination.put(manifest, tag)


def _taken(source: Repository, destination: Repository, digest: str, context: Context) -> Manifest:
    """The manifest, once all that it names is in the destination."""
    manifest = source.manifest(digest)
    if manifest is None:
        raise ProviderError(
            f"{source}@{digest} is not in the registry, and {destination} has no copy of it: a clean-up deleted it, or "
            "it was never pushed. Set app:image to the output imageRef of a stack that runs the image, or to '' to "
            "build it here."
        )
    for child in manifest.manifests:
        if not destination.has("manifests", child.digest):
            destination.put(_taken(source, destination, child.digest, context), child.digest)
    # An image may name a layer twice.
    for blob in dict.fromkeys(manifest.blobs):
        if context.cancelled.is_set():
            raise stopped()
        if destination.has("blobs", blob.digest):
            continue
        context.say(f"copying {blob.size / _MEBIBYTE:.1f} MiB, {blob.digest}")
        destination.take(blob, source, context.cancelled)
    return manifest
