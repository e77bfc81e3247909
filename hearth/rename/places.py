"""Where the app's name stands, file by file, and the files' texts with another one.

Only the texts of the values are replaced, so that comments and layout stay their authors'. The inventories repeat the
name, too, but follow from the stack files: `inventories` renews them.
"""

import json
import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from hearth.catalog.apis import LOCAL_PROJECT_PREFIX
from hearth.rename.errors import RenameError


@dataclass(frozen=True)
class Change:
    """A file with its new text, and what that changes as `key: old → new`."""

    file: Path
    text: str
    said: tuple[str, ...]


@dataclass(frozen=True)
class _Edit:
    key: str
    start: int
    end: int
    old: str
    new: str


def current(root: Path) -> str:
    """The project's name in Pulumi.yaml. Raises RenameError."""
    return str(_scalars(root / "Pulumi.yaml", "name")["name"].value)


def stack_files(root: Path) -> list[Path]:
    """Every stack's, also those that git ignores."""
    return sorted(root.glob("Pulumi.*.yaml"))


def project(stack_file: Path) -> str:
    """`gcp:project` of a stack. Raises RenameError."""
    return str(_scalars(stack_file, "config", "gcp:project")["gcp:project"].value)


def local_project(name: str) -> str:
    """What the project of a stack on the local cloud is called."""
    return f"{LOCAL_PROJECT_PREFIX}{name}"


def changes(root: Path, name: str) -> list[Change]:
    """What has to change for the app to be called `name`; nothing is written. Raises RenameError with every fault."""
    files: list[tuple[Path, Callable[[Path, str], Iterator[_Edit]]]] = [
        (root / "Pulumi.yaml", _pulumi),
        *((file, _stack) for file in stack_files(root)),
        (root / "firebase.json", _firebase(root)),
        (root / ".firebaserc", _firebaserc),
        (root / "pyproject.toml", _pyproject),
    ]
    found, faults = [], []
    for file, edits in files:
        if not file.exists() and file.name != "Pulumi.yaml":
            continue
        try:
            found.append(_changed(file, [each for each in edits(file, name) if each.old != each.new]))
        except RenameError as error:
            faults.append(str(error))
    if faults:
        raise RenameError("\n".join(faults))
    return [change for change in found if change.said]


def _changed(file: Path, edits: list[_Edit]) -> Change:
    text = _read(file)
    for edit in sorted(edits, key=lambda each: each.start, reverse=True):
        text = text[: edit.start] + edit.new + text[edit.end :]
    return Change(file, text, tuple(f"{edit.key}: {edit.old} → {edit.new}" for edit in edits))


def _pulumi(file: Path, name: str) -> Iterator[_Edit]:
    yield _of_node("name", _scalars(file, "name")["name"], name)


def _stack(file: Path, name: str) -> Iterator[_Edit]:
    found = _scalars(file, "config", "app:name", "gcp:project")
    yield _of_node("app:name", found["app:name"], name)
    if found["gcp:project"].value.startswith(LOCAL_PROJECT_PREFIX):
        yield _of_node("gcp:project", found["gcp:project"], local_project(name))
        billing = _scalars(file, "config", "gcp:billingProject")["gcp:billingProject"]
        if billing.value == found["gcp:project"].value:
            yield _of_node("gcp:billingProject", billing, local_project(name))


def _firebase(root: Path) -> Callable[[Path, str], Iterator[_Edit]]:
    """Rewrites to the app's service; one to another service stays."""

    def edits(file: Path, name: str) -> Iterator[_Edit]:
        services = {_scalars(each, "config", "app:name")["app:name"].value for each in stack_files(root)}
        for found in _json_texts(file, "serviceId"):
            if found.old in services:
                yield _Edit(found.key, found.start, found.end, found.old, name)

    return edits


def _firebaserc(file: Path, name: str) -> Iterator[_Edit]:
    for found in _json_texts(file, r"[^\"]+"):
        if found.old.startswith(LOCAL_PROJECT_PREFIX):
            yield _Edit(found.key, found.start, found.end, found.old, local_project(name))


def _pyproject(file: Path, name: str) -> Iterator[_Edit]:
    text = _read(file)
    try:
        named = tomllib.loads(text).get("project", {}).get("name")
    except tomllib.TOMLDecodeError as error:
        raise RenameError(f"{file.name} is not TOML: {error}") from error
    found = re.search(r'^\[project\]\n(?:(?!\[).*\n)*?name\s*=\s*"([^"]*)"', text, flags=re.MULTILINE)
    if named and not found:
        raise RenameError(f'{file.name}: write the name of [project] as name = "{named}" on a line of its own.')
    if found:
        yield _Edit("name", *found.span(1), found[1], name)


def _scalars(file: Path, *path: str) -> dict[str, yaml.ScalarNode]:
    """The plain values under `path`: one key of the whole document, or `config` and some of its keys."""
    try:
        node = yaml.compose(_read(file))
    except yaml.YAMLError as error:
        raise RenameError(f"{file.name} is no YAML: {error}") from error
    entries = _entries(node)
    wanted = path
    if path[0] == "config":
        entries, wanted = _entries(entries.get("config")), path[1:]
    found = {key: value for key in wanted if isinstance(value := entries.get(key), yaml.ScalarNode)}
    if missing := [key for key in wanted if key not in found]:
        raise RenameError(f"{file.name} sets no {' and no '.join(missing)}: add it, so that there is a name to change.")
    return found


def _entries(node: yaml.Node | None) -> dict[str, yaml.Node]:
    return {key.value: value for key, value in node.value} if isinstance(node, yaml.MappingNode) else {}


def _of_node(key: str, node: yaml.ScalarNode, new: str) -> _Edit:
    return _Edit(key, node.start_mark.index, node.end_mark.index, node.value, new)


def _json_texts(file: Path, key: str) -> Iterator[_Edit]:
    """Each text value of a key; `new` is to be filled in."""
    text = _read(file)
    try:
        json.loads(text)
    except ValueError as error:
        raise RenameError(f"{file.name} is no JSON: {error}") from error
    for found in re.finditer(rf'"({key})"\s*:\s*"([^"]*)"', text):
        yield _Edit(found[1], *found.span(2), found[2], found[2])


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RenameError(f"{file.name} can't be read: {error}") from error
