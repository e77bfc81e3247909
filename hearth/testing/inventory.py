"""Bring inventories up to what the stacks declare, after showing what that changes: `make inventory`.

Counts and outputs are taken over whole. Of a resource's entry only what it says already is renewed, and entries of
resources that are gone are dropped: what an inventory is about stays its author's choice. Comments and layout stay,
too, since only the texts of changed values are replaced. Left out: new entries; those say what matters to a person.
"""

import argparse
import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from hearth import project
from hearth.testing.compare import OPTIONS, differences
from hearth.testing.recorder import Stack
from hearth.testing.stacks import ROOT, STACKS, run_stack

Edit = tuple[int, int, str]


def updated(text: str, stack: Stack) -> str:
    """The text of an inventory as it fits `stack`."""
    whole = yaml.compose(text)
    if whole is None:
        raise ValueError("the inventory is empty; delete the file, and a new one is written")
    sections = _entries(whole)
    edits = [
        *_renewed(text, sections["counts"], stack.counts, whole=True),
        *_renewed(text, sections["outputs"], stack.outputs, whole=True),
    ]
    for node in sections["resources"].value:
        entry = _entries(node)
        try:
            resource = stack.one(entry["type"].value, entry["name"].value)
        except LookupError:
            start = text.rindex("\n", 0, node.start_mark.index) + 1
            edits.append((start, (text + "\n").index("\n", _end(node)) + 1, ""))
            continue
        declared = {option: getattr(resource, option) for option in OPTIONS}
        declared |= {"inputs": resource.inputs, "depends_on": sorted(resource.depends_on)}
        for key in entry.keys() & declared.keys():
            edits += _renewed(text, entry[key], declared[key])
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _renewed(text: str, node: yaml.Node, declared: Any, *, whole: bool = False) -> Iterator[Edit]:
    """What to write in place of `node`. Mappings keep to the keys they have, unless `whole`."""
    if isinstance(node, yaml.MappingNode) and isinstance(declared, Mapping):
        entries = _entries(node)
        if set(entries) == set(declared) if whole else set(entries) <= set(declared):
            for key, value in entries.items():
                yield from _renewed(text, value, declared[key])
            return
        kept = {key: declared[key] for key in (declared if whole else entries) if key in declared}
        if whole and node.value:
            indent = "\n" + " " * node.start_mark.column
            yield node.start_mark.index, _end(node), indent.join(f"{key}: {_flow(kept[key])}" for key in kept)
        else:
            yield node.start_mark.index, _end(node), _flow(kept)
    elif isinstance(node, yaml.SequenceNode) and isinstance(declared, Sequence) and len(node.value) == len(declared):
        for item, value in zip(node.value, declared, strict=True):
            yield from _renewed(text, item, value)
    # With the indent of its first line, which a block's other lines have too.
    elif yaml.safe_load(" " * node.start_mark.column + text[node.start_mark.index : _end(node)]) != declared:
        yield node.start_mark.index, _end(node), _flow(declared)


def _entries(node: yaml.Node) -> dict[str, yaml.Node]:
    return {key.value: value for key, value in node.value}


def _end(node: yaml.Node) -> int:
    """Where its text ends; a block's own mark stands after the comments that follow it."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(last[1] if isinstance(last, tuple) else last)
    return int(node.end_mark.index)


def _flow(value: Any) -> str:
    # In a list, so that a text with commas is quoted, as it has to be within another flow.
    text = yaml.safe_dump([value], default_flow_style=True, width=10**6, sort_keys=False)
    return text.strip().removeprefix("[").removesuffix("]")


def main(arguments: Sequence[str], ask: Callable[[str], str] = input, inventories: Path | None = None) -> int:
    """Show what would change in each inventory, and write it when told to; 1 when something is left as it was.

    The inventory of a stack that is gone goes as well.
    """
    parser = argparse.ArgumentParser(prog="python -m hearth inventory", description="Update inventories.")
    parser.add_argument("stack", nargs="*", choices=[*STACKS, []], metavar="STACK", help="default: every shipped stack")
    parser.add_argument("--yes", action="store_true", help="write without asking")
    options = parser.parse_args(arguments)
    folder = inventories or ROOT / project.Table.read(ROOT).inventories
    left = 0
    for name in options.stack or STACKS:
        file = folder / f"{name}.yaml"
        stack = run_stack(name)
        old = file.read_text(encoding="utf-8") if file.exists() else "counts: {}\nresources: []\noutputs: {}\n"
        new = updated(old, stack)
        if new == old:
            print(f"{file.name}: as declared")
            continue
        print(
            "".join(
                difflib.unified_diff(old.splitlines(True), new.splitlines(True), file.name, f"{file.name}, as declared")
            )
        )
        if wrong := list(differences(yaml.safe_load(new), stack)):
            raise AssertionError("\n".join(["the updated inventory would not fit:", *wrong]))
        if options.yes or _agrees(ask, f"Write {file.name}?"):
            file.write_text(new, encoding="utf-8")
        else:
            left = 1
    for file in [] if options.stack else sorted(folder.glob("*.yaml")):
        if file.stem in STACKS:
            continue
        print(f"{file.name}: there is no Pulumi.{file.name}")
        if options.yes or _agrees(ask, f"Delete {file.name}?"):
            file.unlink()
        else:
            left = 1
    return left


def _agrees(ask: Callable[[str], str], question: str) -> bool:
    """Raises ProjectError where there is nobody to ask."""
    try:
        return ask(f"{question} [y/N] ").strip().lower() in {"y", "yes"}
    except EOFError:
        raise project.ProjectError(
            "Nothing was written: there is nobody to ask. With --yes it writes without asking."
        ) from None
