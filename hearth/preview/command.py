"""`python -m hearth preview`: the infra diff of two revisions.

Exit codes: 0, or 1 when there is no preview (the message says why), 2 for wrong options, 3 when a gate of FAIL_ON is
hit, 130 after Ctrl-C.
"""

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import NoReturn

from hearth import project
from hearth.errors import HearthError
from hearth.preview import gates, markdown, text
from hearth.preview.comparison import compare
from hearth.preview.errors import PreviewError
from hearth.preview.summary import summarize

_GATE = 3
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main(arguments: Sequence[str]) -> int:
    """The exit code."""
    options = _parser().parse_args(arguments)
    for each in _SIGNALS:
        signal.signal(each, _interrupt)
    try:
        return _preview(options)
    except HearthError as error:
        sys.stderr.write(f"preview: {error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("preview: interrupted; everything temporary was removed.\n")
        return 130


def _preview(options: argparse.Namespace) -> int:
    if not options.stack:
        raise PreviewError("No stack is given. Name one: make preview STACK=prod")
    wanted = gates.parse(options.fail_on)
    compared = compare(
        project.root(), stack=options.stack, base=options.base, head=options.head, fresh=options.fresh, say=_say
    )
    summary = summarize(
        compared.plan,
        compared.settings,
        stack=options.stack,
        base=compared.base,
        head=compared.head,
        note=compared.note,
    )
    print("\n" + text.write(summary), end="", flush=True)
    if options.markdown:
        try:
            Path(options.markdown).write_text(markdown.write(summary), encoding="utf-8")
        except OSError as error:
            raise PreviewError(f"MARKDOWN={options.markdown} can't be written: {error}") from error
    found = gates.hit(compared.plan, wanted)
    for each in found:
        _say(f"FAIL_ON {each}")
    return _GATE if found else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m hearth preview", description="The infra diff of two revisions.")
    parser.add_argument("--stack", default="", help="the stack, such as prod")
    parser.add_argument("--base", default="origin/main", help="the revision to compare with (origin/main)")
    parser.add_argument("--head", default="", help="the revision to preview; by default the working tree as it is")
    parser.add_argument("--fail-on", default="", help=f"exit with {_GATE} on any of: {','.join(gates.NAMES)}")
    parser.add_argument("--fresh", action="store_true", help="deploy the base even if an earlier preview did")
    parser.add_argument("--markdown", default="", help="a file to write the summary to, as Markdown")
    return parser


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    # Once is enough: what follows is the cleaning up, which a second one must not cut short.
    for each in _SIGNALS:
        signal.signal(each, signal.SIG_IGN)
    raise KeyboardInterrupt


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
