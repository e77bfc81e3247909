"""`python -m flask_hearth.bench`: what `make bench` does. The table goes to stdout, what is going on to stderr.

Exit codes: 0, 1 where nothing could be measured, 2 for wrong options, 130 when it was told to stop.
"""

import argparse
import os
import platform
import signal
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import psutil

from flask_hearth.bench import cpus, listing, load, paging, readme, serving, starting, viewing
from flask_hearth.bench.figures import Line, markdown
from flask_hearth.bench.servers import BenchError
from flask_hearth.bench.stores import KINDS, place


def main() -> int:
    """The exit code."""
    options = _parser().parse_args()
    for number in (signal.SIGTERM, signal.SIGHUP):
        # As Ctrl-C, so that servers and databases are stopped on the way out: they are in sessions of their own.
        signal.signal(number, signal.default_int_handler)
    began = time.monotonic()
    try:
        with cpus.off_server_cpus():
            kinds, lines, tool = _measure(options)
    except BenchError as error:
        _say(f"bench: {error}")
        return 1
    except KeyboardInterrupt:
        _say("bench: interrupted.")
        return 130
    print(markdown(lines, kinds, absolute=True))
    print(f"\n{_where(tool)} {time.monotonic() - began:.0f} s in all.", flush=True)
    if options.write:
        first = [line for line in lines if line.first]
        readme.write(Path(options.write), f"{markdown(first, kinds)}\n\n{_where(tool)}")
    return 0


def _measure(options: argparse.Namespace) -> tuple[list[str], list[Line], str]:
    tool, loading = load.choose()
    _say(f"Load comes from {tool}.")
    found: list[list[Line]] = []
    kinds = []
    for kind in options.stores:
        with tempfile.TemporaryDirectory(prefix="hearth-bench-") as made:
            # A server may run as another user, and has to get to its own folder within.
            folder = Path(made)
            folder.chmod(0o755)
            with place(kind, folder) as at:
                if isinstance(at, str):
                    _say(f"{kind}: not measured: {at}")
                    continue
                _say(f"{kind}: starts")
                lines = starting.measure(at, folder, rounds=options.starts)
                lines += listing.measure(
                    at, folder, sizes=options.sizes, rounds=options.rounds, seconds=options.seconds, say=_say
                )
                lines += paging.measure(at, rounds=options.rounds, say=_say)
                lines += viewing.measure(at, rounds=options.rounds, say=_say)
                lines += serving.measure(
                    at, folder, load=loading, rounds=options.loads, seconds=options.seconds, say=_say
                )
                kinds.append(kind)
                found.append(lines)
    if not found:
        raise BenchError("no store could be measured")
    return kinds, join_stores(found), tool


def join_stores(measured: Iterable[Sequence[Line]]) -> list[Line]:
    """Lines of the same name as one, with a column for each store."""
    lines: dict[str, Line] = {}
    for each in (line for one in measured for line in one):
        before = lines.get(each.what)
        lines[each.what] = replace(each, by_store={**before.by_store, **each.by_store} if before else each.by_store)
    return list(lines.values())


def _where(tool: str) -> str:
    memory = psutil.virtual_memory().total / 2**30
    where = "each server on one of them" if cpus.SERVER_CPUS else "none of them kept for servers"
    return (
        f"Measured on {datetime.now(UTC):%Y-%m-%d} with Python {platform.python_version()} on {os.cpu_count()} CPUs "
        f"and {memory:.0f} GiB, {where}, "
        f"load by {tool}."
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m flask_hearth.bench", description="Hearth's service against a peer, in ratios."
    )
    parser.add_argument("--stores", nargs="+", choices=KINDS, default=KINDS, help="all that there are, by default")
    parser.add_argument("--sizes", nargs="+", type=int, default=[100, 1000, 10_000], help="numbers of items, growing")
    parser.add_argument("--starts", type=int, default=5, help="starts of each kind (5)")
    parser.add_argument("--rounds", type=int, default=100, help="times that each page is asked for at most (100)")
    parser.add_argument("--loads", type=int, default=3, help="loads of each side (3)")
    parser.add_argument("--seconds", type=float, default=3, help="of each load, and of each size of a list (3)")
    parser.add_argument("--write", default="", help="a Markdown file to put the ratios into, between the bench marks")
    return parser


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
