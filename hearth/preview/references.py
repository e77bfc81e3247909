"""Other stacks in the throwaway state of a preview, with the outputs that the program reads of them.

Left out: stacks of an organization of Pulumi's cloud. A state in files has one organization, called `organization`,
which `pulumi.get_organization()` answers there.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

_ORGANIZATION = "organization"


def stacks(references: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Project, stack and outputs of each that a state in files can have."""
    for name, outputs in references.items():
        organization, _, rest = name.partition("/")
        owner, _, stack = rest.partition("/")
        if organization == _ORGANIZATION and owner and stack and "/" not in stack:
            yield owner, stack, outputs


def folder(parent: Path, owner: str, stack: str, outputs: Mapping[str, Any]) -> tuple[Path, Path]:
    """A folder in which the engine works on that stack, and the file with its state."""
    place = parent / owner / stack
    place.mkdir(parents=True)
    (place / "Pulumi.yaml").write_text(f"name: {json.dumps(owner)}\nruntime: python\n", encoding="utf-8")
    root = {
        "urn": f"urn:pulumi:{stack}::{owner}::pulumi:pulumi:Stack::{owner}-{stack}",
        "type": "pulumi:pulumi:Stack",
        "custom": False,
        "outputs": dict(outputs),
    }
    manifest = {"time": "2001-01-01T00:00:00Z", "magic": "", "version": ""}
    file = place / "state.json"
    file.write_text(
        json.dumps({"version": 3, "deployment": {"manifest": manifest, "resources": [root]}}), encoding="utf-8"
    )
    return place, file
