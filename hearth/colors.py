"""Whether what is printed may have colours, which are noise in a file and for who does not want them."""

import os
import re
from typing import Final, TextIO

_COLOR: Final = re.compile(r"\x1b\[[\d;]*m")


def has_colors(stream: TextIO) -> bool:
    """On a terminal, unless NO_COLOR is set to anything (no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR")


def remove_colors(text: str) -> str:
    """As programs write them that do not ask where they write to, such as Werkzeug."""
    return _COLOR.sub("", text)
