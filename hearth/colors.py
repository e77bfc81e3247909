"""Whether what is printed may have colours, which are noise in a file and for who does not want them."""

import os
from typing import TextIO


def has_colors(stream: TextIO) -> bool:
    """On a terminal, unless NO_COLOR is set to anything (no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR")
