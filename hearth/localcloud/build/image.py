"""An image as the local cloud keeps it: a folder of files, and a record of what to run in it.

`images/HEX/root/` holds the files, `images/HEX/image.json` the record, `images/HEX/requirements.lock` the lock file and
`images/HEX/wheels/` the packages that lay beside it.
HEX is the digest: SHA-256 over a canonical manifest of all that the image is, so that building equal content again
gives the equal digest. It is not the digest a container registry would compute for the same Dockerfile.
"""

import compileall
import hashlib
import json
import os
import posixpath
import py_compile
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hearth.localcloud.build.dockerfile import Stage
from hearth.localcloud.build.folders import complete_folder
from hearth.localcloud.build.instructions import DockerfileError
from hearth.localcloud.build.layout import File, Layout

_RECORD = "image.json"
_LOCK = "requirements.lock"
_WHEELS = "wheels"


@dataclass(frozen=True, kw_only=True)
class Image:
    """A built image. Paths in it are absolute inside the image (`/app`)."""

    digest: str
    folder: Path
    workdir: str
    env: dict[str, str]
    entrypoint: list[str]
    command: list[str]
    user: str | None
    """For a warning alone: processes run as whoever runs the local cloud."""
    environment_paths: list[str]
    """Where the image has its Python environment; each stands for the virtual environment of the lock file."""

    @property
    def lock(self) -> Path | None:
        path = self.folder / _LOCK
        return path if path.exists() else None

    @property
    def wheels(self) -> list[Path]:
        """The folder of packages that no index has, if the image was built with one."""
        path = self.folder / _WHEELS
        return [path] if path.exists() else []

    def locate(self, path: str, environment: Path) -> Path | None:
        """Where on this machine an absolute path of the image lies, if the image has it."""
        path = posixpath.normpath(path)
        for place in sorted(self.environment_paths, key=len, reverse=True):
            if path == place or path.startswith(f"{place}/"):
                inside = environment / posixpath.relpath(path, place)
                if inside.exists():
                    return inside
        found = self.folder / "root" / path.lstrip("/")
        return found if path != "/" and found.exists() else None


class ImageGoneError(Exception):
    """The registry knows the image, but its files are not on this machine any more."""


def write(images: Path, stage: Stage, layout: Layout) -> Image:
    """Write the image below `images`, unless it is there already. Blocking. Raises DockerfileError."""
    record = _record(stage, layout)
    manifest = record | {
        "files": {name: _fingerprint(file) for name, file in sorted(layout.files.items())},
        "lock": _sha256(layout.lock.source) if layout.lock else None,
    }
    digest = hashlib.sha256(json.dumps(manifest, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
    if not (images / digest).exists():
        with complete_folder(images / digest) as folder:
            _fill(folder, record, layout)
    return _load(images / digest)


def load(images: Path, digest: str) -> Image:
    """Read an image by its digest (`sha256:HEX`). Raises ImageGoneError."""
    folder = images / digest.removeprefix("sha256:")
    if not (folder / _RECORD).exists():
        raise ImageGoneError(f"Image {digest} is in the registry, but its files in {images} are gone. Build it again.")
    return _load(folder)


def _record(stage: Stage, layout: Layout) -> dict[str, Any]:
    return {
        "workdir": layout.workdir,
        "env": stage.env,
        "entrypoint": stage.entrypoint or [],
        "command": stage.command or [],
        "user": stage.user,
        "environment_paths": sorted(layout.environment_paths),
    }


def _load(folder: Path) -> Image:
    record = json.loads((folder / _RECORD).read_text(encoding="utf-8"))
    return Image(digest=f"sha256:{folder.name}", folder=folder, **record)


def _fill(folder: Path, record: dict[str, Any], layout: Layout) -> None:
    root = folder / "root"
    (root / layout.workdir.lstrip("/")).mkdir(parents=True)
    for name, file in layout.files.items():
        path = root / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _place(file, path, root)
        except (FileExistsError, NotADirectoryError, IsADirectoryError) as fault:
            raise DockerfileError(f"COPY makes /{name} both a file and a folder.") from fault
    if layout.lock:
        shutil.copyfile(layout.lock.source, folder / _LOCK)
    # The manifest leaves them out: the lock file has their hashes.
    for wheel in layout.wheels:
        (folder / _WHEELS).mkdir(exist_ok=True)
        shutil.copyfile(wheel, folder / _WHEELS / wheel.name)
    # Instances must not write into the image, as Python would at the first import of each module. Hashes instead of
    # times: these never go stale, whatever touches the files. What does not compile fails where it is imported.
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    compileall.compile_dir(root, quiet=2, invalidation_mode=mode, limit_sl_dest=str(root))
    (folder / _RECORD).write_text(json.dumps(record, indent=2), encoding="utf-8")


def _place(file: File, path: Path, root: Path) -> None:
    if file.link is not None:
        if file.link.startswith("/") or not _inside(path.parent / file.link, root):
            raise DockerfileError(f"The link /{path.relative_to(root)} leads out of the image, to {file.link}.")
        path.symlink_to(file.link)
        return
    shutil.copyfile(file.source, path)
    # Files are read-only; folders are not, so that everyone can delete the local cloud's folder by plain `rm -r`.
    path.chmod(0o555 if file.executable else 0o444)


def _inside(path: Path, root: Path) -> bool:
    return Path(os.path.normpath(path)).is_relative_to(root)


def _fingerprint(file: File) -> list[str]:
    if file.link is not None:
        return ["link", file.link]
    return ["755" if file.executable else "644", _sha256(file.source)]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def describe(image: Image) -> str:
    """One line for the build's log."""
    command = " ".join([*image.entrypoint, *image.command]) or "none"
    return f"{image.digest}: command {command}, in {image.workdir}, Python {sys.version.split()[0]} of this machine"
