"""A container runs an image by digest only.

A tag can be moved: then what runs changes without a deployment, and no diff shows it. Left out: images of disks, steps
of builds, base images that Google is asked to renew by itself, and images given by repository and tag apart.
"""

import re
from collections.abc import Iterator, Mapping

from hearth.guards.declared import UNKNOWN, Declared, Intent, Path, Unclear, Violation, format_path

BY_DIGEST = re.compile(r"[a-z0-9.-]+(:[0-9]+)?(/[a-z0-9._-]+)+@sha256:[0-9a-f]{64}")
# Whatever the type: `containers[0].image`, `container.image`, `containerSpec.imageUri`, `sdkContainerImage`.
_IMAGE = re.compile(
    r"(.*\.)?(\w*([cC]ontainers?|sandboxes\.templates)(\[\d+\])?\.image|\w*[cC]ontainer(Spec\.imageUri|Image))"
)


def violations(declared: Declared, _: Intent) -> Iterator[Violation | Unclear]:
    """Look at the image of each container, which on Cloud Run has to be there."""
    for path, image in declared.found(_is_image):
        if image is UNKNOWN:
            yield Unclear(path)
        elif not (isinstance(image, Mapping) or (isinstance(image, str) and BY_DIGEST.fullmatch(image))):
            yield _violation(path, image)
    for path, container in declared.walk() if declared.type.startswith("gcp:cloudrun") else ():
        if path[-2:-1] == ("containers",) and isinstance(container, Mapping) and "image" not in container:
            yield _violation((*path, "image"), None)


def _is_image(path: Path) -> bool:
    return _IMAGE.fullmatch(format_path(path)) is not None


def _violation(path: Path, image: object) -> Violation:
    return Violation(
        what=f"{format_path(path)} = {image!r}",
        why="without a digest, the running code can change without a deployment and without a diff",
        fix="use the output of ServiceImage, or write HOST/PATH@sha256:...",
    )
