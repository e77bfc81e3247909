"""`python -m localcloud COMMAND`: what the Makefile's commands do."""

import argparse
import importlib
import sys
from pathlib import Path

from localcloud.commands.checkout import Checkout
from localcloud.commands.errors import CommandError


def main() -> int:
    """The exit code."""
    options = vars(_parser().parse_args())
    command = options.pop("command")
    # Only the one that is asked for: a shell that evaluates `env` waits for every import.
    run = importlib.import_module(f"localcloud.commands.{command}").run
    try:
        return int(run(Checkout(Path(__file__).absolute().parents[1]), **options))
    except CommandError as error:
        sys.stderr.write(f"{command}: {error}\n")
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m localcloud", description="The local cloud of this checkout.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("up", help="start it if it does not run, and deploy stack `local` on it")
    commands.add_parser("down", help="destroy stack `local` and stop it")
    commands.add_parser("status", help="what runs where")
    commands.add_parser("logs", help="logs of service and edge").add_argument("--follow", action="store_true")
    commands.add_parser("env", help="export lines for plain `pulumi -s local`")
    commands.add_parser("serve", help="run it in the foreground, without deploying anything")
    return parser


if __name__ == "__main__":
    sys.exit(main())
