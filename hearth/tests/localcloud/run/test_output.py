"""Lines of a process as they are kept."""

import asyncio
from pathlib import Path

from hearth.localcloud.run import output


def test_colours_of_a_program_that_writes_them_everywhere_are_left_out(tmp_path: Path) -> None:
    log, tail = tmp_path / "logs" / "services" / "web.log", output.last_lines()

    async def scenario() -> None:
        reader = asyncio.StreamReader()
        reader.feed_data(b"\x1b[31m\x1b[1mWARNING: a development server.\x1b[0m\n * Running\r\n\x1b[33mPress CTRL+C")
        reader.feed_eof()
        await output.copy(reader, log, "web-00001-abc", tail)

    asyncio.run(scenario())

    lines = ["WARNING: a development server.", " * Running", "Press CTRL+C"]
    assert list(tail) == lines
    assert log.read_text(encoding="utf-8").splitlines() == [f"web-00001-abc | {line}" for line in lines]
