"""`python -m flask_hearth.attack`: what `make attack` does. The table goes to stdout, what is going on to stderr.

Exit codes: 0, 1 where an attack did harm or nothing could be attacked, 2 for wrong options, 130 when told to stop.
"""

import argparse
import http.client
import signal
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from flask_hearth.attack import hostile, server
from flask_hearth.attack.honest import Seen, get, judge, watch
from flask_hearth.attack.target import AttackError, Target, address

_HEADS = ("attack", "honest answers", "worst", "memory", "attackers got", "verdict")


def main() -> int:
    """The exit code."""
    options = _parser().parse_args()
    for number in (signal.SIGTERM, signal.SIGHUP):
        # As Ctrl-C, so that the server is stopped on the way out: it is in a session of its own.
        signal.signal(number, signal.default_int_handler)
    paths = Target(host="", port=0, live=options.live, api=options.api, form=options.form)
    try:
        return 1 if _attack(options, paths) else 0
    except AttackError as error:
        print(f"attack: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("attack: interrupted.", file=sys.stderr)
        return 130


def _attack(options: argparse.Namespace, paths: Target) -> bool:
    """Whether an attack did harm. Its line is printed when it is over."""
    harm = False
    given = _given(options.url, paths) if options.url else None
    _line(_HEADS)
    _line(("---",) * len(_HEADS))
    for attack in hostile.attacks(paths):
        if options.only and options.only not in attack.name:
            continue
        print(f"attack: {attack.name}, {options.seconds:g} s", file=sys.stderr, flush=True)
        with ExitStack() as stack:
            if given:
                target, process = given, options.process
            else:
                # A server for each, as what one attack did must not be blamed on the next.
                target, process = stack.enter_context(server.serving(Path(options.folder), options.app, paths))
            seen = watch(target, attack, seconds=options.seconds, process=process)
        faults = judge(seen, probe_seconds=options.probe_seconds, memory=options.memory)
        harm = harm or bool(faults)
        _line(_row(seen, faults))
    return harm


def _given(url: str, paths: Target) -> Target:
    """The target at an address. Raises AttackError where an honest client is not answered even without an attack."""
    host, port = address(url)
    target = replace(paths, host=host, port=port)
    for path in (target.live, target.api):
        try:
            status = get(target, path)[0]
        except (OSError, http.client.HTTPException) as error:
            raise AttackError(f"nothing answers GET {path} at {url} ({error}). Start the server first.") from None
        if status >= 400:
            raise AttackError(
                f"{url} answers GET {path} with {status}, so nobody could tell an attack's harm. Name paths that are "
                "there: --live and --api."
            )
    return target


def _line(cells: Sequence[str]) -> None:
    print(f"| {' | '.join(cells)} |", flush=True)


def _row(seen: Seen, faults: list[str]) -> tuple[str, ...]:
    got = ", ".join(
        f"{count} × {status or 'nothing'}" for status, count in sorted(seen.answers.statuses.items(), key=str)
    )
    memory = "n/a" if seen.memory is None else f"{seen.memory:.0f} MiB"
    answered = f"{seen.answered} of {seen.answered + seen.failed}"
    return (seen.attack.name, answered, f"{seen.worst:.2f} s", memory, got or "nothing", "; ".join(faults) or "well")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m flask_hearth.attack",
        description="Hostile inputs against a server as it is deployed, with an honest client beside each.",
    )
    parser.add_argument("--url", help="a server on this machine's loopback; without, the app in FOLDER is started")
    parser.add_argument("--process", type=int, help="with --url: the server's process id, for its memory")
    parser.add_argument("--folder", default=".", help="where gunicorn.conf.py and the app are")
    parser.add_argument("--app", default="app", help="the module with create_app")
    parser.add_argument("--live", default="/health/live", help="the liveness probe's path (%(default)s)")
    parser.add_argument("--api", default="/api/v1/items", help="a path that takes JSON by POST (%(default)s)")
    parser.add_argument(
        "--form", default="/items", help="a page that takes a form, found at /new below it; '' for none"
    )
    parser.add_argument("--seconds", type=float, default=10.0, help="how long each attack lasts (%(default)g)")
    parser.add_argument("--probe-seconds", type=float, default=5.0, help="the probe's timeout (%(default)g)")
    parser.add_argument("--memory", type=float, default=512.0, help="the instance's memory in MiB (%(default)g)")
    parser.add_argument("--only", help="attacks whose name has this in it")
    return parser


if __name__ == "__main__":
    sys.exit(main())
