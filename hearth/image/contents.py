"""What is in the image and what must not be: judges what the engine and `hearth.image.inside` found."""

import json
import re
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from hearth.image import context
from hearth.image.engines import Engine, Sandbox
from hearth.image.errors import ImageError
from hearth.image.rows import Row

_COMMANDS = ("gunicorn.app.wsgiapp", "gunicorn.workers.gthread", "flask.cli", "flask_hearth.staticfiles.*")

_MEMORY = 1024**3
_SHOWN = 4
_SECRET = re.compile(r"SECRET|TOKEN|PASSWORD|PASSWD|CREDENTIAL|API_KEY|PRIVATE", re.IGNORECASE)
SHELLS = {"sh", "bash", "dash", "/bin/sh", "/bin/bash"}


def inspect(engine: Engine, image: str) -> dict[str, Any]:
    """What the engine tells of an image."""
    done = subprocess.run(engine.line("image", "inspect", image), capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)[0]
    return found


def modules(app: str, *, ours: bool) -> tuple[str, ...]:
    """What the image loads: the app that Flask's command line calls so, and, if it is made with Hearth (`ours`), what
    its two commands do, gunicorn and flask with the migrations.
    """
    return (*(_COMMANDS if ours else ("flask",)), f"{app.partition(':')[0]}.*")


def look_inside(
    engine: Engine, image: str, config: Mapping[str, Any], name: str, loaded: Sequence[str]
) -> dict[str, Any]:
    """What `hearth.image.inside` finds in the image once these modules are loaded. Raises ImageError."""
    user = str(config.get("User") or "0").partition(":")[0]
    arguments = (config.get("WorkingDir") or "/", user if user.isdigit() else "0", *loaded)
    # As root, who may read everything; without capabilities root is bound by modes, too, so what root owns is open.
    box = Sandbox(memory=_MEMORY, name=name, user="0:0", interactive=True)
    done = subprocess.run(
        engine.run(image, ("python", "-", *arguments), box=box),
        input=(Path(__file__).parent / "inside.py").read_text(encoding="utf-8"),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ImageError(f"The image can't be looked at from inside. Its Python says:\n{done.stderr.strip()}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def check_config(found: Mapping[str, Any], base_size: int) -> list[Row]:
    """Of the engine's description of the image: size, user, command, environment, labels."""
    config = found["Config"]
    user = str(config.get("User") or "root")
    command = [*(config.get("Entrypoint") or []), *(config.get("Cmd") or [])]
    secrets = [
        name
        for name, _, value in (each.partition("=") for each in config.get("Env") or [])
        if value and _SECRET.search(name)
    ]
    labels = config.get("Labels") or {}
    rows = [
        Row("size", f"{_megabytes(found['Size'])}, of it {_megabytes(found['Size'] - base_size)} on top of the base"),
        # By number, or a platform can't tell before the start that it is not root.
        Row("user", user, user.partition(":")[0].isdigit() and int(user.partition(":")[0]) > 0),
        Row("command", " ".join(command), bool(command) and command[0] not in SHELLS),
        Row("no secret in its environment", _few(secrets) or "none", not secrets),
    ]
    return [*rows, *([Row("labels", ", ".join(f"{key}={labels[key]}" for key in sorted(labels)))] if labels else [])]


def check_contents(found: Mapping[str, Any], root: Path, left_out: Iterable[Path]) -> list[Row]:
    """Of what was found inside. `left_out` are the files of the checkout `root` that .dockerignore keeps out."""
    uncompiled = [f"{name} ({fault})" for name, fault in found["uncompiled"].items()]
    strays = sorted(_strays(found["ours"], root, left_out))
    return [
        Row("no compiler", _few(found["compilers"]) or "none", not found["compilers"]),
        Row("no pip, nor its cache", _few(found["pip"]) or "none", not found["pip"]),
        Row(
            "bytecode",
            _few(uncompiled) or f"there for all {found['loaded']} modules that the service loads",
            not uncompiled,
        ),
        Row("nothing that .dockerignore keeps out", _few(strays) or f"{len(found['ours'])} files of ours", not strays),
        Row("code that the service can't change", _few(found["writable"]) or "none that it can", not found["writable"]),
    ]


def _strays(ours: Mapping[str, str], root: Path, left_out: Iterable[Path]) -> set[str]:
    """Files of the image with the path, or the content, of one that was to be kept out."""
    # A file that lies where the image has it from may have a twin elsewhere, which got in no way.
    places = (root, root / "service")
    by_digest = {
        each: name for name, each in ours.items() if each not in {context.digest(place / name) for place in places}
    }
    parents = {parent.as_posix() for name in ours for parent in Path(name).parents}
    # The app's requirements.txt, say, beside the checkout's.
    apps = {name for name, each in ours.items() if each == context.digest(root / "service" / name)}
    found = set()
    for path in left_out:
        name = path.as_posix().removeprefix("service/")
        own = ours.keys() - (apps if path.parts[0] != "service" else set())
        if path.name != "__pycache__" and (name in own or name in parents):
            found.add(name)
        digest = context.digest(root / path)
        if digest and digest in by_digest:
            found.add(f"{by_digest[digest]} (as {path})")
    return found


def _few(names: Iterable[str]) -> str:
    listed = list(names)
    more = f" and {len(listed) - _SHOWN} more" if len(listed) > _SHOWN else ""
    return ", ".join(listed[:_SHOWN]) + more


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.0f} MB"
