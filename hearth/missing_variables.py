"""Variables that an app may miss on a stack: those that other stacks set, and those that its code can't do without.

Both are warnings, at preview: stacks may differ, and this one may never run the line. Left out: names that are put
together as the code runs, and fields of the app's settings, which tell at start-up themselves what is not set.
"""

import ast
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import pulumi

from hearth import app_source, stack_file
from hearth.configuration import SECRETS
from hearth.secret_values import REFERENCES, VARIABLES

# In every container.
_ALWAYS = frozenset({"HOME", "HOSTNAME", "LANG", "PATH", "PWD"})


def warn(root: Path, service: Path, there: Collection[str]) -> None:
    """Say which variables are not `there` on this stack. `service` holds the app's package and its Dockerfile."""
    stack, elsewhere = pulumi.get_stack(), set_by_stacks(root)
    alike: dict[str, list[str]] = {}
    for name in sorted(elsewhere.keys() - set(there)):
        alike.setdefault(_and(elsewhere[name]), []).append(name)
    for stacks, names in alike.items():
        are, them = ("is", "it") if len(names) == 1 else ("are", "them")
        pulumi.log.warn(
            f"{_and(names)} {are} set on {stacks} and not on {stack}, so an app that can't do without {them} won't "
            f"start there. {_fix(names[0])} If that is meant, set {them} to nothing: pulumi config set --path "
            f"--type string '{VARIABLES}.{names[0]}' '' --stack {stack}"
        )
    for name, place in sorted(required_by_app(service).items()):
        if name not in there and name not in elsewhere:
            pulumi.log.warn(
                f"{place} reads {name}, which nothing sets on {stack}: it would end in a KeyError there. "
                f'{_fix(name)} Or read it with os.environ.get("{name}"), where the app can do without.'
            )


def set_by_stacks(root: Path) -> Mapping[str, list[str]]:
    """Variables that the files of stacks set, each with the names of these stacks."""
    found: dict[str, list[str]] = {}
    for file in sorted(root.glob("Pulumi.*.yaml")):
        config = stack_file.read(file).get("config") or {}
        for key in (VARIABLES, SECRETS, REFERENCES):
            below = config.get(key)
            for name in below if isinstance(below, dict) else ():
                found.setdefault(name, []).append(file.stem.removeprefix("Pulumi."))
    return found


def required_by_app(service: Path) -> Mapping[str, str]:
    """Variables that the app below `service` reads by `os.environ[NAME]`, each with the first such place.

    But for those that the code asks for before, or the Dockerfile speaks of.
    """
    dockerfile = service / "Dockerfile"
    image = dockerfile.read_text(encoding="utf-8", errors="replace") if dockerfile.is_file() else ""
    found: dict[str, str] = {}
    for path, module in app_source.modules(service):
        asked = {name for name, _ in _asked(module)}
        for name, line in _read(module):
            if name not in asked | _ALWAYS and name not in image:
                found.setdefault(name, f"{service.name}/{path.as_posix()}:{line}")
    return found


def _read(module: ast.Module) -> Iterator[tuple[str, int]]:
    for node in ast.walk(module):
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load) and _is_environ(node.value):
            yield from _text(node.slice)


def _asked(module: ast.Module) -> Iterator[tuple[str, int]]:
    """`"NAME" in os.environ`."""
    for node in ast.walk(module):
        if isinstance(node, ast.Compare) and _is_environ(node.comparators[-1]):
            yield from _text(node.left)


def _is_environ(node: ast.expr) -> bool:
    return (node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")) == "environ"


def _text(node: ast.expr) -> Iterator[tuple[str, int]]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value, node.lineno


def _fix(name: str) -> str:
    return f"docs/variables.md says how to set it; on this machine, write {name}=... into .env."


def _and(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
