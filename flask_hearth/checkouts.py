"""The checkout that a file lies in, for what only a developer has: `.env`, and data in `.local/`.

Found from an app's own file upwards. An image has no checkout, and so none of it.
"""

from pathlib import Path
from typing import Final

TOPMOST: Final = "Pulumi.yaml"
"""The file by which the topmost folder of a checkout is known."""


def find(file: Path) -> Path | None:
    """None where no folder above has TOPMOST."""
    return next((folder for folder in file.resolve().parents if (folder / TOPMOST).is_file()), None)
