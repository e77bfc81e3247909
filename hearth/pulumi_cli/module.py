"""What this folder's Go module pins: the CLI's version, and the Go it needs.

The version is the oldest CLI that is used, too: it is the one that the engine tests of this checkout run with, and
an older one was never tried with this program.
"""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

Version = tuple[int, ...]

_PACKAGE = "github.com/pulumi/pulumi/pkg/v3"
FOLDER = Path(__file__).parent


@dataclass(frozen=True, kw_only=True)
class Module:
    """A Go module whose tool is the Pulumi CLI."""

    folder: Path
    cli: str
    """The CLI's version, such as `3.259.0`."""
    go: str
    """The oldest Go that builds it, such as `1.25.11`."""
    digest: str
    """SHA-256 over go.mod and go.sum: the same digest, the same CLI."""


def read(folder: Path = FOLDER) -> Module:
    """Read `go.mod` and `go.sum` of `folder`.

    Raises ValueError: go.mod doesn't require the CLI or names no Go version.
    """
    text = (folder / "go.mod").read_text(encoding="utf-8")
    cli = re.search(rf"^(?:require)?\s*{re.escape(_PACKAGE)} v(\S+)", text, re.MULTILINE)
    go = re.search(r"^go (\S+)$", text, re.MULTILINE)
    if not cli or not go:
        raise ValueError(f"{folder / 'go.mod'} must have a `go` line and require {_PACKAGE}: `make up` builds it.")
    digest = hashlib.sha256(text.encode() + (folder / "go.sum").read_bytes()).hexdigest()
    return Module(folder=folder, cli=cli[1], go=go[1], digest=digest)


def parse(text: str) -> Version | None:
    """The numbers of a version such as `v3.259.0` or `go1.26.8`; None for a text without any.

    What follows the numbers (`-alpha.1`) is dropped: a pre-release counts as its release.
    """
    numbers = re.match(r"\D*(\d+(?:\.\d+)*)", text)
    return tuple(int(number) for number in numbers[1].split(".")) if numbers else None
