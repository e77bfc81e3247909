"""Deployed bases, kept so that the next preview against the same one deploys nothing.

A file for each, with the cloud's folder, the engine's state, and which resources were protected. Its name is a digest
of all that the deployment depends on, so a change of any of it is another name. Left out: what a program reads beyond
its revision, its packages and its environment variables, such as the clock or files elsewhere; for those there is
`--fresh`.
"""

import hashlib
import json
import os
import re
import shutil
import sqlite3
import sys
import tarfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from pathlib import Path

from hearth.localcloud import locking, store
from hearth.localcloud.commands.checkout import Checkout

MOST = 8
"""Files at most; those that were not used for longest go. One of the shipped stacks takes less than a megabyte."""
CLOUD, STATE = "cloud", "state"
"""Names of the folders of the local cloud and of the engine, in that of a preview."""

_PROTECTED = "protected.json"
# What shells and make set differently from call to call, and what this command is called with.
_PASSING = re.compile(r"_|SHLVL|(OLD)?PWD|MAKE\w*|MFLAGS|STACK|BASE|HEAD_REF|FAIL_ON|MARKDOWN|FRESH")
_NO_CODE = {"tests", "__pycache__"}


def name(checkout: Checkout, *facts: str, environ: Mapping[str, str]) -> str:
    """Of the deployment that follows from these facts in this checkout, with its toolkit, packages, CLI and plugins."""
    digest = hashlib.sha256()
    for fact in (*facts, sys.version, *_surroundings(checkout), *_variables(environ)):
        digest.update(f"{len(fact)}:{fact}".encode("utf-8", "surrogateescape"))
    for file in _code(checkout.toolkit):
        digest.update(f"{file.relative_to(checkout.toolkit)} {hashlib.sha256(file.read_bytes()).hexdigest()}".encode())
    return digest.hexdigest()


class Deployments:
    """All that are kept below a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def restore(self, name: str, work: Path) -> frozenset[str] | None:
        """Put the folders of a deployment into `work`, and return the URNs that were protected in it.

        None where it is not kept, or not whole.
        """
        file = self._file(name)
        try:
            with tarfile.open(file) as tar:
                tar.extractall(work, filter="data")
            # Another preview may delete it meanwhile.
            with suppress(FileNotFoundError):
                os.utime(file)
            return frozenset(json.loads((work / _PROTECTED).read_text(encoding="utf-8")))
        except (OSError, EOFError, ValueError, tarfile.TarError, zlib.error):
            file.unlink(missing_ok=True)
            for made in (CLOUD, STATE):
                shutil.rmtree(work / made, ignore_errors=True)
            return None

    def keep(self, name: str, work: Path, protected: frozenset[str]) -> None:
        """Keep what was deployed in `work`, while its cloud runs and nobody changes anything there. Raises OSError."""
        database, whole = work / "database", work / "deployment.tar.gz"
        (work / _PROTECTED).write_text(json.dumps(sorted(protected)), encoding="utf-8")
        # Its file alone lacks what is still in the journal.
        with closing(sqlite3.connect(work / CLOUD / store.FILE)) as running, closing(sqlite3.connect(database)) as copy:
            running.backup(copy)
        with tarfile.open(whole, "w:gz", compresslevel=1) as tar:
            for each in (_PROTECTED, STATE, CLOUD):
                tar.add(work / each, each, filter=_lasting)
            tar.add(database, f"{CLOUD}/{store.FILE}")
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Nobody sees half of one.
        whole.replace(self._file(name))
        self._forget()

    def _forget(self) -> None:
        with suppress(FileNotFoundError):
            for file in sorted(self._folder.iterdir(), key=lambda each: each.stat().st_mtime)[:-MOST]:
                file.unlink(missing_ok=True)

    def _file(self, name: str) -> Path:
        return self._folder / f"{name}.tar.gz"


def _surroundings(checkout: Checkout) -> Iterator[str]:
    """What is installed: packages by name and version, the CLI, other people's plugins."""
    yield from sorted(each.name for each in (checkout.root / ".venv").glob("lib/*/site-packages/*.dist-info"))
    yield from sorted(each.name for each in (checkout.pulumi_home / "plugins").glob("resource-*"))
    with suppress(FileNotFoundError):
        yield (checkout.programs.parent / "cli.json").read_text(encoding="utf-8")


def _variables(environ: Mapping[str, str]) -> Iterator[str]:
    yield from (f"{name}={value}" for name, value in sorted(environ.items()) if not _PASSING.fullmatch(name))


def _code(toolkit: Path) -> list[Path]:
    return sorted(
        each for each in toolkit.rglob("*") if not _NO_CODE & set(each.relative_to(toolkit).parts) and each.is_file()
    )


def _lasting(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    passing = {f"{CLOUD}/{each}" for each in ("logs", "start.log", locking.FILE, *_files_of_database())}
    return None if member.name in passing else member


def _files_of_database() -> Iterator[str]:
    yield from (f"{store.FILE}{end}" for end in ("", "-wal", "-shm"))
