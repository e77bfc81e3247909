"""Ids that every store takes as they are. Ours are UUIDs; imported objects may have others."""

import re
from typing import Final

MAX_LENGTH: Final = 64

PATTERN: Final = f"[A-Za-z0-9_-]{{1,{MAX_LENGTH}}}"

NOT_RESERVED: Final = "(?!__[A-Za-z0-9_-]*__$)"
"""Firestore keeps names like `__this__` for itself and answers with an error of its own."""

_ID: Final = re.compile(NOT_RESERVED + PATTERN)


def is_id(text: str) -> bool:
    return _ID.fullmatch(text) is not None
