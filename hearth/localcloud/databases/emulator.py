"""Google's Firestore emulator: where it is installed, how it is run, and its data brought into files and back.

The Java program is started itself: `gcloud emulators firestore start` leaves it behind when it is stopped. It keeps all
data in memory, so that files have to be asked for. What comes back from them has new times of creation and of change,
which the emulator sets.
"""

import os
import re
import shutil
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import aiohttp

from hearth.localcloud.build.folders import complete_folder, remove_unfinished
from hearth.localcloud.databases.errors import DatabaseError
from hearth.localcloud.databases.server import Program

_MAIN = "com.google.cloud.datastore.emulator.firestore.CloudFirestore"
_OPTIONS = ("-Xmx512m", "-XX:+UseSerialGC", "-Duser.language=en")
_IN_SDK = "platform/cloud-firestore-emulator/cloud-firestore-emulator.jar"
_SYSTEM_SDK = Path("/usr/lib/google-cloud-sdk")
_OF_FIREBASE = ".cache/firebase/emulators"
_EXPORT = "documents"
_SECONDS = aiohttp.ClientTimeout(total=60)


def find() -> tuple[str, Path]:
    """Java and the emulator's program. Raises DatabaseError, which says how to get what is missing."""
    java = shutil.which("java")
    jar = next((found for found in _places() if found.is_file()), None)
    if java and jar:
        return java, jar
    missing = [name for name, there in (("Java", java), ("Google's Firestore emulator", jar)) if not there]
    raise DatabaseError(
        f"This machine has no {' and no '.join(missing)}, which a local Firestore needs. Install Java (Debian and "
        "Ubuntu: apt install default-jre-headless) and the emulator (gcloud components install "
        "cloud-firestore-emulator, or npx firebase-tools setup:emulators:firestore), or choose another database: "
        "pulumi config set app:database sqlite."
    )


def program(port: int, folder: Path, fill: Callable[[int], Awaitable[None]]) -> Program:
    """`fill` brings back what was saved. Raises DatabaseError as `find` does."""
    java, jar = find()

    async def answers(_pid: int) -> bool:
        try:
            await _call(port, "GET", "/")
        except DatabaseError:
            return False
        return True

    return Program(
        command=[java, *_OPTIONS, "-cp", str(jar), _MAIN, "start", "--host=127.0.0.1", f"--port={port}"],
        folder=folder,
        env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
        answers=answers,
        fill=fill,
    )


async def save(port: int, database: str, place: Path) -> None:
    """Bring all documents of a database (`projects/P/databases/D`) into a new folder in `place`, and delete older ones.

    Raises DatabaseError.
    """
    before = _saved(place)
    with complete_folder(place / str(before[-1] + 1 if before else 1)) as folder:
        body = {"database": database, "export_directory": str(folder), "export_name": _EXPORT}
        await _call(port, "POST", f"/emulator/v1/{_project(database)}:export", body)
    for number in before:
        shutil.rmtree(place / str(number), ignore_errors=True)


async def load(port: int, database: str, place: Path) -> None:
    """Bring back what was saved last, if anything was. Raises DatabaseError."""
    remove_unfinished(place)
    if saved := _saved(place):
        file = place / str(saved[-1]) / _EXPORT / f"{_EXPORT}.overall_export_metadata"
        body = {"database": database, "export_directory": str(file)}
        await _call(port, "POST", f"/emulator/v1/{_project(database)}:import", body)


async def clear(port: int, database: str) -> None:
    """Delete all documents. Raises DatabaseError."""
    await _call(port, "DELETE", f"/emulator/v1/{database}/documents")


def _places() -> Iterator[Path]:
    if gcloud := shutil.which("gcloud"):
        yield Path(gcloud).resolve().parents[1] / _IN_SDK
    yield from (_SYSTEM_SDK / _IN_SDK, Path.home() / "google-cloud-sdk" / _IN_SDK)
    yield from sorted((Path.home() / _OF_FIREBASE).glob("cloud-firestore-emulator-v*.jar"), key=_version, reverse=True)


def _version(file: Path) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", file.name)]


def _saved(place: Path) -> list[int]:
    """Numbers of what was saved, in their order; what was being saved when its maker was killed has none."""
    return sorted(int(each.name) for each in place.glob("*") if each.name.isdigit())


def _project(database: str) -> str:
    return database.partition("/databases/")[0]


async def _call(port: int, method: str, path: str, body: dict[str, Any] | None = None) -> None:
    url = f"http://127.0.0.1:{port}{path}"
    try:
        async with (
            aiohttp.ClientSession(timeout=_SECONDS) as session,
            session.request(method, url, json=body) as answer,
        ):
            if answer.status >= 400:
                raise DatabaseError(f"The Firestore emulator refused {method} {path}: {await answer.text()}")
    except (aiohttp.ClientError, TimeoutError) as fault:
        raise DatabaseError(f"The Firestore emulator does not answer {method} {path}: {fault!r}") from fault
