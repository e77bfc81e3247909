"""The project's own program, recorded with the configuration of its stacks.

Secrets of a stack file can't be decrypted here: a placeholder stands for each. Nor can a project that its reader has
yet to name be deployed to: it becomes `example-NAME`.
"""

import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from hearth import project, references, stack_file
from hearth.catalog.apis import LOCAL_PROJECT_PREFIX, local_endpoints
from hearth.target import PLACEHOLDER
from hearth.testing.recorder import Stack, record

ROOT = project.root()

STACKS = sorted(file.stem.removeprefix("Pulumi.") for file in ROOT.glob("Pulumi.*.yaml"))
"""The stacks of the project, by their files."""


def shipped(stack: str) -> dict[str, str]:
    """The configuration in the project's `Pulumi.STACK.yaml`, as the engine hands it to the program."""
    return configuration(ROOT / f"Pulumi.{stack}.yaml")


def configuration(file: Path) -> dict[str, str]:
    """The configuration in a stack file, and in the Pulumi.yaml beside it, as the engine hands it to the program.

    Raises ProjectError.
    """
    own = stack_file.without_secrets(stack_file.read(file).get("config") or {})
    config = stack_file.project_wide(file.parent) | own
    return {key: value if isinstance(value, str) else json.dumps(value) for key, value in config.items()}


ON_GOOGLE = [name for name in STACKS if not shipped(name)["gcp:project"].startswith(LOCAL_PROJECT_PREFIX)]
"""The stacks that are for Google Cloud; the others are for a local cloud."""


def endpoints(project: str) -> dict[str, str]:
    """The environment in which `project` can be deployed to."""
    if not project.startswith(LOCAL_PROJECT_PREFIX):
        return {}
    return local_endpoints("http://127.0.0.1:4000")


def run_stack(
    name: str,
    overrides: Mapping[str, str] | None = None,
    *,
    program: Callable[..., None] | None = None,
    root: Path = ROOT,
) -> Stack:
    """Run the program with a stack's configuration, in which `overrides` replace values by full key.

    The same stack is run once and handed to all who ask for it: nobody changes what was recorded.
    """
    if program is None and root == ROOT:
        return _run_once(name, tuple(sorted((overrides or {}).items())))
    return _run(name, overrides or {}, program, root)


@cache
def _run_once(name: str, overrides: tuple[tuple[str, str], ...]) -> Stack:
    return _run(name, dict(overrides), None, ROOT)


def _run(name: str, overrides: Mapping[str, str], program: Callable[..., None] | None, root: Path) -> Stack:
    return run_with(shipped(name) | dict(overrides), name, program or project.program(ROOT), root)


def run_with(config: Mapping[str, str], name: str, program: Callable[..., None], root: Path) -> Stack:
    """Run a program of the project at `root` with any configuration."""
    known = {
        key: value.replace(PLACEHOLDER, "example") if key.startswith("gcp:") else value for key, value in config.items()
    }
    environ = endpoints(known.get("gcp:project", ""))
    return record(
        lambda: program(environ=environ, root=root), stack=name, config=known, references=references.read(root)
    )
