"""`python -m hearth previews`: what a pull request changes in every stack on Google Cloud, as files for comments.

It runs the pull request's own code and holds no token, so it posts nothing: `hearth.ci.comment` does, elsewhere.
A stack without a preview gets a file as well, so that a comment from before does not stay and look current.

Exit codes: 0, or 1 when a stack has no preview, 3 when a gate of --fail-on is hit, 130 after Ctrl-C.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from hearth import project
from hearth.ci.stacks import on_google
from hearth.errors import HearthError
from hearth.preview.marker import marker

_DONE, _NONE, _GATE, _INTERRUPTED = 0, 1, 3, 130

Preview = Callable[[Sequence[str]], int]
"""Runs `python -m hearth preview` with options, and returns its exit code."""


def main(
    arguments: Sequence[str],
    environ: Mapping[str, str] = os.environ,
    root: Path | None = None,
    preview: Preview | None = None,
) -> int:
    """The exit code. Writes `STACK.md` for each stack, and all of them to the job's page where there is one."""
    parser = argparse.ArgumentParser(prog="python -m hearth previews", description="A preview of every cloud stack.")
    parser.add_argument("--base", required=True, help="the revision to compare with, such as origin/main")
    parser.add_argument("--into", required=True, type=Path, help="a folder for the summaries")
    parser.add_argument("--fail-on", default="", help="as `make preview` takes it: replace,delete,exposure")
    options = parser.parse_args(arguments)
    try:
        stacks = on_google(root or project.root())
    except HearthError as error:
        sys.stderr.write(f"previews: {error}\n")
        return _NONE
    options.into.mkdir(parents=True, exist_ok=True)
    run = preview or _run
    codes = set()
    for stack in stacks:
        file = options.into / f"{stack}.md"
        # One from an earlier run must not be taken for this one's.
        file.unlink(missing_ok=True)
        code = run(
            ["--stack", stack, "--base", options.base, "--fail-on", options.fail_on, "--markdown", str(file.absolute())]
        )
        if code == _INTERRUPTED:
            return code
        if code not in (_DONE, _GATE) or not file.is_file():
            code = _NONE
            file.write_text(_without(stack), encoding="utf-8")
        codes.add(code)
    _show(options.into, stacks, environ.get("GITHUB_STEP_SUMMARY", ""))
    return _NONE if _NONE in codes else max(codes, default=_DONE)


def _without(stack: str) -> str:
    return (
        f"{marker(stack)}\n### Infra preview of stack `{stack}`\n\n"
        "**There is no preview**: the command failed. The run's log says why.\n"
    )


def _show(folder: Path, stacks: Sequence[str], page: str) -> None:
    if page:
        with Path(page).open("a", encoding="utf-8") as out:
            out.writelines(f"{(folder / f'{stack}.md').read_text(encoding='utf-8')}\n" for stack in stacks)


def _run(options: Sequence[str]) -> int:
    return subprocess.run(
        [sys.executable, "-m", "hearth", "preview", *options], cwd=project.root(), check=False
    ).returncode
