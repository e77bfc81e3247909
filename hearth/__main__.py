"""`python -m hearth VERB`: the toolkit's one command line.

Exit codes: a verb's own; 1 when it can't do what it is for (the message says why), 2 for wrong options, 130 after
Ctrl-C.
"""

import difflib
import importlib
import os
import sys
from collections.abc import Sequence

from hearth import __version__
from hearth.errors import HearthError
from hearth.verbs import GROUPS, VERBS

_WRONG = 2
_INTERRUPTED = 130


def main(arguments: Sequence[str]) -> int:
    """The exit code."""
    if not arguments or arguments[0] in {"-h", "--help", "help"}:
        print(usage())
        return 0
    name, *rest = arguments
    if name == "--version":
        print(__version__)
        return 0
    if name not in VERBS:
        near = difflib.get_close_matches(name, VERBS, n=1)
        meant = f"Did you mean {near[0]!r}? " if near else ""
        sys.stderr.write(f"hearth: unknown verb {name!r}. {meant}`python -m hearth --help` lists them all.\n")
        return _WRONG
    try:
        return _run(name, rest)
    except HearthError as error:
        sys.stderr.write(f"{name}: {error}\n")
        return 1
    except KeyboardInterrupt:
        return _INTERRUPTED


def _run(name: str, rest: Sequence[str]) -> int:
    verb = VERBS[name]
    # Who asks how a verb is used does not want anything to be made for it.
    if not {"-h", "--help"} & set(rest):
        for before in verb.first:
            if code := _run(before, []):
                return code
    module = importlib.import_module(verb.module)
    return int(module.main([name, *rest] if verb.named else list(rest)))


def usage() -> str:
    """Every verb with what it does."""
    lines = [
        "Usage: python -m hearth VERB [OPTIONS]",
        "",
        "Runs in the folder of a project, or below it. `python -m hearth VERB --help` lists a verb's options.",
        "`make` has a target for most verbs, and makes the Python environment that they need.",
    ]
    for title, group in GROUPS.items():
        lines += ["", f"{title}:", *(f"  {name:<10}{verb.does}" for name, verb in group.items())]
    return "\n".join(lines)


if __name__ == "__main__":
    # Importing the gcp SDK or the local cloud takes seconds without kept bytecode, in each process that a verb starts.
    sys.dont_write_bytecode = False
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.exit(main(sys.argv[1:]))
