"""Start a part of Pulumi that is Python in the environment of the project that it is started in.

Beside a CLI that was built here, the engine finds two such parts: the language host, and the plugin of dynamic
providers. Both run the project's code, so they need the packages that Pulumi.yaml names by
`runtime.options.virtualenv`; the CLI itself may serve several checkouts, and revisions of one that lock other packages.
Started by its path and not as a part of `hearth`, which that environment need not have.

Left out: Pulumi.yml and Pulumi.json, and environments by poetry or uv.
"""

import os
import runpy
import sys
from pathlib import Path
from typing import Any

import yaml

_PROJECT = "Pulumi.yaml"


def interpreter(folder: Path) -> Path | None:
    """The Python that the project around `folder` names; None where there is no project, or it names none.

    Raises FileNotFoundError: what it names is no virtual environment. Raises ValueError: its file is not YAML.
    """
    project = next((each / _PROJECT for each in (folder, *folder.parents) if (each / _PROJECT).is_file()), None)
    if project is None:
        return None
    try:
        options: Any = yaml.safe_load(project.read_text(encoding="utf-8"))
        for key in ("runtime", "options"):
            options = options.get(key) if isinstance(options, dict) else None
    except yaml.YAMLError as error:
        raise ValueError(f"{project} is not YAML: {error}") from error
    named = options.get("virtualenv") if isinstance(options, dict) else None
    if not named:
        return None
    python = project.parent / str(named) / "bin" / "python"
    if not python.exists():
        raise FileNotFoundError(
            f"{python.parents[1]} is not a virtual environment, but runtime.options.virtualenv in {project} names it. "
            "Run `make up`, which makes it, or correct the option."
        )
    return python


def main(arguments: list[str]) -> None:
    """`PART ARGUMENT…`, where the part is the path of a file or the name of a module."""
    part, *rest = arguments
    python = interpreter(Path.cwd()) or Path(sys.executable)
    is_file = part.endswith(".py")
    if is_file and python.parents[1].resolve() == Path(sys.prefix).resolve():
        # Without the time that another start would take.
        sys.argv = [part, *rest]
        runpy.run_path(part, run_name="__main__")
        return
    # -P keeps the file's folder, which the interpreter would otherwise put first, off the program's import path. -u,
    # because the engine reads a port from a part that does not flush it.
    how = ["-P", part] if is_file else ["-u", "-m", part]
    os.execv(python, [str(python), *how, *rest])  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except (FileNotFoundError, ValueError) as error:
        sys.exit(str(error))
