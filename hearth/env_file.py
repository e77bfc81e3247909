"""`.env`: a developer's own variables, read alike by `make serve` and, on the stack of this machine, by `make up`.

Git ignores it. A value is what is written, without its quotes: `${...}` is not replaced, because it may be part of a
secret. If a name is there twice, the last value counts. Left out: variables without a value (`NAME` alone), which say
nothing.
"""

import io
from pathlib import Path

from hearth.errors import HearthError

NAME = ".env"


class EnvFileError(HearthError):
    """It can't be read. No message has a part of its content, which is secret."""

    def __init__(self, where: str, why: str, fix: str) -> None:
        super().__init__(f"{NAME}, {where}: {why}. {fix}")
        self.where, self.why, self.fix = where, why, fix


def read(root: Path) -> dict[str, str]:
    """The variables of the project at `root`, by name; none where there is no such file. Raises EnvFileError."""
    # Where the file does not count, as on Google Cloud, its parser need not be there.
    from dotenv.parser import parse_stream  # noqa: PLC0415 - see above

    file = root / NAME
    if not file.is_file():
        return {}
    try:
        # Editors of Windows begin a file with a mark of its encoding, which is part of no name.
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise EnvFileError("the file", "it is not in UTF-8", "Save it as UTF-8 in your editor.") from error
    except OSError as error:
        raise EnvFileError(
            "the file", f"it can't be read ({error.strerror})", "Give yourself its permission."
        ) from error
    found: dict[str, str] = {}
    for binding in parse_stream(io.StringIO(text)):
        where = f"line {binding.original.line}"
        if binding.error:
            raise EnvFileError(
                where, "it is no variable, or a quote does not end", "Write NAME='value', or # before a remark."
            )
        if binding.key is None or binding.value is None:
            continue
        if "\0" in binding.key + binding.value:
            raise EnvFileError(where, "no variable can hold a zero byte", "Take it out.")
        found[binding.key] = binding.value
    return found
