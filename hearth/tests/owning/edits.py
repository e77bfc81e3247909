"""What a user does to a checkout, as functions of its folder: values set, files copied and removed, commands run.

A value is written into its line, as `pulumi config set` does, so that comments and order stay.
"""

import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

from hearth.tests.docs.walk import committed, ran

Edit = Callable[[Path], None]


def stack_file(folder: Path, stack: str) -> Path:
    return folder / f"Pulumi.{stack}.yaml"


def sets(stacks: str, values: Mapping[str, object]) -> Edit:
    """Set keys in stacks, which are named with spaces between; `STACK` in a text becomes the stack's name."""

    def edit(folder: Path) -> None:
        for stack in stacks.split():
            for key, value in values.items():
                _set(stack_file(folder, stack), key, value.replace("STACK", stack) if isinstance(value, str) else value)

    return edit


def _set(file: Path, key: str, value: object) -> None:
    text = file.read_text(encoding="utf-8")
    # In a list, where a text that is no plain one has its quotes.
    written = yaml.safe_dump([value], default_flow_style=True, width=10**6).strip()[1:-1]
    line = f"  {key}: {written}"
    changed, found = re.subn(rf"^  {re.escape(key)}:.*$", lambda _: line, text, flags=re.MULTILINE)
    file.write_text(changed if found else f"{text}{line}\n", encoding="utf-8")


def begins(stacks: str, text: str) -> Edit:
    """Put a text above everything else in the files of stacks."""

    def edit(folder: Path) -> None:
        for stack in stacks.split():
            file = stack_file(folder, stack)
            file.write_text(text.replace("STACK", stack) + file.read_text(encoding="utf-8"), encoding="utf-8")

    return edit


def adds(new: str, like: str, values: Mapping[str, object]) -> Edit:
    """A stack of another name: a copy of one that there is, with values of its own."""

    def edit(folder: Path) -> None:
        shutil.copy(stack_file(folder, like), stack_file(folder, new))
        sets(new, values)(folder)

    return edit


def changes(stacks: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Edit:
    """The configuration of stacks written anew, without comments."""

    def edit(folder: Path) -> None:
        for stack in stacks.split():
            document = yaml.safe_load(stack_file(folder, stack).read_text(encoding="utf-8"))
            document["config"] = change(document["config"])
            stack_file(folder, stack).write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")

    return edit


def removes(*paths: str) -> Edit:
    """Delete files and folders, which are named relative to the checkout and may have wildcards."""

    def edit(folder: Path) -> None:
        for path in paths:
            found = list(folder.glob(path))
            assert found, f"there is no {path}"
            for each in found:
                shutil.rmtree(each) if each.is_dir() else each.unlink()

    return edit


def puts(path: str, text: str) -> Edit:
    def edit(folder: Path) -> None:
        (folder / path).write_text(text, encoding="utf-8")

    return edit


def replaces(path: str, pattern: str, new: str) -> Edit:
    """Replace what a regular expression finds once in a file; dots take line ends, too."""

    def edit(folder: Path) -> None:
        text = (folder / path).read_text(encoding="utf-8")
        changed, found = re.subn(pattern, new, text, flags=re.DOTALL)
        assert found == 1, f"{path} has {pattern!r} {found} times"
        (folder / path).write_text(changed, encoding="utf-8")

    return edit


def runs(command: str) -> Edit:
    """A command that needs everything before it committed."""

    def edit(folder: Path) -> None:
        committed(folder, "As its owner has it")
        done = ran(folder, command)
        assert done.returncode == 0, f"{command}\n{done.stdout}"

    return edit


def all_of(*edits: Edit) -> Edit:
    def edit(folder: Path) -> None:
        for each in edits:
            each(folder)

    return edit
