"""A container runs an image by digest only.

A tag can be moved: then what runs changes without a deployment, and no diff shows it.
"""

import re
from collections.abc import Iterator

from hearth.guards.declared import UNKNOWN, Declared, Intent, Violation, dotted

BY_DIGEST = re.compile(r"[a-z0-9.-]+(:[0-9]+)?(/[a-z0-9._-]+)+@sha256:[0-9a-f]{64}")


def violations(declared: Declared, _: Intent) -> Iterator[Violation]:
    """Look at each container's `image`."""
    for path, container in declared.containers():
        image = container.get("image")
        if image is not UNKNOWN and not (isinstance(image, str) and BY_DIGEST.fullmatch(image)):
            yield Violation(
                what=f"{dotted((*path, 'image'))} = {image!r}",
                why="without a digest, what runs can change with no deployment and no diff",
                fix="use the output of ServiceImage, or write HOST/PATH@sha256:...",
            )
