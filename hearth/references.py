"""Outputs of other stacks that a program reads, for where those stacks are not: tests and previews.

Each project writes them down in a file of its own (`[tool.hearth]` `references`), below each stack's full name.
"""

from pathlib import Path
from typing import Any

import yaml

from hearth import project


def read(root: Path) -> dict[str, dict[str, Any]]:
    """The outputs by full name, of the project at `root`. Raises ProjectError."""
    return read_file(root / project.Table.read(root).references)


def read_file(file: Path) -> dict[str, dict[str, Any]]:
    """The same of one file; none where it is not there. Raises ProjectError."""
    try:
        found = yaml.safe_load(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise project.ProjectError(f"{file} can't be read as YAML: {error}") from error
    if not isinstance(found, dict) or not all(isinstance(each, dict) for each in found.values()):
        raise project.ProjectError(f"{file} should have stacks' full names, and below each its outputs by name.")
    return found
