"""How much a number may be, how many items a list may have, and which form a text has, by the rules of its type."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from hearth.catalog import rules
from hearth.catalog.rules import Range
from hearth.catalog.sameness import seconds


def faults(type: str, inputs: Mapping[str, Any]) -> Iterator[str]:
    """What is out of range or has another form, as paths with what it may be.

    What else it is, is not told: it may be a secret.
    """
    known = rules.of(type)
    for path, limits in known.ranges.items():
        for at, value in _values(inputs, path.split(".")):
            number = seconds(value) if isinstance(value, str) and value else value
            if isinstance(value, str | int | float) and value != "" and not _within(number, limits):
                yield f"{at}: {_told(limits)} was expected" + (" in seconds (90s)" if isinstance(value, str) else "")
    for path, limits in known.sizes.items():
        for at, value in _values(inputs, path.split(".")):
            if isinstance(value, list) and not _within(len(value), limits):
                yield f"{at}: a list of {_told(limits)} was expected, not of {len(value)}"
    for path, (form, example) in known.forms.items():
        for at, value in _values(inputs, path.split(".")):
            if isinstance(value, str) and value and not re.fullmatch(form, value):
                yield f"{at}: a text like {example} was expected ({form})"


def _within(number: Any, limits: Range) -> bool:
    least, most = limits
    return number is not None and (least is None or least <= number) and (most is None or number <= most)


def _told(limits: Range) -> str:
    least, most = limits
    if least == most:
        return f"{least}"
    return f"at least {least}" if most is None else f"{least} to {most}"


def _values(value: Any, steps: list[str], at: str = "") -> Iterator[tuple[str, Any]]:
    """Each value at a path, with its place as the engine prints it."""
    if isinstance(value, list) and steps:
        for place, item in enumerate(value):
            yield from _values(item, steps, f"{at}[{place}]")
    elif not steps:
        yield at, value
    elif isinstance(value, Mapping) and value.get(steps[0]) is not None:
        yield from _values(value[steps[0]], steps[1:], f"{at}.{steps[0]}".lstrip("."))
