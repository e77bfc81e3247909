"""What speaks against a name, and against renaming now."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pulumi
import yaml

from hearth import project
from hearth.catalog.apis import LOCAL_PROJECT_PREFIX
from hearth.faults import SettingsError
from hearth.localcloud.commands.checkout import STACK
from hearth.project import NAMESPACE
from hearth.rename import places
from hearth.target import PLACEHOLDER
from hearth.testing import stacks

PROVIDERS = frozenset({"gcp", "hearth"})
"""The providers of the program, whose names a project must not have."""

NAME_KEY = f"{NAMESPACE}:name"
"""The key that every other name follows from."""


def name_faults(root: Path, name: str) -> list[str]:
    """Why the app can't be called so in one of its stacks, each reason once. Raises RenameError for bad files."""
    if not name:
        return ["say what the app is to be called: make rename NAME=my-shop"]
    found: dict[str, None] = {}
    if name in {*PROVIDERS, NAMESPACE}:
        found["a provider or a namespace of the configuration has this name, and would get the project's keys"] = None
    for file in places.stack_files(root):
        found |= dict.fromkeys(_refusals(root, file, name))
    if not found and not isinstance(read := yaml.safe_load(name), str):
        found[f"YAML reads it as {read!r}, not as a text"] = None
    return list(found)


def _refusals(root: Path, file: Path, name: str) -> Iterator[str]:
    """What the program itself says of a stack's name; whatever else is wrong with it is not this command's business."""
    config = stacks.configuration(file) | {NAME_KEY: name}
    if places.project(file).startswith(LOCAL_PROJECT_PREFIX):
        config["gcp:project"] = places.local_project(name)
    try:
        stacks.run_with(config, file.name.split(".")[1], project.program(root), root)
    except SettingsError as refused:
        yield from (fault.why for fault in refused.faults if fault.key == NAME_KEY)
    except (pulumi.RunError, LookupError):
        return


def obstacles(root: Path, old: str) -> Iterator[str]:
    """What should be put in order first, each with how."""
    status = subprocess.run(
        ["git", "status", "--porcelain"], cwd=root, check=False, capture_output=True, text=True, encoding="utf-8"
    )
    if status.returncode:
        yield (
            "This is not a git checkout, so a rename could not be undone: `git init && git add --all && git commit` "
            "first."
        )
    elif status.stdout:
        yield (
            f"There are {len(status.stdout.splitlines())} uncommitted changes, which the rename would mix with its "
            "own: commit or stash them first."
        )
    for stack in deployed(root, old):
        yield (
            f"Stack {stack} is deployed on this machine as a stack of {old!r}: its state and its data would stay there "
            f"under that name. {_taken_down(stack)} first; what you entered there goes with it."
        )


def _taken_down(stack: str) -> str:
    if stack == STACK:
        return "`make down`"
    return f'`make up`, `eval "$(make -s env)"` and, with its own PULUMI_CONFIG_PASSPHRASE, `pulumi destroy -s {stack}`'


def deployed(root: Path, name: str) -> list[str]:
    """The stacks of a project that have resources, in this checkout's own state, laid out by Pulumi's file backend."""
    found = []
    for file in sorted((root / ".local" / "state" / ".pulumi" / "stacks" / name).glob("*.json")):
        try:
            latest = json.loads(file.read_text(encoding="utf-8"))["checkpoint"].get("latest") or {}
            empty = not latest.get("resources")
        except (OSError, ValueError, LookupError, AttributeError):
            empty = False  # a state that can't be read may hold anything
        if not empty:
            found.append(file.stem)
    return found


def google_stacks(root: Path) -> list[str]:
    """The stacks that name a project on Google Cloud; whether they are deployed, only a login would tell."""
    return [
        file.name.split(".")[1]
        for file in places.stack_files(root)
        if not places.project(file).startswith((LOCAL_PROJECT_PREFIX, PLACEHOLDER))
    ]
