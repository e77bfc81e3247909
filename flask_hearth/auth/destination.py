"""Where to go after signing in or out: a page of this site, whatever the link that led here says."""

import re
from typing import Final

HOME: Final = "/"

MAX_CHARACTERS: Final = 2000

# A path from the root, of visible ASCII. `//` and `/\` at its start would name a host, and browsers skip tabs and line
# breaks wherever they stand, and read `\` as `/`.
_OWN: Final = re.compile(r"/(?!/)[!-\[\]-~]*")


def safe_destination(wanted: str | None) -> str:
    """The path with its query, if it is one of ours; else HOME."""
    if wanted and len(wanted) <= MAX_CHARACTERS and _OWN.fullmatch(wanted):
        return wanted
    return HOME
