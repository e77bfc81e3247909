"""`python -m hearth bootstrap --check --stack NAME`: what a project lacks before the first deployment.

Exit codes: 0 when nothing is missing, 1 when something is, 2 when it can't tell.
"""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TextIO

from hearth import project
from hearth.deployer.checks import CHECKS
from hearth.deployer.finding import Finding
from hearth.deployer.google import Ask, NoCredentials, default_credentials
from hearth.deployer.target import BadTarget, read

_MARK = {"ok": "  ok      ", "missing": "  MISSING ", "unknown": "  unknown "}


def main(
    arguments: Sequence[str],
    out: TextIO = sys.stdout,
    root: Path | None = None,
    connect: Callable[[str], Ask] = default_credentials,
    backend: str | None = None,
) -> int:
    """Run the checks and print what they found; `connect` makes the way to ask Google for a project."""
    parser = argparse.ArgumentParser(
        prog="python -m hearth bootstrap",
        description="List what a Google Cloud project lacks before the first `pulumi up`. It changes nothing.",
    )
    parser.add_argument("--check", action="store_true", required=True, help="look, and change nothing")
    parser.add_argument("--stack", default="dev", help="the stack whose project is checked (default: dev)")
    options = parser.parse_args(arguments)
    try:
        target = read(root or project.root(), options.stack, backend or os.environ.get("PULUMI_BACKEND_URL", ""))
        ask = connect(target.project)
        found = [finding for title, check in CHECKS for finding in _show(title, list(check(target, ask)), out)]
    except BadTarget as error:
        print(f"{error}", file=out)
        return 2
    except NoCredentials as error:
        print(
            f"No default credentials, so nothing can be looked up: {error}\n"
            "Get them with: gcloud auth application-default login",
            file=out,
        )
        return 2
    return _conclude(found, target.stack, out)


def _show(title: str, findings: list[Finding], out: TextIO) -> list[Finding]:
    print(title, file=out)
    for finding in findings:
        print(f"{_MARK[finding.state]}{finding.what}", file=out)
        if finding.fix:
            print(f"          fix: {finding.fix}", file=out)
    return findings


def _conclude(found: Sequence[Finding], stack: str, out: TextIO) -> int:
    missing = sum(finding.state == "missing" for finding in found)
    unknown = sum(finding.state == "unknown" for finding in found)
    if missing:
        print(f"\n{missing} missing, {unknown} unknown. Fix what is missing and run this again.", file=out)
        return 1
    if unknown:
        print(f"\nNothing missing was found, but {unknown} could not be looked up.", file=out)
        return 2
    print(f"\nNothing is missing. Next: pulumi install && pulumi up -s {stack}", file=out)
    return 0
