"""The user's own names of files in what their app writes, such as a traceback.

An instance's files lie in the local cloud's folder, where nobody should edit them. A file of the image is called as in
the checkout if just one there can be meant, else as in the container; an installed one as below `site-packages`.
"""

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath


class OwnNames:
    """Of one local cloud; `root` is its folder, in `.local/cloud` of a checkout or anywhere else."""

    def __init__(self, root: Path) -> None:
        folder = re.escape(str(root))
        self._image = re.compile(folder + r"/images/[0-9a-f]{64}/root(/[^\s\"'\\]*)")
        self._package = re.compile(folder + r"/environments/[0-9a-f]{64}/lib/[^/\s]+/(site-packages/)")
        self._checkout = root.parents[1] if root.parts[-2:] == (".local", "cloud") else None

    def put_into(self, line: str) -> str:
        """The line with each file by its own name."""
        return self._image.sub(lambda found: self._own(found[1]), self._package.sub(r"\1", line))

    def _own(self, inside: str) -> str:
        for found in self._candidates(PurePosixPath(inside)):
            if len(found) == 1:
                return str(found[0])
        return inside

    def _candidates(self, inside: PurePosixPath) -> Iterator[list[Path]]:
        """Files of the checkout that end alike; a Dockerfile copies what lies there or in one of its folders."""
        if self._checkout is None:
            return
        bases = [Path(), *(Path(each.name) for each in self._checkout.iterdir() if not each.name.startswith("."))]
        for start in range(1, len(inside.parts)):
            end = Path(*inside.parts[start:])
            yield [base / end for base in bases if (self._checkout / base / end).is_file()]
