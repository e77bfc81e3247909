"""`.env`: a developer's own variables, read alike by `make serve` and, on the stack of this machine, by `make up`.

Git ignores it. Left out: variables without a value (`NAME` alone), which say nothing.
"""

from pathlib import Path


def read(root: Path) -> dict[str, str]:
    """The variables of the project at `root`, by name; none where there is no such file."""
    # Where the file does not count, as on Google Cloud, its parser need not be there.
    from dotenv import dotenv_values  # noqa: PLC0415 - see above

    return {name: value for name, value in dotenv_values(root / ".env").items() if value is not None}
