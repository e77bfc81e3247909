"""`python3 -m hearth comment FOLDER`: post the summaries of a finished run to its pull request, one comment a stack.

It holds a token that may write comments, so it runs none of the pull request's code: it is started from the default
branch, imports the standard library only, and takes the files in FOLDER as text that a stranger may have written.
Which pull request is meant comes from GitHub's event, never from a file. Left out: deleting comments of stacks that
are gone; nobody is misled by them.
"""

import http.client
import json
import os
import re
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from hearth.preview.marker import marker

MOST_CHARACTERS = 65_536
"""Of a comment; GitHub answers 422 to more."""
_AUTHOR = "github-actions[bot]"
_STACK = re.compile(r"[A-Za-z0-9_.-]{1,100}")
# Nobody is called by a text that the pull request wrote. Addresses and digests have something before the sign.
_MENTION = re.compile(r"(?<![\w.-])@(?=\w)")
_PAGE = 100
_SECONDS = 30

Call = Callable[[str, str, Any], Any]
"""Method, path with query, body or None; the answer's JSON. Raises Refused."""


class Refused(Exception):
    """What can't be posted, and why."""


def main(arguments: Sequence[str], environ: Mapping[str, str] = os.environ, call: Call | None = None) -> int:
    """The exit code; 0 also when there is nothing to say or the pull request has moved on."""
    (folder,) = arguments
    files = sorted(Path(folder).glob("*.md"))
    if not files:
        print("The run left no summaries; nothing is posted.")
        return 0
    run = json.loads(Path(environ["GITHUB_EVENT_PATH"]).read_text(encoding="utf-8"))["workflow_run"]
    base = f"/repos/{environ['GITHUB_REPOSITORY']}"
    ask = call or _client(environ)
    try:
        texts = {file.stem: _text(file, run) for file in files}
        numbers = list(_pull_requests(ask, base, run))
        if not numbers:
            print(f"No open pull request ends with {run['head_sha']} any more; nothing is posted.")
        for number in numbers:
            for stack, text in texts.items():
                print(f"#{number}, stack {stack}: {_post(ask, base, number, stack, text)}")
    except Refused as error:
        sys.stderr.write(f"comment: {error}\n")
        return 1
    return 0


def _text(file: Path, run: Mapping[str, Any]) -> str:
    stack = file.stem
    if not _STACK.fullmatch(stack):
        raise Refused(f"{file.name!r} is not named after a stack.")
    try:
        written = file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise Refused(f"{file.name} is not UTF-8: {error}") from error
    if not written.startswith(f"{marker(stack)}\n"):
        raise Refused(f"{file.name} does not begin with {marker(stack)}: it is not a summary of that stack.")
    foot = (
        f"\n<sub>Written by the pull request's own code in [this run]({run['html_url']}), of {run['head_sha']}.</sub>\n"
    )
    text = _MENTION.sub("@\u200b", written) + foot
    if len(text) > MOST_CHARACTERS:
        raise Refused(f"{file.name} has {len(text)} characters, and GitHub takes {MOST_CHARACTERS}.")
    return text


def _pull_requests(call: Call, base: str, run: Mapping[str, Any]) -> Iterator[int]:
    """Open ones whose newest commit is the run's; the event itself names none where the branch is a fork's."""
    # None when the fork was deleted meanwhile.
    if owner := ((run.get("head_repository") or {}).get("owner") or {}).get("login"):
        head = quote(f"{owner}:{run['head_branch']}", safe="")
        for pull in call("GET", f"{base}/pulls?state=open&per_page={_PAGE}&head={head}", None):
            if pull["head"]["sha"] == run["head_sha"]:
                yield pull["number"]


def _post(call: Call, base: str, number: int, stack: str, text: str) -> str:
    for comment in _comments(call, base, number):
        # A person may begin a comment with the same line; theirs is not ours to overwrite.
        if comment["user"]["login"] == _AUTHOR and comment["body"].startswith(marker(stack)):
            call("PATCH", f"{base}/issues/comments/{comment['id']}", {"body": text})
            return "comment updated"
    call("POST", f"{base}/issues/{number}/comments", {"body": text})
    return "comment made"


def _comments(call: Call, base: str, number: int) -> Iterator[dict[str, Any]]:
    page = 1
    while found := call("GET", f"{base}/issues/{number}/comments?per_page={_PAGE}&page={page}", None):
        yield from found
        page += 1


def _client(environ: Mapping[str, str]) -> Call:
    origin, token = environ["GITHUB_API_URL"], environ["GITHUB_TOKEN"]

    def call(method: str, path: str, body: Any) -> Any:
        request = urllib.request.Request(  # noqa: S310 - GitHub's own variable names the scheme
            f"{origin}{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Authorization": f"Bearer {token}",
                "Accept": "application/vnd.github+json",
                "Content-Type": "application/json",
                "X-GitHub-Api-Version": "2022-11-28",
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310 - as above
                return json.load(answer)
        except urllib.error.HTTPError as error:
            said = error.read().decode(errors="replace")[:500]
            raise Refused(f"GitHub answered {error.code} to {method} {path.partition('?')[0]}: {said}") from error
        except (OSError, http.client.HTTPException) as error:
            raise Refused(
                f"{method} {path.partition('?')[0]} did not get through: {error}. Run the job again."
            ) from error

    return call
