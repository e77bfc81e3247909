"""The Python of the user's app, read without importing it.

A program of the stack must run where the service's packages are not installed, and a service that does not start is no
reason to fail a preview. Left out is what is no part of the app: folders that start with a dot, virtual environments,
packages of Node and tests.
"""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

_NOT_THE_APP = {"venv", "node_modules", "tests"}


def modules(folder: Path, broken: Callable[[str], None] = lambda _: None) -> Iterator[tuple[Path, ast.Module]]:
    """Each module below a folder with its path from there, in order of the paths.

    A file that can't be read, or that is no Python for this Python, is passed over, as the service may run on another
    one: `broken` is called with where and why.
    """
    for file in sorted(folder.rglob("*.py")):
        inside = file.relative_to(folder)
        if any(part.startswith(".") or part in _NOT_THE_APP for part in inside.parts):
            continue
        try:
            yield inside, ast.parse(file.read_bytes(), filename=str(inside))
        except OSError as error:
            broken(f"{folder.name}/{inside.as_posix()}: {error.strerror}")
        except (SyntaxError, ValueError) as error:
            line = f", line {found}" if (found := getattr(error, "lineno", None)) else ""
            broken(f"{folder.name}/{inside.as_posix()}{line}: {error.args[0]}")


def imports(module: ast.Module, package: str) -> bool:
    """Whether a module imports the package, or anything in it."""
    names = []
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            names += [each.name for each in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.append(node.module or "")
    return any(name.partition(".")[0] == package for name in names)


def uses(folder: Path, package: str) -> bool:
    """Whether a module of the app in a folder imports the package."""
    return any(imports(module, package) for _, module in modules(folder))
