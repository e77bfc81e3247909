"""Looks at an image from inside, as a program that the image's own Python runs; prints JSON.

Only the standard library, and nothing of the checkout: it is handed to `python -`, because there is none of it in
the image. What the findings mean is `hearth.image.contents`'s.
"""

import hashlib
import importlib
import importlib.util
import json
import os
import pkgutil
import struct
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ELSEWHERE = ("proc", "sys", "dev", "tmp", "run", "data")
COMPILERS = {"cc", "gcc", "g++", "c++", "cpp", "clang", "tcc", "as", "ld", "make", "cc1", "rustc", "cargo", "go"}


def files(root: Path, *, with_folders: bool = False) -> Iterator[Path]:
    """Every file below `root` that is part of the image, not of the container."""
    for folder, folders, names in os.walk(root):
        if folder == "/":
            folders[:] = [name for name in folders if name not in ELSEWHERE]
        if with_folders:
            yield Path(folder)
        yield from (Path(folder) / name for name in names)


def is_pip(path: Path) -> bool:
    """Whether it belongs to pip, or to what brings it back, or is something that it kept."""
    parts = path.parts
    if "pip" in parts and (parts[parts.index("pip") - 1].endswith("-packages") or ".cache" in parts):
        return True
    return (path.name.startswith("pip") and (path.suffix == ".whl" or "bin" in parts)) or "ensurepip" in parts


def is_compiler(path: Path) -> bool:
    return path.name in COMPILERS and os.access(path, os.X_OK)


def may_write(path: Path, user: int) -> bool:
    """Whether that user, who is in no other's group, may change the file or folder."""
    status = path.lstat()
    return not path.is_symlink() and bool(status.st_mode & 0o002 or user in {status.st_uid, status.st_gid})


def bytecode_fault(source: str) -> str | None:
    """Why Python would compile this file again at every start."""
    path = Path(importlib.util.cache_from_source(source))
    if not path.exists():
        return "no bytecode"
    content = path.read_bytes()[:16]
    if content[:4] != importlib.util.MAGIC_NUMBER:
        return "bytecode of another Python"
    flags, modified, size = struct.unpack("<III", content[4:])
    status = Path(source).stat()
    if flags == 0 and (modified, size) != (int(status.st_mtime) & 0xFFFFFFFF, status.st_size & 0xFFFFFFFF):
        return "bytecode of another time"
    return None


def imported(names: list[str]) -> Iterator[tuple[str, str]]:
    """Name and source of every module that is loaded once these are; `app.*` is app with all that is in it."""
    for name in names:
        package = importlib.import_module(name.removesuffix(".*"))
        if name.endswith(".*"):
            for found in pkgutil.walk_packages(getattr(package, "__path__", ()), f"{package.__name__}."):
                if not found.name.endswith("__main__"):
                    importlib.import_module(found.name)
    for name, module in sorted(sys.modules.items()):
        source = getattr(module, "__file__", None) or ""
        if source.endswith(".py") and name != "__main__":
            yield name, source


def inspect_image(workdir: Path, user: int, modules: list[str], root: Path = Path("/")) -> dict[str, Any]:
    """All findings. Paths are absolute inside the image."""
    sys.path.insert(0, str(workdir))
    loaded = list(imported(modules))
    every = list(files(root))
    # Code and what it runs on; not the whole disk, as a base has its own folders that everybody may write to.
    runs = [workdir, Path(sys.prefix), Path(sysconfig.get_path("stdlib"))]
    return {
        "python": sys.version.split()[0],
        "compilers": sorted(str(path) for path in every if is_compiler(path)),
        "pip": sorted(str(path) for path in every if is_pip(path)),
        "writable": sorted(
            {str(path) for each in runs for path in files(each, with_folders=True) if may_write(path, user)}
        ),
        "ours": {
            str(path.relative_to(workdir)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in files(workdir)
            if path.is_file()
        },
        "loaded": len(loaded),
        "uncompiled": {name: fault for name, source in loaded if (fault := bytecode_fault(source))},
    }


if __name__ == "__main__":
    print(json.dumps(inspect_image(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])))
