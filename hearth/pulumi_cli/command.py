"""`python -m hearth cli`: have a Pulumi CLI in `.local/pulumi/bin`."""

import argparse
import os
from collections.abc import Sequence

from hearth import project
from hearth.pulumi_cli import module
from hearth.pulumi_cli.install import install
from hearth.pulumi_cli.sources import Build, Download, OnPath
from hearth.pulumi_cli.work import Terminal


def main(arguments: Sequence[str]) -> int:
    """Always 0. Raises NoCliError with what went wrong, as the user should read it."""
    argparse.ArgumentParser(prog="python -m hearth cli", description="Have a Pulumi CLI.").parse_args(arguments)
    root = project.root()
    folder = root / ".local" / "pulumi"
    terminal = Terminal()
    pinned = module.read()
    sources = (
        OnPath(pinned, os.environ),
        Download(folder / "download", terminal),
        Build(pinned, folder / "build", terminal, os.environ, root / ".venv" / "bin" / "python"),
    )
    cli = install(folder, pinned, sources, terminal.say)
    if cli:
        terminal.say(f"Pulumi CLI {cli.version}, {cli.origin}.")
    return 0
