"""The verbs that run the project's Flask app: its own Flask command line, in a process of its own.

So nothing of the app, and no Flask, is imported here: an app that does not start ends a verb with its own words.
"""

import argparse
import importlib.metadata
import importlib.util
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from hearth import app_source, env_file, project, serving
from hearth.errors import HearthError

_FRAMEWORK = "flask_hearth"
_DATABASE = "SERVE_DATABASE"
_WRITERS = frozenset({"openapi", "firestore"})

# Of a distribution (packaging.python.org, "Names and normalization"), as lines of requirements begin with it. What
# follows tells it from a URL or a path.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(?=$|[\s\[(<>=!~@])")

_DOES = {
    "serve": "Flask with reload and the static files, on this machine alone, without a deploy",
    "openapi": "write the API's document",
    "firestore": "write what a Firestore database needs of the app",
    "bench": "measure the service's framework against a peer, as ratios in one run",
    "attack": "send the service as it is deployed hostile inputs, with an honest client beside each",
}


def main(arguments: Sequence[str]) -> int:
    """The exit code. The first argument is the verb."""
    verb, *rest = arguments
    root = project.root()
    table = project.Table.read(root)
    parser = argparse.ArgumentParser(prog=f"python -m hearth {verb}", description=f"{verb}: {_DOES[verb]}.")
    if verb == "attack":
        # Its options are its own here, too, and come last, so that they count.
        module, _, _ = table.app.partition(":")
        own = ["--folder", str(root / table.service), "--app", module]
        return _run([sys.executable, "-m", "flask_hearth.attack", *own, *rest], root, root)
    if verb == "bench":
        if importlib.util.find_spec("flask_hearth.bench") is None:
            raise HearthError(
                "an installed flask_hearth comes without it: `make bench` is for Hearth's own repository."
            )
        # Its options are its own; `--help` shows them.
        return _run([sys.executable, "-m", "flask_hearth.bench", *rest], root, root)
    parser.parse_args(rest)
    flask, service = [sys.executable, "-m", "flask", "--app", table.app], root / table.service
    has_framework = app_source.uses(service, _FRAMEWORK)
    if verb in _WRITERS:
        if not has_framework:
            raise HearthError(
                f"the app in {table.service}/ imports no {_FRAMEWORK}, and so declares nothing of which `{verb}` could "
                "be written."
            )
        return _run([*flask, verb, str(root / table.openapi if verb == "openapi" else service)], service, root)
    if not has_framework:
        sys.stderr.write(
            f"serve: the app imports no {_FRAMEWORK}, so this is plain `flask run`: without static/, which Hosting "
            "serves, and without migrations.\n"
        )
    if lacking := lacking_packages(root, service):
        sys.stderr.write(f"serve: {lacking}\n")
    with _database(root, _environment(root).get(_DATABASE, "")) as variables:
        # An app that says nothing of debugging is here to be debugged.
        return serving.serve(
            [*flask, *(["serve"] if has_framework else ["run", "--debug"])],
            service,
            lambda: {"FLASK_DEBUG": "1", **_environment(root), **variables},
            [service, root / ".env"],
        )


def _database(root: Path, kind: str) -> AbstractContextManager[Mapping[str, str]]:
    """Variables that lead the app to the database that `make serve` is told to run. Raises HearthError."""
    if kind in {"", "sqlite", "none"}:
        # There is nothing to run: the app has its default, or what DATABASE_URL says.
        return nullcontext({})
    if kind not in {"postgres", "firestore"}:
        raise HearthError(f"{_DATABASE}={kind} is no database: set it to postgres, firestore, sqlite or none.")
    # Only where it is asked for: it brings all of the local cloud.
    from hearth.localcloud.databases import served  # noqa: PLC0415 - see above

    return served.running(root, kind)


def lacking_packages(root: Path, service: Path) -> str:
    """Which packages the app's requirements.txt names and this Python lacks, and what to do; empty where it has all.

    The file lies beside the app, or further up in the project. What is for some platforms alone is left out.
    """
    folders = (folder for folder in (service, *service.parents) if root in folder.parents)
    file = next((found for folder in folders if (found := folder / "requirements.txt").is_file()), None)
    if file is None:
        return ""
    lines = [line for line in file.read_text(encoding="utf-8", errors="replace").splitlines() if ";" not in line]
    names = [name[0] for line in lines if (name := _NAME.match(line))]
    lacking = [name for name in names if not _is_there(name)]
    if not lacking:
        return ""
    locked = file.relative_to(root)
    loose = "" if file.with_suffix(".in").is_file() else f"mv {locked} {locked.with_suffix('.in')} && "
    return f"{locked} names {', '.join(lacking)}, which .venv lacks. This brings what is missing: {loose}make lock"


def _is_there(package: str) -> bool:
    try:
        return bool(importlib.metadata.distribution(package))
    except importlib.metadata.PackageNotFoundError:
        return False


def _run(command: Sequence[str], folder: Path, root: Path) -> int:
    return subprocess.run(command, cwd=folder, env=_environment(root), check=False).returncode


def _environment(root: Path) -> dict[str, str]:
    """In which the app runs; data lies in `.local` unless it says otherwise."""
    (root / ".local").mkdir(exist_ok=True)
    path = os.pathsep.join(part for part in (str(root), os.environ.get("PYTHONPATH", "")) if part)
    # A developer's own; where neither says APP_ENV, production would ask for secrets that a developer has none of.
    return {"APP_ENV": "development", **env_file.read(root), **os.environ, "PYTHONPATH": path}
