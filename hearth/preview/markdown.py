"""A summary for a pull request, in GitHub's Markdown.

It begins with a marker, by which whoever posts it finds the comment to update in place. What comes from outside
stands in code spans, where nothing of it is markup, a mention or a link.
"""

import re

from hearth.preview.marker import marker
from hearth.preview.summary import Code, Line, Section, Summary

MOST_LINES = 40
"""Of each section; what is left out is counted."""
MOST_CHARACTERS = 60_000
"""GitHub takes comments of 65,536 characters."""
_LONGEST = 300


def write(summary: Summary) -> str:
    """Markdown, ending with a newline; details are left out from where it would grow too long."""
    head = [
        marker(summary.stack),
        f"### Infra preview of stack {_code(summary.stack)}",
        f"From {_code(summary.base)} to {_code(summary.head)}." + (f" {summary.note}" if summary.note else ""),
        f"**{summary.counts}**",
    ]
    room = MOST_CHARACTERS - sum(map(len, head))
    told, room = _fitting([_section(each) for each in summary.sections if not each.detail], room)
    details, _ = _fitting([_section(each) for each in summary.sections if each.detail], room)
    if details:
        details = ["<details><summary>Every property</summary>", *details, "</details>"]
    return "\n\n".join([*head, *told, *details]) + "\n"


def _fitting(sections: list[str], room: int) -> tuple[list[str], int]:
    """As many as there is room for, in order, and the room that is left."""
    kept: list[str] = []
    for section in sections:
        room -= len(section) + 2
        if room < 0:
            return [*kept, f"… and {len(sections) - len(kept)} more sections: `make preview` shows them."], 0
        kept.append(section)
    return kept, room


def _section(section: Section) -> str:
    shown = section.lines[:MOST_LINES]
    more = len(section.lines) - len(shown)
    items = [f"- {_line(line)}" for line in shown] + ([f"- … and {more} more"] if more else [])
    title = f"#### {'⚠️ ' if section.alarming else ''}{_plain(section.title)}"
    return "\n".join([title, "", *items])


def _line(line: Line) -> str:
    return "".join(_code(part.text) if isinstance(part, Code) else _plain(part) for part in line)


def _plain(text: str) -> str:
    return re.sub(r"([\\`*_<>\[\]|~@#])", r"\\\1", text)


def _code(text: str) -> str:
    """A code span whatever the text holds (CommonMark, "Code spans"): its fence is longer than any run inside."""
    flat = " ".join(text.split()) or " "
    if len(flat) > _LONGEST:
        flat = f"{flat[: _LONGEST - 1]}…"
    longest = max((len(run) for run in re.findall(r"`+", flat)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if flat[:1] == "`" or flat[-1:] == "`" else ""
    return f"{fence}{pad}{flat}{pad}{fence}"
