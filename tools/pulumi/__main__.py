"""`python -m tools.pulumi`: have a Pulumi CLI in `.local/pulumi/bin`."""

import os
import sys
from pathlib import Path

from tools.pulumi import module
from tools.pulumi.install import NoCliError, install
from tools.pulumi.sources import Build, Download, OnPath
from tools.pulumi.work import Terminal

_ROOT = Path(__file__).parents[2]
_FOLDER = _ROOT / ".local" / "pulumi"


def main() -> str | None:
    """What went wrong, as the user should read it."""
    terminal = Terminal()
    pinned = module.read()
    sources = (
        OnPath(pinned, os.environ),
        Download(_FOLDER / "download", terminal),
        Build(pinned, _FOLDER / "build", terminal, os.environ, _ROOT / ".venv" / "bin" / "python"),
    )
    try:
        cli = install(_FOLDER, pinned, sources, terminal.say)
    except NoCliError as error:
        return str(error)
    if cli:
        terminal.say(f"Pulumi CLI {cli.version}, {cli.origin}.")
    return None


if __name__ == "__main__":
    sys.exit(main())
