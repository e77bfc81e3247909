"""The base image in the engine's store: there already, out of a file, or pulled."""

import hashlib
import json
import re
import subprocess
import tarfile
from pathlib import Path

from hearth.image.engines import Engine
from hearth.image.errors import ImageError

_DEFAULT = re.compile(r"^ARG BASE=(\S+)$", re.MULTILINE)
_STAGE = r"^FROM (\S+) AS {}$"
_ARCHIVES = {"manifest.json", "index.json", "oci-layout"}
"""Names that only an archive of an image has at its top; a plain file system has none of them."""


def default_base(dockerfile: Path) -> str:
    """The base that the Dockerfile takes when nobody names another."""
    text = dockerfile.read_text(encoding="utf-8")
    found = _DEFAULT.search(text)
    if not found:
        raise ImageError(f"{dockerfile} has no line ARG BASE=…, so that it can't be built on another base. Add one.")
    stage = re.search(_STAGE.format(re.escape(found[1])), text, re.MULTILINE | re.IGNORECASE)
    return stage[1] if stage else found[1]


def qualified_name(name: str) -> str:
    """The name with its registry: podman does not assume one, as docker does. Of tag and digest, the digest alone."""
    name = re.sub(r":[\w.-]+@", "@", name)
    first, slash, _ = name.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        return name
    return f"docker.io/{name}" if slash else f"docker.io/library/{name}"


def fetch_base(engine: Engine, name: str, *, pull: bool) -> str:
    """The image's full name, once it is in the engine's store. Raises ImageError."""
    image = qualified_name(name)
    if has_image(engine, image):
        return image
    if not pull:
        raise ImageError(f"The base {image} is not in the store of {engine.name}, and is not to be pulled.")
    pulled = subprocess.run(engine.line("pull", "--quiet", image), capture_output=True, text=True, check=False)
    if pulled.returncode:
        raise ImageError(
            f"{engine.name} can't pull the base {image}: {last_line(pulled.stderr)}\n"
            "Without a base there is nothing to build on. Where no registry can be reached, hand one in: "
            "make image BASE=localhost/NAME for an image that is here already, or make image BASE_TAR=FILE for an "
            "archive of an image (docker save) or of a file system (hearth/image/stand-in-base makes one of Debian's "
            "packages)."
        )
    return image


def load_base(engine: Engine, file: Path) -> str:
    """The name of the image that the archive holds, once it is in the engine's store. Raises ImageError."""
    try:
        with file.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
        with tarfile.open(file) as tar:
            first = {tar.next() for _ in range(64)} - {None}
            names = {each.name.removeprefix("./") for each in first if each}
    except (OSError, tarfile.TarError) as fault:
        raise ImageError(f"BASE_TAR={file} can't be read as a tar archive: {fault}") from None
    if names & _ARCHIVES:
        said = _run(engine, "load", "--input", file)
        return said.strip().splitlines()[-1].partition(": ")[2].strip()
    image = f"localhost/hearth-base:{digest[:12]}"
    if not has_image(engine, image):
        _run(engine, "import", "--change", f"CMD {json.dumps(['python3'])}", file, image)
    return image


def has_image(engine: Engine, image: str) -> bool:
    inspected = subprocess.run(engine.line("image", "inspect", image), capture_output=True, check=False)
    return inspected.returncode == 0


def last_line(text: str) -> str:
    """What a program said last, which is what it ended for."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"


def _run(engine: Engine, *arguments: str | Path) -> str:
    done = subprocess.run(engine.line(*arguments), capture_output=True, text=True, check=False)
    if done.returncode:
        raise ImageError(f"{engine.line(*arguments)} failed: {last_line(done.stderr)}")
    return done.stdout
