"""Where the ratios stand in a Markdown file."""

from pathlib import Path

from flask_hearth.bench.servers import BenchError

BEGIN, END = "<!-- bench:begin (make bench WRITE=README.md) -->", "<!-- bench:end -->"


def write(file: Path, text: str) -> None:
    """Put `text` between the marks, and nothing else in the file changes. Raises BenchError."""
    try:
        content = file.read_text(encoding="utf-8")
    except OSError as error:
        raise BenchError(f"{file} can't be read: {error.strerror}") from None
    before, begin, rest = content.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise BenchError(f"{file} has no place for the ratios: put {BEGIN} and {END} on lines of their own")
    file.write_text(f"{before}{begin}\n{text}\n{end}{after}", encoding="utf-8")
