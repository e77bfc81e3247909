"""Which code a local cloud runs, so that `make up` after a change of it does not talk to the old one.

The stand-in and the commands are left out: they are started anew each time they are used.
"""

import hashlib
from pathlib import Path

_TOOLKIT = Path(__file__).parents[1]
_STARTED_ANEW = ("commands", "standin")


def digest(toolkit: Path = _TOOLKIT) -> str:
    """SHA-256 (hex) over what a server loads from the package at `toolkit`, and over what is installed beside it."""
    code = hashlib.sha256()
    loaded = (*(toolkit / "localcloud").rglob("*.py"), *(toolkit / "localcloud" / "console").glob("console.*"))
    for file in sorted([*loaded, *(toolkit / "catalog").iterdir()]):
        name = file.relative_to(toolkit)
        if file.is_file() and name.parts[1] not in _STARTED_ANEW:
            code.update(f"{name}\0{file.stat().st_size}\0".encode())
            code.update(file.read_bytes())
    code.update((toolkit / "localcloud" / "requirements.txt").read_bytes())
    return code.hexdigest()
