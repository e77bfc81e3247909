"""A summary for a terminal. Details are left to the engine's own diff, which stands above it."""

from hearth.preview.summary import Code, Line, Section, Summary

MOST_LINES = 40
"""Of each section; what is left out is counted."""


def write(summary: Summary) -> str:
    """Plain text, ending with a newline."""
    head = [f"Infra preview of stack {summary.stack}", f"  from {summary.base}", f"  to   {summary.head}"]
    if summary.note:
        head.append(f"  {summary.note}")
    blocks = ["\n".join(head), summary.counts]
    blocks += [_section(section) for section in summary.sections if not section.detail]
    return "\n\n".join(blocks) + "\n"


def _section(section: Section) -> str:
    shown = section.lines[:MOST_LINES]
    more = len(section.lines) - len(shown)
    lines = [f"  {_line(line)}" for line in shown] + ([f"  … and {more} more"] if more else [])
    return "\n".join([f"{'! ' if section.alarming else ''}{section.title}", *lines])


def _line(line: Line) -> str:
    # What comes from outside must not steer the terminal.
    parts = (part.text if isinstance(part, Code) else part for part in line)
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in parts)
