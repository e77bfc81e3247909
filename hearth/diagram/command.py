"""`python -m hearth diagram`: a stack's resource graph as a picture.

Reads the stack's state by `pulumi stack export` and writes the picture; nothing else writes it. Exit codes: 0, or 1
when there is no state to draw.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from hearth import project
from hearth.diagram.graph import Resource, graph, of_state
from hearth.diagram.svg import draw

_LOCAL = "local"


def export_stack(stack: str, environ: Mapping[str, str]) -> str:
    """What `pulumi stack export` prints. Raises ValueError."""
    try:
        done = subprocess.run(
            ["pulumi", "stack", "export", "--stack", stack, "--non-interactive"],
            cwd=project.root(),
            env=environ,
            check=False,
            capture_output=True,
            text=True,
            encoding="utf-8",
        )
    except FileNotFoundError as error:
        raise ValueError("there is no Pulumi CLI on PATH") from error
    if done.returncode:
        more = " `make up` deploys it." if stack == _LOCAL else ""
        raise ValueError(f"stack {stack!r} can't be exported:{more}\n{done.stderr.strip()}")
    return done.stdout


def environment(stack: str) -> Mapping[str, str]:
    """The shell's; for the local stack the one in which its state is found."""
    if stack != _LOCAL:
        return os.environ
    # Only here: the other stacks can be drawn where the local cloud was deleted.
    from hearth.localcloud.commands import ports, variables  # noqa: PLC0415 - see above
    from hearth.localcloud.commands.checkout import Checkout  # noqa: PLC0415 - see above

    checkout = Checkout(project.root())
    return variables.environment(checkout, ports.remembered(checkout.ports) or ports.USUAL)


def resources_of(stack: str) -> list[Resource]:
    """What is in a stack's state. Raises ValueError where there is nothing to draw."""
    found = of_state(json.loads(export_stack(stack, environment(stack))))
    if not found:
        raise ValueError(f"stack {stack!r} has no resources: deploy it first")
    return found


def main(arguments: Sequence[str]) -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(prog="python -m hearth diagram", description="Draw a stack's resource graph.")
    parser.add_argument("--stack", default=_LOCAL, help="the stack (local)")
    parser.add_argument(
        "--output", default=str(project.root() / "docs" / "stack.svg"), help="the file (docs/stack.svg)"
    )
    options = parser.parse_args(arguments)
    try:
        resources = resources_of(options.stack)
        Path(options.output).write_text(draw(graph(resources), options.stack), encoding="utf-8")
    except (ValueError, OSError) as error:
        print(f"diagram: {error}", file=sys.stderr)
        return 1
    print(f"Drew {len(resources)} resources of stack {options.stack}: {options.output}")
    return 0
