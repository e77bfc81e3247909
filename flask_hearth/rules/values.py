"""What rules on different subjects share: a word of a list, a list of words, a number in its bounds, on or off."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from pydantic import ValidationInfo

DERIVED: Final[Any] = None
"""A default that the setting's rule replaces, in the light of the settings before it."""

_TRUE: Final = frozenset({"1", "true", "yes", "on"})
_FALSE: Final = frozenset({"0", "false", "no", "off"})


def variable(info: ValidationInfo) -> str:
    """The environment variable that the setting comes from."""
    return str(info.field_name).upper()


def check_choice(name: str, value: object, allowed: Sequence[str], damage: str) -> object:
    if value not in allowed:
        raise ValueError(f"{name} is {value!r}: {damage}. Set it to one of {', '.join(allowed)}.")
    return value


def parse_switch(name: str, value: object) -> bool:
    word = str(value).lower()
    if word not in _TRUE | _FALSE:
        raise ValueError(f"{name} is {value!r}: it must be on or off. Set it to 1 or 0, or unset it.")
    return word in _TRUE


def split_list(value: object) -> tuple[str, ...]:
    """The parts of a text with commas, without the space around them; the default, a tuple, as it is."""
    if isinstance(value, tuple):
        return value
    return tuple(part.strip() for part in str(value).split(",") if part.strip())


def integer_between(lowest: int, highest: int, why: str) -> Callable[[object, ValidationInfo], int]:
    """A rule: digits alone, within both bounds; `why` says what is wrong with a number beyond them."""

    def check(value: object, info: ValidationInfo) -> int:
        text = str(value)
        if not (text.isascii() and text.isdigit() and lowest <= int(text) <= highest):
            raise ValueError(
                f"{variable(info)} is {text!r}: it must be a whole number from {lowest} to {highest}, because {why}. "
                "Set one, or unset it."
            )
        return int(text)

    return check
