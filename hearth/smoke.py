"""`pulumi stack output --json -s dev | python -m hearth smoke`: whether what was just deployed answers visitors.

Four requests, as a visitor makes them: a page through Hosting, a file as it lies in static/, the service's own health,
and a list of the API. Each is repeated until it is answered as it should be or the time is up, since Hosting and
DNS take a while to know a new site. Reads only, and asks nothing of Google.

Exit codes: 0 when all is well, 1 when something is not, 2 when the outputs can't be used.
"""

import argparse
import http.client
import json
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO
from urllib.response import addinfourl

from hearth import project, stack_file

_FILE = "robots.txt"
_PAUSE = 3.0
_REQUEST_SECONDS = 15


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    """By names in lower case."""
    body: bytes


Expect = Callable[[Answer], str]
"""What is wrong with an answer; empty when nothing is."""


@dataclass(frozen=True)
class Check:
    what: str
    url: str
    wrong: Expect


def checks(outputs: Mapping[str, str], root: Path) -> list[Check]:
    """The requests for a stack with these outputs. Raises KeyError for one that is missing, OSError for a file."""
    site, service = outputs["siteUrl"].rstrip("/"), outputs["serviceUrl"].rstrip("/")
    listed = _first_list(root)
    return [
        Check("a page", f"{site}/", _page),
        Check("a static file", f"{site}/{_FILE}", _file((root / "static" / _FILE).read_bytes())),
        *_health(service, root),
        *([Check("a list of the API", f"{site}{listed}", _list)] if listed else []),
    ]


def _health(service: str, root: Path) -> Iterator[Check]:
    """What the app's own probe asks for, where Pulumi.yaml says that it is not Hearth's."""
    wide = stack_file.project_wide(root)
    own = [str(wide[key]) for key in ("app:livenessProbePath", "app:startupProbePath") if key in wide]
    if not own:
        yield Check("the service's health", f"{service}/health", _healthy)
    elif path := next(filter(None, own), None):
        yield Check("the service's health", f"{service}{path}", lambda answer: _status(answer, *range(200, 400)))


def _first_list(root: Path) -> str | None:
    """The path of the first list in the API's document, whatever the domain is by then; None for an API without."""
    document = root / project.Table.read(root).openapi
    if not document.is_file():
        return None
    paths: dict[str, dict[str, object]] = json.loads(document.read_text(encoding="utf-8"))["paths"]
    return next((path for path, methods in paths.items() if "get" in methods and "{" not in path), None)


def _page(answer: Answer) -> str:
    return _status(answer, 200) or _type(answer, "text/html") or _secured(answer)


def _file(content: bytes) -> Expect:
    def wrong(answer: Answer) -> str:
        stale = "" if answer.body == content else f"its content is not that of static/{_FILE}: another release is live"
        return _status(answer, 200) or _secured(answer) or stale

    return wrong


def _healthy(answer: Answer) -> str:
    return _status(answer, 200) or _type(answer, "application/json")


def _list(answer: Answer) -> str:
    # Where users have to sign in, a stranger is told so, as JSON too.
    return _status(answer, 200, 401) or _type(answer, "application/json", "application/problem+json")


def _status(answer: Answer, *fine: int) -> str:
    return "" if answer.status in fine else f"it answered {answer.status}"


def _type(answer: Answer, *fine: str) -> str:
    given = answer.headers.get("content-type", "")
    return "" if given.partition(";")[0] in fine else f"its Content-Type is {given or 'missing'}"


def _secured(answer: Answer) -> str:
    # One header of the set stands for it: whether all of them are right is asked before a deployment, not after.
    return "" if answer.headers.get("x-content-type-options") == "nosniff" else "it has no security headers"


def run(wanted: Sequence[Check], *, seconds: float, out: TextIO, pause: float = _PAUSE) -> bool:
    """Make every check within `seconds` for all of them, and tell how each ended; whether all went well."""
    deadline = time.monotonic() + seconds
    well = True
    for check in wanted:
        began = time.monotonic()
        while wrong := _ask(check, max(deadline - time.monotonic(), 1.0)):
            if time.monotonic() + pause > deadline:
                break
            time.sleep(pause)
        took = f"{time.monotonic() - began:.1f} s"
        print(f"{'FAILED' if wrong else 'ok':<7}{check.what}: {check.url} ({wrong or took})", file=out, flush=True)
        well = well and not wrong
    return well


def _ask(check: Check, left: float) -> str:
    request = urllib.request.Request(check.url, headers={"User-Agent": "hearth-smoke"})  # noqa: S310 - checked below
    try:
        with _opened(request, min(left, _REQUEST_SECONDS)) as got:
            answer = _answer(got.status or 0, dict(got.headers), got.read())
    except (OSError, http.client.HTTPException) as error:
        # The second for an answer that is cut off, or none of HTTP.
        return f"no answer: {error!r}"
    return check.wrong(answer)


def _opened(request: urllib.request.Request, seconds: float) -> addinfourl:
    """The answer, whatever its status."""
    try:
        found: addinfourl = urllib.request.urlopen(request, timeout=seconds)  # noqa: S310 - checked below
    except urllib.error.HTTPError as refused:
        return refused
    return found


def _answer(status: int, headers: Mapping[str, str], body: bytes) -> Answer:
    return Answer(status, {name.lower(): value for name, value in headers.items()}, body)


def main(
    arguments: Sequence[str], given: TextIO = sys.stdin, out: TextIO = sys.stdout, root: Path | None = None
) -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(prog="python -m hearth smoke", description="Asks a deployed stack four things.")
    parser.add_argument("--seconds", type=float, default=180, help="for all of it (default: 180)")
    options = parser.parse_args(arguments)
    try:
        outputs = json.load(given)
        wanted = checks(outputs, root or project.root())
    except OSError as error:
        print(f"{error.filename} can't be read ({error.strerror}), and it is what is asked for. Put it back.", file=out)
        return 2
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        print(
            f"These are no outputs of a stack with siteUrl and serviceUrl ({type(error).__name__}: {error}). "
            "Use it so: pulumi stack output --json -s dev | python -m hearth smoke",
            file=out,
        )
        return 2
    if other := [check.url for check in wanted if not check.url.startswith(("https://", "http://localhost"))]:
        print(f"Not asked, because it is neither https nor this machine: {', '.join(other)}", file=out)
        return 2
    return 0 if run(wanted, seconds=options.seconds, out=out) else 1
