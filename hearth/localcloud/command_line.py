"""The verbs of `python -m hearth` that are about the local cloud."""

import argparse
import importlib
from collections.abc import Sequence

from hearth import project
from hearth.localcloud.commands.checkout import Checkout

_DOES = {
    "up": "start the local cloud if it does not run, and deploy stack `local` to it",
    "stop": "stop the local cloud, and keep what is deployed on it and its data",
    "down": "destroy stack `local` and its data, once asked, and stop the local cloud",
    "status": "tell what runs where",
    "logs": "show what services, jobs, databases and edge wrote",
    "fire": "make a schedule's call now, whatever its time",
    "env": "print the lines to evaluate in a shell for plain `pulumi -s local`",
    "cloud": "run the local cloud in the foreground, without deploying anything; `up` runs it in the background",
}


def main(arguments: Sequence[str]) -> int:
    """The exit code. The first argument is the verb."""
    verb, *rest = arguments
    parser = argparse.ArgumentParser(prog=f"python -m hearth {verb}", description=f"{verb}: {_DOES[verb]}.")
    if verb == "logs":
        parser.add_argument("--follow", action="store_true", help="keep printing new lines")
    if verb == "fire":
        parser.add_argument("name", help="a schedule, or the task that it calls")
    if verb == "down":
        parser.add_argument("--yes", action="store_true", help="delete without asking")
    options = vars(parser.parse_args(rest))
    # Only the one that is asked for: a shell that evaluates `env` waits for every import.
    run = importlib.import_module(f"hearth.localcloud.commands.{verb}").run
    return int(run(Checkout(project.root()), **options))
